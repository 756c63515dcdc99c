"""The read side of the desk: pages of the queue, single cards, counts. Values only; nothing here writes."""

from __future__ import annotations

from moderation.queue.colleagues import QueueLease
from moderation.queue.context import read_surroundings, with_surroundings
from moderation.queue.findings import read_findings, read_flagged
from moderation.queue.found import NamedComment, QueueFinding
from moderation.queue.lists import queue_counts, read_overview, read_rows
from moderation.queue.order import ordered_queue
from moderation.queue.paging import next_in_queue
from moderation.queue.read import read_change, read_item, read_items, read_queue
from moderation.queue.surroundings import MOST_TOGETHER, CommentLink, OtherPending, Surroundings
from moderation.queue.values import (
    COUNT_LIMIT,
    PAGE_SIZE,
    QueueAppeal,
    QueueArticle,
    QueueAuthor,
    QueueChange,
    QueueFilters,
    QueueItem,
    QueuePage,
    QueueParent,
    QueueReport,
    QueueRow,
    QueueSort,
    QueueStatus,
    RowArticle,
    RowPage,
)

__all__ = [
    "COUNT_LIMIT",
    "MOST_TOGETHER",
    "PAGE_SIZE",
    "CommentLink",
    "NamedComment",
    "OtherPending",
    "QueueAppeal",
    "QueueArticle",
    "QueueAuthor",
    "QueueChange",
    "QueueFilters",
    "QueueFinding",
    "QueueItem",
    "QueueLease",
    "QueuePage",
    "QueueParent",
    "QueueReport",
    "QueueRow",
    "QueueSort",
    "QueueStatus",
    "RowArticle",
    "RowPage",
    "Surroundings",
    "next_in_queue",
    "ordered_queue",
    "queue_counts",
    "read_change",
    "read_findings",
    "read_flagged",
    "read_item",
    "read_items",
    "read_overview",
    "read_queue",
    "read_rows",
    "read_surroundings",
    "with_surroundings",
]
