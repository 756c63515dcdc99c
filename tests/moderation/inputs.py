"""What flaggers are shown in tests."""

from __future__ import annotations

from comments.enums import ArticleMode
from comments.screening import Finding, ScreeningInput
from moderation.models import Finding as FindingRow


def make_input(body: str, *, language: str = "de", mode: str = ArticleMode.PRE_MODERATED, **values) -> ScreeningInput:
    """A guest's comment under an article."""
    return ScreeningInput(
        site="demo",
        article_key="pool",
        article_title="Das Freibad bleibt offen",
        language=language,
        mode=mode,
        body=body,
        author_name="Hanna Kuhl",
        author_kind="guest",
        revision=1,
        **values,
    )


def marked(finding: Finding, body: str) -> list[str]:
    """The stretches of the text that a finding marks."""
    return [body[span.start : span.end] for span in finding.spans]


def sentence(finding: Finding | FindingRow) -> str:
    """What a finding, or the row of one, says in English."""
    return finding.message % finding.parameters
