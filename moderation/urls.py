from __future__ import annotations

from django.urls import path

from moderation.views import appeals, assets, decisions, embed_check, history, policy, preferences, queue, reports

app_name = "moderation"

urlpatterns = [
    path("moderation/", queue.queue, name="queue"),
    path("moderation/cards/", queue.cards, name="cards"),
    path("moderation/desk-<slug:digest>.<slug:kind>", assets.asset, name="asset"),
    path("moderation/preferences/", preferences.preferences, name="preferences"),
    path("moderation/comments/<str:public_id>/decide/", decisions.decide_comment, name="decide"),
    path("moderation/comments/<str:public_id>/history/", history.history, name="history"),
    path("moderation/decisions/<int:pk>/undo/", decisions.undo_decision, name="undo"),
    path("moderation/embed-check/", embed_check.embed_check, name="embed_check"),
    path("moderation/comments/<str:public_id>/reports/dismiss/", reports.dismiss, name="dismiss_reports"),
    path("moderation/appeals/<int:pk>/answer/", appeals.answer, name="answer_appeal"),
    path("c/<public_id:public_id>/report/", reports.report, name="report"),
    path("reports/<str:token>/", reports.receipt, name="receipt"),
    path("status/<str:token>/appeal/", appeals.appeal, name="appeal"),
    path("embed/v1/comments/<public_id:public_id>/report.html", reports.report_fragment, name="report_fragment"),
    path("policy/<slug:site_slug>/", policy.policy, name="policy"),
]
