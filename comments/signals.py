"""News after the fact. Each is sent inside the transaction that made it true; receivers enqueue with `delay_on_commit`.

An exception in a receiver rolls that transaction back, so a receiver whose work may be done later catches and logs.
"""

from __future__ import annotations

from django.dispatch import Signal

# A new comment was stored. Arguments: comment (Comment), verdict (screening.Verdict).
comment_posted = Signal()

# An author stored a new revision. Arguments: comment (Comment), verdict (screening.Verdict).
comment_revised = Signal()

# A comment moved, or an edit of a published one was settled. Arguments: comment (Comment as it stands now),
# change (StatusChange).
comment_status_changed = Signal()

# A reader voted, or took a vote back. Arguments: article_id (int).
votes_changed = Signal()

# The comments of an article, its addresses and keys now belong to another of its site. Sent before the row of the first is
# deleted. Arguments: source (Article), target (Article).
article_merged = Signal()
