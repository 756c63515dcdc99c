from __future__ import annotations

from moderation.flaggers.outside.passages import MOST_CHARACTERS, closest_passages

FILLING = " Und so ging es an jenem Abend noch eine ganze Weile weiter, ohne dass jemand etwas Neues gesagt hätte." * 5
ARTICLE = [
    f"Der Stadtrat tagte am Montag.{FILLING}",
    f"Die Eintrittspreise im Freibad steigen um zwanzig Cent.{FILLING}",
    f"Der Bürgermeister verwies auf die Kassenlage.{FILLING}",
    f"Für den Sprungturm fehlt weiterhin ein Gutachten.{FILLING}",
    f"Danach wurde über die Feuerwehr gesprochen.{FILLING}",
    f"Die Sitzung endete um zehn.{FILLING}",
]


def test_passages_are_the_paragraphs_a_comment_speaks_of_in_the_order_of_the_article() -> None:
    passages = closest_passages(ARTICLE, "Ohne Sprungturm braucht keiner ein Freibad, so hohe Eintrittspreise!").split(
        "\n\n"
    )
    assert set(passages) <= set(ARTICLE)
    assert {ARTICLE[1], ARTICLE[3]} <= set(passages)
    assert passages == sorted(passages, key=ARTICLE.index)
    assert len(passages) < len(ARTICLE)


def test_passages_are_the_first_ones_where_nothing_is_shared() -> None:
    for comment in ("", "12", "жжж"):
        assert closest_passages(ARTICLE, comment) == "\n\n".join(ARTICLE[:3])
    assert closest_passages([], "Freibad") == ""


def test_passages_keep_to_their_characters_also_where_one_paragraph_is_longer() -> None:
    for paragraphs in (["Freibad " * 500], ["x" * 5_000] * 40, ["Freibad."] * 1_000):
        passages = closest_passages(paragraphs, "Freibad")
        assert 0 < len(passages) <= MOST_CHARACTERS
    assert closest_passages(["Freibad " * 500], "Freibad").endswith("…")
