"""The language of a comment: told only where it is sure, and never of short German, dialect, names or quotations."""

from __future__ import annotations

import time

import pytest

from comments.enums import CheckOutcome
from moderation.flaggers.base import SiteKnowledge, speaks
from moderation.flaggers.language import LanguageFlagger, is_surely_in, tell_language
from tests.moderation.inputs import make_input, sentence

FLAGGER = LanguageFlagger()


def check(body: str, language: str):
    return FLAGGER.check(make_input(body, language=language), SiteKnowledge())


ENGLISH = "I really don't think that this is a good idea for the people who live in the city."
# The same letters as wide as Chinese ones.
WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
GERMAN = "Ich glaube wirklich nicht, dass das eine gute Idee für die Leute ist, die hier wohnen."


@pytest.mark.parametrize(
    ("body", "language", "says"),
    [
        (ENGLISH, "de", "English"),
        (f"\uff40{ENGLISH}\uff40", "de", "English"),  # wide backticks make no code
        (ENGLISH, "de-AT", "English"),
        (GERMAN, "en", "German"),
        (GERMAN.translate(WIDE), "en", "German"),
        ("Why should we pay for that when the others are not even asked?", "de", "English"),
        ("Mit dem Bus ist man da auch nicht schneller, und teurer wird es außerdem.", "en-GB", "German"),
        (
            "Je ne comprends pas pourquoi les gens sont toujours contre tout ce qui est nouveau dans la ville.",
            "de",
            "neither",
        ),
        ("No entiendo por qué la gente siempre está en contra de todo lo que es nuevo en la ciudad.", "de", "neither"),
        ("Non capisco perché la gente è sempre contro tutto quello che c'è di nuovo nella città.", "en", "neither"),
        ("Ben bu şehirde her şeyin çok daha iyi olduğunu hiç görmedim ama ne yapalım.", "de", "neither"),
        ("Nie rozumiem, dlaczego ludzie są zawsze przeciw temu, co jest nowe, i to nie tylko tu.", "de", "neither"),
        ("Jag förstår inte varför man alltid är emot allt som är nytt här, och det är inte bara du.", "de", "neither"),
        ("Я не понимаю, почему люди всегда против всего нового в этом городе.", "de", "neither"),
        ("لا أفهم لماذا الناس دائما ضد كل ما هو جديد في المدينة", "en", "neither"),
    ],
)
def test_language_other_than_that_of_the_discussion_is_named(body: str, language: str, says: str) -> None:
    finding = check(body, language)
    assert finding.outcome == CheckOutcome.FLAGGED
    assert says in sentence(finding)
    assert finding.clause == ""


NO_TITLES = [
    "I really don't think so, The Times has said it before, The Sun has not, and The Guardian will never do it again.",
    "My favourite books are The Lord of the Rings, The Old Man and the Sea and The Great Gatsby, and you should read them too.",
    "He was in London, She was in Paris, They were in Rome, and We are still here with all of them.",
    "I REALLY DO NOT THINK, THAT THIS IS A GOOD IDEA, FOR THE PEOPLE, WHO LIVE HERE, AND FOR US",
    "I Really Do Not Think, That This Is A Good Idea, For The People, Who Live In This City, And For Us",
    "They lie. They steal. They get away with it. Why do we let them do that to us?",
]
INNOCENT_DE = [
    GERMAN,
    "Super Fotos! Gefällt mir. mfg",
    "Danke!",
    "Na toll.",
    "Cool, nice, love it!",
    "Great job, well done!",
    "This is the way.",
    "No comment.",
    "Just my two cents, sorry :-)",
    "Fake News! Lügenpresse! Bye bye!",
    "Wow, what a Shitshow, der Manager vom Event-Center hat das Meeting gecancelt.",
    "Das Update vom Smartphone war ein Fail, der Support ein Joke, und das Backup offline.",
    # Names and titles.
    "Robert Lewandowski, Kylian Mbappé, Cristiano Ronaldo, Luka Modrić, Mohamed Salah",
    "The Lord of the Rings, Game of Thrones und The Walking Dead habe ich alle gesehen.",
    "Ursula von der Leyen, Annegret Kramp-Karrenbauer, Frank-Walter Steinmeier",
    "Real Madrid - FC Barcelona - Paris Saint-Germain - Manchester City - Inter Mailand",
    # Lists of titles.
    "The Lord of the Rings, The Catcher in the Rye, Of Mice and Men, The Old Man and the Sea",
    "Meine Lieblingsbücher: To Kill a Mockingbird, The Picture of Dorian Gray, Heart of Darkness, The Wind in the Willows",
    "1. The Dark Side of the Moon\n2. The Rise and Fall of Ziggy Stardust\n3. Songs in the Key of Life\n4. Horses",
    "- Bridge over Troubled Water\n- The House of the Rising Sun\n- Knocking on Heaven's Door\n- Stairway to Heaven",
    # Quotations.
    "Wie sagte Churchill? „We shall fight on the beaches, we shall fight in the fields and in the streets“",
    "> I really don't think that this is a good idea for the people in the city.\n\nSehe ich anders.",
    'Im Original: "It is not the critic who counts, not the man who points out how the strong man stumbles." Schön.',
    # Dialect.
    "Des is doch a Schmarrn, des ham mia scho immer so gmacht und des bleibt a so.",
    "Das isch doch nöd wahr, mir händ das scho immer so gmacht und das blibt au eso.",
    "Dat is doch nich wohr, dat hebbt wi all jümmer so maakt un dat blifft ok so.",
    "Ick hab da ooch keene Ahnung von, aba dit jeht so nich weita, wa?",
    "I glaub des net, die ham do koa Ahnung von dem, wos mia do erleb'n.",
    "Schaug ma moi, wos de in da Stod draus macha, I glaab ned dro.",
    # Without small words.
    "Bauamt Stadtrat Bürgermeister Verkehrswende Fahrradweg Parkplatz Kosten Steuergeld Chaos",
    "hahaha hahaha hahaha lol lol lol rofl",
    "https://www.example.org/this-is-the-way-to-do-it-and-not-the-other",
    "1234567890 !!! ???",
    # Letters of sets that Unicode has for formulas, and wide ones.
    "𝗗𝗮𝘀 𝗶𝘀𝘁 𝘄𝗶𝗿𝗸𝗹𝗶𝗰𝗵 𝗻𝗶𝗰𝗵𝘁 𝗺𝗲𝗵𝗿 𝘇𝘂 𝗴𝗹𝗮𝘂𝗯𝗲𝗻, 𝗹𝗶𝗲𝗯𝗲 𝗟𝗲𝘂𝘁𝗲!",
    "Ｄａｓ　ｉｓｔ　ｗｉｒｋｌｉｃｈ　ｎｉｃｈｔ　ｍｅｈｒ　ｚｕ　ｇｌａｕｂｅｎ",
    "\U0001f600" * 40,
    "",
]
INNOCENT_EN = [
    ENGLISH,
    "Nice photos!",
    "Schadenfreude, Zeitgeist, Angst: the Germans have a word for it.",
    "Angela Merkel and Ursula von der Leyen met in Frankfurt am Main and in Baden-Baden.",
    "C'est la vie, as they say.",
    "Der Zauberberg, Die Blechtrommel, Das Parfum, Der Steppenwolf, Das Bildnis des Dorian Gray, Die Verwirrungen des Zöglings",
    "Die Verlobung in Santo Domingo; Der Hauptmann von Köpenick; Die Marquise von O; Der Besuch der Dame; Im Westen",
    "Danke, Bernd!",
    "He sang „Freude, schöner Götterfunken, Tochter aus Elysium, wir betreten feuertrunken“ to us.",
    "Ye cannae tell us it wisnae him that did it, I wis there masel.",
    "Innit bruv, dem lot ain't never gonna change.",
    "Bundesverfassungsgericht",
]


@pytest.mark.parametrize("body", NO_TITLES)
def test_language_of_sentences_that_name_titles_or_are_written_like_some_is_told(body: str) -> None:
    assert check(body, "de").outcome == CheckOutcome.FLAGGED


@pytest.mark.parametrize("body", INNOCENT_DE)
def test_language_innocent_text_in_a_german_discussion_is_clear(body: str) -> None:
    assert check(body, "de").outcome == CheckOutcome.CLEAR


@pytest.mark.parametrize("body", INNOCENT_EN)
def test_language_innocent_text_in_an_english_discussion_is_clear(body: str) -> None:
    assert check(body, "en").outcome == CheckOutcome.CLEAR


def test_language_of_few_words_cannot_be_told() -> None:
    assert tell_language("Super Fotos! Gefällt mir. mfg", expected="en") == ("", 0.0)
    assert tell_language(GERMAN, expected="en")[0] == "de"


def test_language_looks_at_german_and_english_discussions_alone() -> None:
    assert [speaks(FLAGGER, language) for language in ("de-CH", "en", "fr")] == [True, True, False]


@pytest.mark.parametrize("body", ["der " * 1_250, "Of A, " * 833, '"a' * 2_500, "„" * 5_000, "я" * 5_000, "a'" * 2_500])
def test_language_longest_text_takes_little_time(body: str) -> None:
    start = time.thread_time()
    check(body, "en")
    assert time.thread_time() - start < 0.1


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Danke!", "de"),
        ("Genau so ist es.", "de"),
        ("Super Fotos! Gefällt mir.", "de"),
        ("Thanks!", "en"),
        ("Exactly this.", "en"),
        (GERMAN, "de"),
        (ENGLISH, "en"),
        # Too little to tell, and names.
        ("Ja.", ""),
        ("Bravo!", ""),
        ("Robert Lewandowski", ""),
        ("Kurwa mac, ty debilu.", "pl"),
        ("Siktir git lan.", ""),
        ("A kurva anyad.", ""),
        ("Du er en idiot, og din mor er en luder.", ""),
        ("Je bent een idioot en je moeder ook.", ""),
        (f"{GERMAN} Ty jestes kompletnym debilem i powinienes stad wyjechac.", ""),
        (f"{GERMAN} „Ty jestes kompletnym debilem i powinienes stad wyjechac.“", ""),
        ("Je ne comprends pas pourquoi les gens sont contre.", "fr"),
    ],
)
def test_text_is_surely_in_a_language_only_where_its_small_words_say_so(text: str, languages: str) -> None:
    known = ("de", "en", "fr", "da", "pl")
    assert [one for one in known if is_surely_in(text, one)] == languages.split()
