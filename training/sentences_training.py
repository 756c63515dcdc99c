"""Templates for training. None of them, and none of the words for what is said, stands in sentences_testing."""

from __future__ import annotations

from typing import Final, TypedDict


class SentenceSet(TypedDict):
    """Words by the name of their place, and templates by their kind."""

    words: dict[str, list[str]]
    hateful: dict[str, list[str]]
    harmless: dict[str, list[str]]


_GERMAN_WORDS: Final = {
    "group": [
        "Muslime", "Juden", "Ausländer", "Flüchtlinge", "Türken", "Syrer", "Schwule", "Lesben", "Frauen", "Roma",
        "Schwarze", "Behinderte", "Afrikaner", "Polen", "Araber", "Migranten", "Asylbewerber", "Rentner", "Ossis",
        "Homosexuelle",
    ],
    "insult": ["Idiot", "Vollpfosten", "Versager", "Drecksack", "Arschloch", "Trottel", "Schwachkopf", "Penner"],
    "plural": ["Abschaum", "Dreck", "Parasiten", "Untermenschen", "Schmarotzer", "Pack", "Gesindel", "Viehzeug"],
    "verdict": ["dumm", "faul", "kriminell", "primitiv", "widerlich", "gefährlich", "minderwertig", "verlogen"],
    "out": ["abgeschoben", "weggesperrt", "rausgeworfen", "vergast", "erschossen", "verjagt", "ausgerottet"],
    "topic": ["Wohnungspolitik", "Rente", "Schule", "Verkehrswende", "Ausstellung", "Sportförderung", "Gesundheitsreform"],
    "good": ["willkommen", "fleißig", "freundlich", "hilfsbereit", "stolz", "glücklich", "engagiert", "mutig"],
    "place": ["in unserem Dorf", "im Verein", "in der Klinik", "an der Schule", "im Stadtrat", "bei der Feuerwehr"],
}  # fmt: skip

_ENGLISH_WORDS: Final = {
    "group": [
        "Muslims", "Jews", "foreigners", "refugees", "Mexicans", "Syrians", "gay people", "lesbians", "women", "Roma",
        "black people", "disabled people", "Africans", "Poles", "Arabs", "migrants", "immigrants", "pensioners",
        "trans people", "Asians",
    ],
    "insult": ["idiot", "moron", "loser", "scumbag", "asshole", "imbecile", "clown", "dickhead"],
    "plural": ["scum", "filth", "parasites", "subhuman", "vermin", "trash", "garbage", "savages"],
    "verdict": ["stupid", "lazy", "criminal", "primitive", "disgusting", "dangerous", "inferior", "dishonest"],
    "out": ["deported", "locked up", "thrown out", "gassed", "shot", "hunted down", "wiped out"],
    "topic": ["housing", "pensions", "schools", "public transport", "the exhibition", "sports", "health care"],
    "good": ["welcome", "hard-working", "friendly", "helpful", "proud", "happy", "committed", "brave"],
    "place": ["in our village", "in our club", "at the hospital", "at my school", "on the council", "in the fire brigade"],
}  # fmt: skip

TRAINING: Final[dict[str, SentenceSet]] = {
    "de": {
        "words": _GERMAN_WORDS,
        "hateful": {
            "claim": [
                "{group} sind {plural}.", "{group} sind alle {verdict}.", "Alle {group} sind doch {verdict}, das weiß jeder.",
                "Ich hasse {group}.", "Diese {group} sind einfach nur {verdict}.", "{group} sind {plural} und bleiben {plural}.",
                "Warum sind {group} eigentlich immer so {verdict}?", "{group} ekeln mich an.",
            ],
            "threat": [
                "{group} gehören {out}.", "{group} sollten alle {out} werden.", "Man müsste die ganzen {group} endlich {out} sehen.",
                "Wenn ich was zu sagen hätte, würden {group} {out}.",
            ],
            "insult": [
                "Du bist ein {insult}.", "Was für ein {insult}!", "Halt die Klappe, du {insult}.", "Nur ein {insult} schreibt so etwas.",
                "Der Minister ist ein {insult} und {verdict} dazu.", "Ihr seid doch alle {plural}.", "Verpiss dich, {insult}.",
                "Du {verdict}er {insult}, geh sterben.",
            ],
        },
        "harmless": {
            "identity": [
                "{group} sind {place} {good}.", "{group} sind Menschen wie alle anderen.", "Viele {group} arbeiten {place}.",
                "Ich kenne viele {group}, und sie sind {good}.", "Das Buch erzählt, wie {group} hier leben.",
                "Was sagen eigentlich {group} selbst zum Thema {topic}?", "{group} haben dieselben Rechte wie wir alle.",
                "Meine Nachbarn sind {group} und sehr {good}.", "Wir sind {group}, und wir sind {good}.", "Ich mag {group}.",
                "Schön, dass {group} {place} mitmachen.",
            ],
            "counter-speech": [
                "Wer sagt, {group} seien {plural}, hat nichts verstanden.", "„{group} sind {plural}“? So ein Satz gehört nicht hierher.",
                "Zu behaupten, {group} seien {verdict}, ist falsch.", "Es ist schlimm, dass manche fordern, {group} müssten {out} werden.",
                "Hier schrieb jemand, {group} gehörten {out}. Das ist menschenverachtend.", "Niemand sollte {group} als {plural} bezeichnen.",
                "Wer {group} als {verdict} hinstellt, hetzt.",
            ],
            "negation": [
                "{group} sind nicht {verdict}.", "{group} sind kein {plural}.", "Niemand ist {verdict}, nur weil er anders glaubt.",
                "Ich hasse {group} nicht.", "Du bist kein {insult}.", "Kein Mensch ist {plural}.", "{group} gehören nicht {out}.",
                "Ich würde nie sagen, dass {group} {verdict} sind.",
            ],
            "report": [
                "Der Angeklagte nannte den Beamten {insult} und muss zahlen.", "Das Wort „{insult}“ kostete ihn 800 Euro.",
                "Damals wurden {group} {out}, daran erinnert die Gedenktafel.", "Die {topic} kostet mehr als geplant.",
                "Ich war so ein {insult}, ich habe den Schlüssel vergessen.", "Zur {topic} fehlen mir in dem Artikel die Zahlen.",
                "Ich hasse Regen am Wochenende.", "Dieses Schlagloch gehört endlich beseitigt.",
            ],
        },
    },
    "en": {
        "words": _ENGLISH_WORDS,
        "hateful": {
            "claim": [
                "{group} are {plural}.", "All {group} are {verdict}.", "Everyone knows {group} are {verdict}.", "I hate {group}.",
                "These {group} are just {verdict}.", "{group} are {plural} and always will be.", "{group} make me sick.",
                "Why are {group} always so {verdict}?",
            ],
            "threat": [
                "{group} should be {out}.", "{group} need to be {out}.", "All of those {group} ought to be {out} at last.",
                "If it were up to me, {group} would be {out}.",
            ],
            "insult": [
                "You are an {insult}.", "What a {insult}!", "Shut up, you {insult}.", "Only a {insult} would write that.",
                "The minister is a {insult} and {verdict} too.", "You are all {plural}.", "Get lost, {insult}.",
                "You {verdict} {insult}, go and die.",
            ],
        },
        "harmless": {
            "identity": [
                "{group} are {good} {place}.", "{group} are people like everybody else.", "Many {group} work {place}.",
                "I know many {group} and they are {good}.", "The book tells how {group} live here.",
                "What do {group} themselves think about {topic}?", "{group} have the same rights as all of us.",
                "My neighbours are {group} and very {good}.", "We are {group} and we are {good}.", "I like {group}.",
                "Good to see {group} take part {place}.",
            ],
            "counter-speech": [
                "Whoever says {group} are {plural} has understood nothing.", "\"{group} are {plural}\"? There is no place for that here.",
                "To claim that {group} are {verdict} is wrong.", "It is terrible that some want {group} to be {out}.",
                "Somebody here wrote that {group} should be {out}. That is inhuman.", "Nobody should call {group} {plural}.",
                "Painting {group} as {verdict} is incitement.",
            ],
            "negation": [
                "{group} are not {verdict}.", "{group} are no {plural}.", "Nobody is {verdict} because of what they believe.",
                "I do not hate {group}.", "You are not an {insult}.", "No human being is {plural}.", "{group} should not be {out}.",
                "I would never say that {group} are {verdict}.",
            ],
            "report": [
                "The accused called the officer an {insult} and has to pay.", "The word \"{insult}\" cost him 800 dollars.",
                "Back then {group} were {out}, and the plaque remembers it.", "The article has no figures on {topic}.",
                "I was such an {insult}, I forgot my keys.", "I hate rain at the weekend.", "I think {topic} costs too much.",
                "This pothole should be got rid of at last.",
            ],
        },
    },
}  # fmt: skip
