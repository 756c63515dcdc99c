"""Templates for measuring, never for training: other sentences, other insults, other groups than in sentences_training."""

from __future__ import annotations

from typing import Final

from training.sentences_training import SentenceSet

_GERMAN_WORDS: Final = {
    "people": [
        "Moslems", "Israelis", "Geflüchtete", "Kurden", "Afghanen", "Transfrauen", "Sinti", "Rollstuhlfahrer", "Rumänen",
        "Alleinerziehende", "Vietnamesen", "Wessis", "Nigerianer", "Bisexuelle", "Katholiken", "Arbeitslose",
    ],
    "person": ["Vollidiot", "Hornochse", "Blödmann", "Wichser", "Mistkerl", "Hohlkopf", "Spinner", "Depp"],
    "low": ["Ungeziefer", "Müll", "eine Plage", "ein Krebsgeschwür", "Ratten", "Bestien", "Affen", "ein wertloser Haufen"],
    "trait": ["hinterhältig", "blöd", "asozial", "verdorben", "ekelhaft", "unfähig", "schmutzig", "gewalttätig"],
    "fate": ["eingesperrt", "erschlagen", "aufgehängt", "ins Meer geworfen", "verbrannt", "ausgewiesen", "beseitigt"],
    "task": ["den Chor", "die Bäckerei am Markt", "das Stadtfest", "die Nachhilfe", "den Kiosk", "die Theatergruppe"],
    "event": ["Lesung", "Demonstration", "Ausstellung", "Gemeinderatssitzung", "Radiosendung", "Vereinsfeier"],
}  # fmt: skip

_ENGLISH_WORDS: Final = {
    "people": [
        "Israelis", "Kurds", "Afghans", "trans women", "Sikhs", "wheelchair users", "Romanians", "single mothers",
        "Vietnamese people", "Nigerians", "bisexuals", "Catholics", "unemployed people", "Hindus", "Pakistanis", "deaf people",
    ],
    "person": ["fool", "jackass", "dumbass", "wanker", "bastard", "airhead", "nutcase", "halfwit"],
    "low": ["rubbish", "a plague", "a cancer", "rats", "beasts", "monkeys", "cockroaches", "a worthless bunch"],
    "trait": ["deceitful", "dumb", "antisocial", "rotten", "revolting", "incompetent", "dirty", "violent"],
    "fate": ["jailed", "beaten to death", "hanged", "thrown into the sea", "burned", "expelled", "eliminated"],
    "task": ["the choir", "the bakery on the square", "the summer fair", "the homework club", "the kiosk", "the drama group"],
    "event": ["reading", "demonstration", "exhibition", "council meeting", "radio programme", "club party"],
}  # fmt: skip

TESTING: Final[dict[str, SentenceSet]] = {
    "de": {
        "words": _GERMAN_WORDS,
        "hateful": {
            "derogation": [
                "Für mich bleiben {people} {low}.", "Jeder weiß doch, wie {trait} {people} von Natur aus sind.",
                "Kennste einen, kennste alle: {people} kann man nur als {trait} bezeichnen.",
                "Mit {people} holt man sich nur {low} ins Haus.",
            ],
            "threat": [
                "Von mir aus können {people} morgen {fate} werden.", "Es wird Zeit, dass {people} {fate} werden, und zwar alle.",
                "{people}? Am besten gleich {fate}, dann ist Ruhe.",
            ],
            "abuse": [
                "So einen Quatsch kann auch nur ein {person} wie du verzapfen.", "Geh heulen, {person}, dich nimmt hier keiner ernst.",
                "Unser Bürgermeister, dieser {person}, ist zu {trait} für alles.", "Lern erst mal lesen, du {person}!",
                "Der Autor ist ein {person}, wie er im Buche steht.", "Ihr seid {low}, allesamt.",
            ],
            "dialect": [
                "Schleich di, du {person}, du {trait}er!", "Wos für a {person}, hoit dei Goschn!", "Ej du {person}, mach dich vom Acker!",
                "De {people} san olle {trait}, des sog i da.", "Isch sach ma so: {people} sin {low}.",
            ],
            "disguised": [
                "Du bist so ein D e p p, geh weg.", "Was für ein W1chser, unglaublich.", "Dieser V0llidiot regiert uns.",
                "Verzieh dich, du M i s t k e r l.", "Bl0dmann, halt einfach den Mund.", "H.o.h.l.k.o.p.f, lies den Artikel!",
                "So ein Sp1nner aber auch, hau ab.", "Du Wi**er bist das Letzte.", "So ein Arsch*och wie dich braucht keiner.",
                "Schei55 {people}, alle miteinander.", "{people} sind R4tten.", "D r e c k s p a c k, diese {people}.",
            ],
        },
        "harmless": {
            "neutral": [
                "Auf der {event} sprachen auch {people} über ihren Alltag.", "Seit dem Frühjahr leiten {people} {task}.",
                "Die Umfrage fragt {people} nach ihren Wünschen.", "Wie viele {people} leben eigentlich in Hessen?",
                "Das Gesetz betrifft {people} genauso wie alle anderen.",
            ],
            "positive": [
                "Ohne {people} gäbe es {task} längst nicht mehr, danke dafür!", "Meine Frau und ich finden es klasse, wie {people} helfen.",
                "{people} gehören zu uns, Punkt.", "Ein Hoch auf {people}, die {task} retten.",
            ],
            "quoted": [
                "„{people} sind {low}“, stand an der Wand, und keiner hat es entfernt. Das macht mich traurig.",
                "Sätze wie „{people} gehören {fate}“ darf man nicht unwidersprochen lassen.",
                "Mein Kollege meinte, {people} wären {trait}. Ich habe ihm deutlich widersprochen.",
                "Warum löscht die Redaktion nicht, wenn {people} hier {low} genannt werden?",
                "Mich hat heute jemand {person} genannt. So redet man nicht miteinander.",
            ],
            "negated": [
                "Keineswegs sind {people} {trait}, das zeigt jede Statistik.", "Es stimmt einfach nicht, dass {people} {trait} wären.",
                "Ein {person} sind Sie deshalb noch lange nicht.", "{people} sind weder {trait} noch {low}.",
                "Kein vernünftiger Mensch will, dass {people} {fate} werden.",
            ],
            "dialect": [
                "Mei, de {people} san scho recht, de helfn uns bei da {event}.", "I mog de {people}, wirklich wahr.",
                "Dat is doch schön, dat {people} {task} maken.", "Also bei uns im Pott sind {people} einfach Kumpels, ne.",
                "Servus, griaß eich, de {event} war a Gaudi!",
            ],
            "reclaimed": [
                "Wir Krüppel lassen uns das Wort nicht nehmen, sagt sie auf der {event} und lacht.",
                "Als Schwuchtel beschimpft, nennt er sich heute stolz selbst so, auf jeder {event}.",
                "Ich bin lesbisch, ich bin eine Kampflesbe, na und? Kommt zur {event}!", "Wir Kanaken haben {task} gegründet, grinst er.",
                "Mein Mann und ich, zwei alte Tunten, gehen gern zur {event}.", "Ich als Ossi darf über Ossis lachen, gerade auf der {event}.",
                "Wir Hexen vom Frauenverein übernehmen {task}, sagt sie.",
            ],
            "strong words": [
                "Ich {person} habe doch glatt die {event} verpasst.", "Verdammt, ist das teuer geworden, {task} zu unterhalten!",
                "Der Müll am Bahnhof ist eine Plage, Ratten gibt es auch.", "Die Bestie von Gévaudan war Thema der {event}.",
                "Scheiße, jetzt regnet es auch noch zur {event}.", "Dieser Vorschlag ist unfähig durchdacht, sagte man auf der {event}.",
                "Die Affen im Zoo waren das Schönste an der {event}.", "Mir hängt die Debatte um {task} zum Hals heraus.",
                "So ein Mist, die {event} fällt aus.", "Krebs hat mir den Vater genommen, danke an alle für {task}.",
            ],
        },
    },
    "en": {
        "words": _ENGLISH_WORDS,
        "hateful": {
            "derogation": [
                "To me {people} will always be {low}.", "By nature {people} are {trait}, and we all know it.",
                "Meet one and you have met them all: {people}, {trait} to the bone.", "Let {people} in and you get {low} in the house.",
            ],
            "threat": [
                "{people} can be {fate} tomorrow for all I care.", "High time {people} got {fate}, every single one.",
                "{people}? Best to have them {fate}, then we have peace.",
            ],
            "abuse": [
                "Only a {person} like you could come up with such nonsense.", "Go cry, {person}, no one takes you seriously.",
                "Our mayor, that {person}, is too {trait} for anything.", "Learn to read first, you {person}!",
                "The writer is a complete {person}.", "You people are {low}, the lot of you.",
            ],
            "dialect": [
                "Away an bile yer heid, ya {person}!", "Yer a pure {person}, so ye are.", "Oi, you {person}, do one!",
                "Them {people} is all {trait}, innit.", "Y'all {people} ain't nothing but {low}.",
            ],
            "disguised": [
                "You are such a w a n k e r, go away.", "What a b4stard, unbelievable.", "That dumb@ss is running the country.",
                "Get out, you j a c k a s s.", "F00l, just shut your mouth.", "Read the piece, h.a.l.f.w.i.t!",
                "What a nutca5e, get lost.", "You ba*tard are the worst.", "Nobody needs an a**hole like you.",
                "F*cking {people}, all of them.", "{people} are r4ts.", "D i r t y {people}, get rid of them.",
            ],
        },
        "harmless": {
            "neutral": [
                "At the {event} some {people} spoke about their daily lives.", "Since spring {people} have been running {task}.",
                "The survey asks {people} what they would like.", "How many {people} live in Wales, actually?",
                "The law applies to {people} the way it applies to everyone.",
            ],
            "positive": [
                "Without {people}, {task} would be long gone, so thank you!", "My wife and I love how {people} help out.",
                "{people} belong here, full stop.", "Three cheers for {people} who saved {task}.",
            ],
            "quoted": [
                "\"{people} are {low}\" was on that wall and no one removed it. That saddens me.",
                "Lines like \"{people} must be {fate}\" must not go unanswered.",
                "My colleague reckoned {people} were {trait}. I told him clearly how wrong he was.",
                "Why do the editors leave it up when {people} get called {low}?",
                "Somebody called me a {person} today. That is no way to talk to each other.",
            ],
            "negated": [
                "By no means are {people} {trait}; every statistic shows it.", "It is simply untrue that {people} are {trait}.",
                "That does not make you a {person}.", "{people} are neither {trait} nor {low}.",
                "No sane person wants {people} to be {fate}.",
            ],
            "dialect": [
                "Them {people} are grand, they gave us a hand at the {event}.", "Aye, I'm right fond of they {people}, so I am.",
                "Y'all should see {people} run {task}, bless 'em.", "Round our way {people} are just mates, like.",
                "Howay, the {event} was proper belter!",
            ],
            "reclaimed": [
                "We crips are keeping that word, she said at the {event}, laughing.", "Once bullied as a queer, he now calls himself that, proudly, at every {event}.",
                "I am a dyke and a mother, so what? See you at the {event}!", "We old queens set up {task}, he grins.",
                "As a nerd among nerds I felt at home at the {event}.", "Us crazy cat ladies are taking over {task}, she says.",
                "We fat girls dance best, she said at the {event}.",
            ],
            "strong words": [
                "{person} that I am, I missed the {event}.", "Damn, it has become expensive to keep {task} going!",
                "The rubbish at the station is a plague, and there are rats.", "The beast of Bodmin was the subject of the {event}.",
                "Shit, now it is raining on the {event} too.", "A badly made plan, they said at the {event}.",
                "The monkeys at the zoo were the best of the {event}.", "I am sick to death of the debate about {task}.",
                "What a pain, the {event} is cancelled.", "Cancer took my father; thank you all for {task}.",
            ],
        },
    },
}  # fmt: skip
