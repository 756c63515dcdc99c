from __future__ import annotations

from django.urls import path

from demo import feeds, views

app_name = "demo"
urlpatterns = [
    path("", views.front, name="front"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("elsewhere/", views.elsewhere, name="elsewhere"),
    path("feed.xml", feeds.article_feed, name="feed"),
]
