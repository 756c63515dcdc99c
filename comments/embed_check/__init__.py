"""What is wrong with a page that embeds a discussion, in whole sentences, each with the line that puts it right.

Pure: `read_page` looks at the text of a page, `check_page` compares it with what the database knows. Fetching the page is
the business of comments/services/embed_check.py.
"""

from __future__ import annotations

from comments.embed_check.checks import check_page, suggest_key
from comments.embed_check.reading import EmbedPage, read_page
from comments.embed_check.values import Finding, KnownSite

__all__ = ["EmbedPage", "Finding", "KnownSite", "check_page", "read_page", "suggest_key"]
