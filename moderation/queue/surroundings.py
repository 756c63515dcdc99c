"""What surrounds a comment on its card: who wrote it, what stands around it, what else waits, where it links to."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from comments.enums import Status
from moderation.enums import Action, RestrictionKind, RestrictionTarget

# How many are shown of each; the rest is counted, or a link leads there.
MOST_PARENTS = 8
MOST_SIBLINGS = 3
MOST_DECISIONS = 5
MOST_EXCERPTS = 5
MOST_LINKS = 12
# How many comments can be decided together.
MOST_TOGETHER = 100
EXCERPT_LENGTH = 280


@dataclass(frozen=True, slots=True)
class NearbyComment:
    """Another comment with the beginning of the text that is public, or of the latest where none is. `is_severe`: the text
    is shown to who asks to see it."""

    public_id: str
    author_name: str
    status: Status
    posted_at: datetime.datetime
    excerpt: str
    is_whole: bool
    is_severe: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands: what it answers from the root on, and what was said beside it just before and after.

    `left_out` is how many comments of the chain are between its first and its second one.
    """

    parents: tuple[NearbyComment, ...] = ()
    left_out: int = 0
    before: tuple[NearbyComment, ...] = ()
    after: tuple[NearbyComment, ...] = ()


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that stands about a comment of the author. The clause is that of the version it was made by."""

    comment: str
    action: Action
    to_status: Status
    at: datetime.datetime
    clause_number: int | None
    clause_title: str


@dataclass(frozen=True, slots=True)
class StandingRestriction:
    """A restriction that holds now for the author, or for the network the comment was sent from."""

    kind: RestrictionKind
    target: RestrictionTarget
    ends_at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class AuthorGlance:
    """The author at a glance. `has_proved_address`: a link in a mail was followed, or the account has an address.

    `decisions` are the last ones about their latest comments, `note` the latest of `note_count` notes.
    """

    has_proved_address: bool = False
    is_trusted: bool = False
    decisions: tuple[PastDecision, ...] = ()
    note_count: int = 0
    note: str = ""
    noted_at: datetime.datetime | None = None
    restrictions: tuple[StandingRestriction, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherPending:
    """Other comments that wait and have something in common with this one; `ids` are the first 100, `shown` the first 5."""

    ids: tuple[str, ...] = ()
    shown: tuple[NearbyComment, ...] = ()

    @property
    def count(self) -> int:
        """How many; `MOST_TOGETHER` means at least so many."""
        return len(self.ids)

    @property
    def together(self) -> tuple[str, ...]:
        """Those that can be decided in one go with the comment itself."""
        return self.ids[: MOST_TOGETHER - 1]

    @property
    def decided_together(self) -> int:
        """How many those are with the comment itself."""
        return len(self.together) + 1


@dataclass(frozen=True, slots=True)
class CommentLink:
    """An address in the text. `host` has its Punycode read, `written_host` stands in the address; `is_own` leads to the
    site itself. `is_first`: no earlier comment of the site links to the host.
    """

    address: str
    host: str
    written_host: str
    is_own: bool
    is_shortened: bool
    names_somebody: bool
    is_first: bool = False

    @property
    def is_encoded(self) -> bool:
        """Whether the host is written in Punycode, so that it reads differently than it is spelled."""
        return self.host != self.written_host


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All of it. `link_count` counts every different address, `links` are the first of them."""

    place: Place = Place()
    author: AuthorGlance = AuthorGlance()
    by_author: OtherPending = OtherPending()
    by_network: OtherPending = OtherPending()
    by_text: OtherPending = OtherPending()
    links: tuple[CommentLink, ...] = ()
    link_count: int = 0
    pinned_at: datetime.datetime | None = None
    featured_at: datetime.datetime | None = None
    vote_count: int = 0
