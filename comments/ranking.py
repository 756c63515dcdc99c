"""How much a comment is worth reading, as far as votes tell. Pure: no query, nothing stored."""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

# The normal quantile of a 95 % interval.
Z_95 = 1.96


def wilson_lower_bound(positive: int, total: int, z: float = Z_95) -> float:
    """The lower end of the score interval for the share of `positive` in `total`, from 0 to 1; 0 without any.

    The share that is at least to be expected from what little is known: 1 of 1 is worth less than 40 of 50, and either
    more as evidence grows. With p = positive / total and n = total:

        (p + z²/2n - z √((p (1 - p) + z²/4n) / n)) / (1 + z²/n)

    E. B. Wilson: Probable Inference, the Law of Succession, and Statistical Inference. Journal of the American
    Statistical Association 22 (1927), 209-212, https://doi.org/10.1080/01621459.1927.10502953. For lists of what people
    voted for: E. Miller, How Not To Sort By Average Rating (2009),
    https://www.evanmiller.org/how-not-to-sort-by-average-rating.html.
    Raises ValueError unless 0 <= positive <= total.
    """
    if not 0 <= positive <= total:
        raise ValueError(f"{positive} of {total}")
    if positive == 0:
        # Exactly: the formula would leave a trace of rounding, and every comment without a vote a rank of its own.
        return 0.0
    share, squared = positive / total, z * z
    centre = share + squared / (2 * total)
    spread = z * math.sqrt((share * (1 - share) + squared / (4 * total)) / total)
    return (centre - spread) / (1 + squared / total)


def rank_comments(
    published_at: Mapping[int, datetime.datetime], votes: Iterable[tuple[int, datetime.datetime]]
) -> dict[int, float]:
    """The rank of each published comment of one article, by primary key. `votes` are all those cast under the article,
    as comment and moment. O(n log n).

    Readers can only vote for a comment, not against it, so a share needs another total: all votes cast under the
    article since the comment was published. Each of them shows a reader who was there, had votes to give and could
    have given one to this comment. An old comment that many later voters passed over sinks; a new one is measured only by
    those who came after it. The comment's own votes are among the total, so the share is at most 1.
    """
    votes = list(votes)
    moments = sorted(moment for _comment, moment in votes)
    since = Counter(comment for comment, moment in votes if comment in published_at and moment >= published_at[comment])
    return {
        comment: wilson_lower_bound(since[comment], len(moments) - bisect_left(moments, published))
        for comment, published in published_at.items()
    }
