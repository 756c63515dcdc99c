from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from comments import feeds, views


class ArticleKeyConverter(StringConverter):
    """What a publisher's key may be; anything else is absent before a database hears of it."""

    regex = "[A-Za-z0-9._~:-]{1,200}"


class PublicIdConverter(StringConverter):
    """What an identifier of a comment looks like."""

    regex = "[0-9a-z]{1,12}"


register_converter(ArticleKeyConverter, "article_key")
register_converter(PublicIdConverter, "public_id")

app_name = "comments"

urlpatterns = [
    path("discussion/<slug:site>/<article_key:key>/", views.discussion, name="discussion"),
    path("discussion/<slug:site>/<article_key:key>/comments/", views.post, name="post"),
    path("c/<public_id:public_id>/", views.permalink, name="permalink"),
    path("status/<str:token>/", views.status, name="status"),
    path("status/<str:token>/revise/", views.revise, name="revise"),
    path("status/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("feeds/<slug:site>/comments.atom", feeds.site_feed, name="site_feed"),
    path("feeds/<slug:site>/<article_key:key>/comments.atom", feeds.article_feed, name="article_feed"),
]
