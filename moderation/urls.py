from __future__ import annotations

from django.urls import path

from moderation.views import decisions, history, policy, queue

app_name = "moderation"

urlpatterns = [
    path("moderation/", queue.queue, name="queue"),
    path("moderation/comments/<str:public_id>/decide/", decisions.decide_comment, name="decide"),
    path("moderation/comments/<str:public_id>/history/", history.history, name="history"),
    path("moderation/decisions/<int:pk>/undo/", decisions.undo_decision, name="undo"),
    path("policy/<slug:site_slug>/", policy.policy, name="policy"),
]
