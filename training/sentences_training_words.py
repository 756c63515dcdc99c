"""The words for the places of the templates for training; the words of a place all fit the same grammar.

German: {group} stands for people in the plural without article, {those} for the same people after "die" or "diese",
{dative} for them after "mit" or "von", {person} for one of them with the article. {insult} goes with "ein", {mass} with
"dieses" and "kein", {many} with "keine". English: {an insult} is {insult} with its article, {mass} goes with "that".
In both, {hidden}, {hidden ones} and {hidden slurs} are insults in disguise.
"""

from __future__ import annotations

from typing import Final

_GROUPS: Final = [
    "Muslime", "Juden", "Ausländer", "Flüchtlinge", "Türken", "Syrer", "Schwule", "Lesben", "Frauen", "Roma",
    "Schwarze", "Behinderte", "Afrikaner", "Polen", "Araber", "Migranten", "Asylbewerber", "Rentner", "Ossis",
    "Homosexuelle", "Buddhisten", "Russen", "Ukrainer", "Bayern", "Transmenschen", "Atheisten", "Blinde", "Christen",
    "Mütter", "Chinesen", "Italiener", "Albaner", "Bulgaren", "Serben", "Iraner", "Georgier", "Franzosen", "Japaner",
    "Inder", "Somalier", "Tunesier", "Marokkaner", "Hindus", "Sikhs", "Orthodoxe", "Protestanten", "Mormonen",
    "Jesiden", "Norddeutsche", "Schwaben", "Sachsen", "Österreicher", "Kassiererinnen", "Obdachlose", "Jugendliche",
    "Väter", "Männer", "Vertriebene", "Dicke", "Gehörlose", "Prothesenträger", "Autisten", "Kleinwüchsige", "Lehrer",
    "Polizisten", "Beamte", "Bauern", "Studenten", "Veganer", "Imame", "Pfarrer", "Geschiedene",
]  # fmt: skip
# People who are named by an adjective: "Schwarze", but "die Schwarzen".
_ADJECTIVES: Final = {
    "Schwule", "Schwarze", "Behinderte", "Homosexuelle", "Blinde", "Geschiedene", "Orthodoxe", "Norddeutsche",
    "Vertriebene", "Obdachlose", "Jugendliche", "Dicke", "Gehörlose", "Kleinwüchsige", "Beamte",
}  # fmt: skip

GERMAN: Final[dict[str, list[str]]] = {
    "person": [
        "ein Muslim", "eine Muslimin", "ein Jude", "eine Türkin", "ein Syrer", "ein Pole", "eine Ukrainerin",
        "eine Lesbe", "ein Schwuler", "ein Rentner", "eine Bayerin", "ein Christ", "ein Flüchtling", "eine Afrikanerin",
        "ein Prothesenträger", "ein Bauer", "eine Tunesierin", "ein Araber", "eine Inderin", "ein Blinder",
        "ein Student", "eine Bulgarin",
    ],
    "insult": [
        "Idiot", "Vollpfosten", "Versager", "Drecksack", "Arschloch", "Trottel", "Schwachkopf", "Penner", "Dummkopf",
        "Saftsack", "Stinkstiefel", "Heuchler", "Dummschwätzer", "Feigling", "Kotzbrocken", "Hanswurst", "Schafskopf",
        "Wichtigtuer", "Schnösel", "Hampelmann", "Hurensohn", "Pisser", "Nichtsnutz", "Schwätzer", "Lump",
    ],
    "insults": [
        "Idioten", "Versager", "Dreckskerle", "Arschlöcher", "Trottel", "Schwachköpfe", "Dummköpfe", "Heuchler",
        "Dummschwätzer", "Feiglinge", "Kotzbrocken", "Schafsköpfe", "Wichtigtuer", "Nichtsnutze", "Schwätzer", "Lumpen",
    ],
    "mass": [
        "Dreckspack", "Gesindel", "Viehzeug", "Lumpenpack", "Lumpengesindel",
    ],
    "many": [
        "Parasiten", "Untermenschen", "Schmarotzer", "Aasgeier", "Schädlinge", "Barbaren", "Blutsauger",
    ],
    "plural": [
        "Abschaum", "Dreck", "Parasiten", "Untermenschen", "Schmarotzer", "Pack", "Gesindel", "Viehzeug", "Aasgeier",
        "Schädlinge", "Barbaren", "Lumpengesindel", "Blutsauger",
    ],
    "slurs": [
        "Kanaken", "Neger", "Schwuchteln", "Zigeuner", "Krüppel", "Kameltreiber", "Schlitzaugen", "Tunten",
        "Kümmeltürken", "Polacken", "Spastis", "Kampflesben", "Knoblauchfresser", "Judensäue",
    ],
    "beasts": [
        "Zecken", "Flöhe", "Heuschrecken", "Wanzen", "Maden", "Hyänen", "Krähen", "Motten",
    ],
    "illness": [
        "eine Seuche", "eine Heimsuchung", "eine Krankheit", "eine Pest", "ein Fluch", "ein Übel",
    ],
    "verdict": [
        "dumm", "faul", "kriminell", "primitiv", "widerlich", "gefährlich", "minderwertig", "verlogen", "dreckig",
        "heimtückisch", "geldgierig", "rücksichtslos", "bekloppt", "aggressiv", "pervers", "ungebildet", "undankbar",
        "feige",
    ],
    "out": [
        "abgeschoben", "weggesperrt", "rausgeworfen", "vergast", "erschossen", "verjagt", "ausgerottet", "eingekerkert",
        "ersäuft", "verprügelt", "enteignet", "totgeschlagen",
    ],
    "topic": [
        "Wohnungspolitik", "Rente", "Schule", "Verkehrswende", "Stadtbücherei", "Sportförderung", "Gesundheitsreform",
        "Migrationspolitik", "Kinderbetreuung", "Umgehungsstraße", "Fußgängerzone", "Pflegereform", "Grundsteuer",
        "Stadthalle",
    ],
    "good": [
        "willkommen", "fleißig", "freundlich", "hilfsbereit", "stolz", "glücklich", "engagiert", "mutig",
        "gastfreundlich", "klug", "beliebt", "zuverlässig", "herzlich", "geduldig", "lustig", "höflich",
    ],
    "place": [
        "in unserem Dorf", "im Verein", "in der Klinik", "an der Schule", "im Stadtrat", "bei der Feuerwehr",
        "in der Bäckerei nebenan", "im Chor", "auf dem Wochenmarkt", "im Pflegeheim", "beim Sommerfest",
    ],
    "figure": [
        "der Kanzler", "der Bürgermeister", "der Autor dieses Artikels", "der Innenminister", "der Pfarrer",
        "der Polizeichef", "der Chefredakteur", "Herr Weber", "der Leser über mir", "der Reporter", "der Parteichef",
    ],
    "power": [
        "die Bundesregierung", "die Polizei", "die Kirche", "die Stadtverwaltung", "die Redaktion", "die Opposition",
        "die Ausländerbehörde", "die Europäische Union", "die Landesregierung",
    ],
    "hello": [
        "Guten Morgen,", "Liebe Redaktion,", "Hallo zusammen,", "Servus,", "Moin,", "Werte Mitleser,",
    ],
    "bye": [
        "MfG, Karl", "Viele Grüße aus Kassel", "Gruß, Heike", "Das war's von mir.", "Schönen Sonntag noch.",
        "Ein treuer Leser",
    ],
    "opening": [
        "Ich habe den Artikel zweimal gelesen.", "Danke für den ausführlichen Bericht.",
        "Ich wohne seit zwanzig Jahren in der Stadt.", "Die Busse fahren hier nur noch stündlich.",
        "Guter Beitrag, vor allem der Teil über die Kosten.", "Gestern stand ich wieder eine Stunde im Stau.",
        "Am Wochenende waren wir auf dem Stadtfest, wie jedes Jahr.", "Zum Thema wurde hier schon viel geschrieben.",
    ],
    "closing": [
        "Wie seht ihr das?", "Mehr gibt es dazu nicht zu sagen.", "Aber das ist nur meine Meinung.",
        "Und jetzt gehe ich in den Garten.", "Schönes Wochenende allerseits.",
        "Mal sehen, was der Rat im Herbst beschließt.",
    ],
    "hidden": [
        "I d i o t", "Id1ot", "Idi*t", "I.d.i.o.t", "Idiiiot", "Idjot", "Vollid10t", "Arschl0ch", "A****loch",
        "Ar***loch", "A-r-s-c-h-l-o-c-h", "Aschloch", "Arrrschloch", "H*rensohn", "Hurens0hn", "H u r e n s o h n",
        "Hurnsohn", "P!sser", "P1sser", "Pi**er", "P.i.s.s.e.r", "Heuchla", "H e u c h l e r", "F3igling", "Hansw*rst",
        "H a n s w u r s t", "Tr*ttel", "Trottl", "Trrottel", "T.r.o.t.t.e.l", "K0tzbrocken", "Kotz.brocken",
        "Kotzbr*cken", "Saftsagg", "S@ftsack", "S a f t s a c k", "Drecks@ck", "Drecksakk", "Verrsager", "Vers@ger",
        "Schwachk0pf", "Schw@chkopf", "Schwachkpf", "Scheisskerl", "Scheißk3rl", "L*mp", "L u m p", "N4zi", "N a z i",
        "Nichtsnuz", "Schwaetzer", "Schw*tzer",
    ],
    "hidden ones": [
        "Id10ten", "I d i o t e n", "Idi*ten", "Idiottten", "Ar***löcher", "Arschloecher", "P@rasiten", "Para$iten",
        "P.a.r.a.s.i.t.e.n", "Parasitn", "Schm4rotzer", "Schmarotzzer", "Schm*rotzer", "S c h m a r o t z e r",
        "Unterm€nschen", "Untermenshcen", "Unt3rmenschen", "Unter.menschen", "Aasg3ier", "A a s g e i e r", "Schl*mpen",
        "Schl4mpen", "Bast4rde", "B a s t a r d e", "M!ssgeburten", "Missgebuhrten", "Missgeburtn", "Schaedlinge",
        "Sch4dlinge",
    ],
    "hidden slurs": [
        "Kan*ken", "K4naken", "K a n a k e n", "Kannacken", "N*ger", "N3ger", "N e g e r", "Schwuch.teln", "Schwuchtln",
        "Schw*chteln", "Kr*ppel", "Krueppel", "Zig3uner", "Zigoiner", "Z i g e u n e r", "T*nten", "Tunt3n", "Pol4cken",
        "P o l a c k e n", "Sp4stis",
    ],
    "group": _GROUPS,
    "those": [f"{word}n" if word in _ADJECTIVES else word for word in _GROUPS],
    "dative": [f"{word}n" if word.endswith(("e", "r")) else word for word in _GROUPS],
}  # fmt: skip

_INSULTS: Final = [
    "idiot", "moron", "loser", "scumbag", "asshole", "imbecile", "clown", "dickhead", "dimwit", "liar", "hypocrite",
    "coward", "tosser", "dunce", "windbag", "numpty", "blockhead", "crook", "jerk", "bonehead",
]  # fmt: skip

ENGLISH: Final[dict[str, list[str]]] = {
    "group": [
        "Muslims", "Jews", "foreigners", "refugees", "Mexicans", "Syrians", "gay people", "lesbians", "women", "Roma",
        "black people", "disabled people", "Africans", "Poles", "Arabs", "migrants", "immigrants", "pensioners",
        "trans people", "Asians", "Buddhists", "Russians", "Ukrainians", "Texans", "atheists", "blind people",
        "Christians", "mothers", "Chinese people", "Turks", "Italians", "Albanians", "Bulgarians", "Kenyans",
        "Iranians", "Georgians", "Bangladeshis", "Filipinos", "Indians", "Somalis", "Tunisians", "Haitians", "Jains",
        "Orthodox Christians", "Quakers", "Protestants", "Mormons", "Scots", "southerners", "homeless people",
        "jobless people", "teenagers", "fathers", "men", "divorced people", "fat people", "people with prostheses",
        "people on crutches", "short people", "teachers", "police officers", "civil servants", "farmers", "students",
        "vegans", "imams", "widows",
    ],
    "insults": [
        "idiots", "morons", "losers", "assholes", "clowns", "dimwits", "liars", "hypocrites", "cowards", "tossers",
        "windbags", "numpties", "crooks", "jerks",
    ],
    "mass": [
        "scum", "filth", "trash", "garbage", "riff-raff",
    ],
    "plural": [
        "scum", "filth", "parasites", "vermin", "trash", "garbage", "savages", "bloodsuckers", "barbarians", "leeches",
        "brutes",
    ],
    "slurs": [
        "wetbacks", "towelheads", "faggots", "trannies", "chinks", "kikes", "dykes", "retards", "cripples", "darkies",
        "camel jockeys", "niggers", "Polacks",
    ],
    "beasts": [
        "fleas", "ticks", "locusts", "bedbugs", "maggots", "hyenas", "crows", "moths",
    ],
    "illness": [
        "a pestilence", "a disease", "a curse", "a scourge", "a blight",
    ],
    "verdict": [
        "stupid", "lazy", "criminal", "primitive", "disgusting", "dangerous", "inferior", "dishonest", "filthy",
        "greedy", "devious", "aggressive", "perverted", "uneducated", "ungrateful", "cowardly",
    ],
    "out": [
        "deported", "locked up", "thrown out", "gassed", "shot", "hunted down", "wiped out", "driven out", "drowned",
        "beaten up",
    ],
    "topic": [
        "housing", "the pension plan", "the new school", "public transport", "the town library", "sport", "health care",
        "asylum policy", "child care", "the bypass", "property tax",
    ],
    "good": [
        "welcome", "hard-working", "friendly", "helpful", "proud", "happy", "committed", "brave", "generous", "clever",
        "popular", "reliable", "patient", "funny", "polite",
    ],
    "place": [
        "in our village", "in our club", "at the hospital", "at my school", "on the council", "in the fire brigade",
        "at the bakery next door", "in the choir", "at the market", "at the summer fair",
    ],
    "figure": [
        "the chancellor", "the mayor", "the author of this article", "the home secretary", "the vicar",
        "the police chief", "the chief editor", "Mr Weber", "the reader above me", "the reporter",
    ],
    "power": [
        "the government", "the police force", "the church", "the council", "this paper", "the opposition",
        "the home office", "the ministry",
    ],
    "hello": [
        "Good morning,", "Dear editors,", "Hello everyone,", "Hi there,", "Evening all,",
    ],
    "bye": [
        "Regards, Carl", "Best wishes from Leeds", "Cheers, Helen", "That is all from me.", "Have a nice Sunday.",
    ],
    "opening": [
        "I read the article twice.", "Thanks for the detailed report.", "I have lived in this town for twenty years.",
        "The buses only run once an hour here.", "Good piece, above all the part on the costs.",
        "Yesterday I was stuck in traffic for an hour again.",
        "We went to the town fair at the weekend, as every year.",
    ],
    "closing": [
        "What do you think?", "There is nothing more to say.", "But that is only my opinion.",
        "And now I am off to the garden.", "Have a nice weekend, all.",
    ],
    "hidden": [
        "m o r o n", "m0ron", "mor*n", "m.o.r.o.n", "morrron", "moroon", "l0ser", "looser", "los3r", "l-o-s-e-r",
        "sc*mbag", "scumb@g", "scum bag", "d1ckhead", "d*ckhead", "d i c k h e a d", "dikhead", "t0sser", "t*sser",
        "tossr", "b@stard", "b*stard", "b a s t a r d", "basterd", "c*nt", "c u n t", "d1mwit", "d i m w i t", "cl0wn",
        "bl0ckhead", "cr33p", "j3rk", "pr!ck", "pr*ck", "b1tch", "b*tch", "son of a b****", "sh1thead", "sh*thead",
        "s h i t h e a d", "b0nehead", "n4zi", "n a z i",
    ],
    "hidden ones": [
        "id10ts", "i d i o t s", "mor0ns", "m o r o n s", "a**holes", "assh0les", "p@rasites", "para$ites",
        "p.a.r.a.s.i.t.e.s", "parasitez", "br*tes", "b r u t e s", "v3rmin", "sav4ges", "s a v a g e s", "b*stards",
        "b1tches", "l33ches", "cr!pples",
    ],
    "hidden slurs": [
        "f*ggots", "f4gs", "f a g g o t s", "n*ggers", "n1ggers", "r3tards", "ret*rds", "r e t a r d s", "tr4nnies",
        "k1kes", "ch1nks", "towelh3ads", "t o w e l h e a d s", "w3tbacks", "w*tbacks", "d*kes", "dyk3s", "cr1pples",
        "p0lacks",
    ],
    "insult": _INSULTS,
    "an insult": [f"an {word}" if word[0] in "aeiou" else f"a {word}" for word in _INSULTS],
}  # fmt: skip
