from __future__ import annotations

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from comments import (
    embed,
    embed_comment,
    embed_pages,
    oembed,
    views,
    views_follow,
    views_following,
    views_sign_in,
    views_subscriptions,
    views_votes,
)
from comments.feed_addresses import FeedFormat
from comments.feeds import views as feeds


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
    path("c/<public_id:public_id>/vote/", views_votes.vote, name="vote"),
    path("c/<public_id:public_id>/mute/", views_votes.mute, name="mute"),
    path("my-comments/", views.my_comments, name="my_comments"),
    path("my-comments/<slug:site>/replies-feed/", views_following.own_replies_feed, name="own_replies_feed"),
    path("my-comments/<slug:site>/seen/", views_following.seen, name="mark_seen"),
    path("follow/confirm/<str:token>/", views_subscriptions.confirm, name="confirm"),
    path("follow/leave/<str:token>/", views_subscriptions.leave, name="leave"),
    path("follow/leave-digests/<str:token>/", views_subscriptions.leave_digests, name="leave_digests"),
    path("follow/never/<str:token>/", views_subscriptions.refuse, name="refuse"),
    path("follow/<slug:site>/", views_follow.follow_site, name="follow_site"),
    path("follow/<slug:site>/<article_key:key>/", views_follow.follow, name="follow"),
    path("subscriptions/<str:token>/", views_subscriptions.subscriptions, name="subscriptions"),
    path("embed/v1.js", embed_pages.script, name="embed_script"),
    path("embed/v1.json", embed_pages.script_facts, name="embed_script_facts"),
    re_path(
        r"^embed/v(?P<version>1\.[0-9]{1,4}\.[0-9]{1,4})\.js$",
        embed_pages.versioned_script,
        name="embed_script_version",
    ),
    path("embed/v1/<slug:site>/<article_key:key>/frame/", embed_pages.frame, name="embed_frame"),
    path("embed/v1/<slug:site>/<article_key:key>/thread.html", embed.thread, name="embed_thread"),
    path("embed/v1/<slug:site>/<article_key:key>/reader", embed.reader, name="embed_reader"),
    path("embed/v1/comments/<public_id:public_id>.html", embed_comment.comment, name="embed_comment"),
    path("oembed", oembed.oembed, name="oembed"),
    path("embed/sign-in/", views_sign_in.sign_in_window, name="sign_in_window"),
    path("status/<str:token>/", views.status, name="status"),
    path("status/<str:token>/revise/", views.revise, name="revise"),
    path("status/<str:token>/replies-feed/", views_following.status_replies_feed, name="status_replies_feed"),
    path("status/<str:token>/withdraw/", views.withdraw, name="withdraw"),
]

for written in FeedFormat:
    urlpatterns += [
        path(
            f"feeds/<slug:site>/comments.{written}",
            feeds.site_feed,
            {"written": written},
            name=f"site_feed{written.suffix}",
        ),
        path(
            f"feeds/<slug:site>/<article_key:key>/comments.{written}",
            feeds.article_feed,
            {"written": written},
            name=f"article_feed{written.suffix}",
        ),
        path(
            f"feeds/<slug:site>/conversations/<public_id:public_id>/comments.{written}",
            feeds.conversation_feed,
            {"written": written},
            name=f"conversation_feed{written.suffix}",
        ),
        path(
            f"feeds/replies/<str:token>.{written}",
            feeds.replies_feed,
            {"written": written},
            name=f"replies_feed{written.suffix}",
        ),
    ]
