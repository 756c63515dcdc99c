"""The desk's graphics as inline SVG, and numbers as people write them."""

from __future__ import annotations

import datetime

from django import template

from moderation.charts import Chart
from moderation.insights.tables import Cell
from moderation.insights.writing import (
    NONE,
    write_coefficient,
    write_count,
    write_exact_share,
    write_length,
    write_moment,
    write_share,
)

register = template.Library()
register.filter("lasted", write_length)
register.filter("share", write_share)
register.filter("exact_share", write_exact_share)
register.filter("coefficient", write_coefficient)


@register.filter
def cell(value: Cell) -> Cell:
    """A cell of a table as people read it; the template writes other numbers in the active language."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return write_count(value)
    return write_moment(value) if isinstance(value, datetime.date) else value


@register.filter
def points(difference: float) -> str:
    """A difference of two shares in points of a hundred, with its sign: "+12", "−3"."""
    return f"{round(100 * difference):+d}".replace("-", "−")


@register.inclusion_tag("moderation/_chart.html")
def chart(figure: Chart, *, is_spark: bool = False) -> dict[str, object]:
    """The graphic. Its words, and the table beside it, say the same without it."""
    return {"chart": figure, "template": f"moderation/charts/_{figure.kind}.html", "is_spark": is_spark}
