from __future__ import annotations

from django.urls import path

from moderation.views import (
    appeals,
    assets,
    bulk,
    decided,
    decisions,
    embed_check,
    history,
    members,
    policy,
    preferences,
    queue,
    reports,
    restricted,
    second_factor,
    tokens,
)

app_name = "moderation"

urlpatterns = [
    path("moderation/", queue.queue, name="queue"),
    path("moderation/cards/", queue.cards, name="cards"),
    path("moderation/desk-<slug:digest>.<slug:kind>", assets.asset, name="asset"),
    path("moderation/preferences/", preferences.preferences, name="preferences"),
    path("moderation/comments/<str:public_id>/decide/", decisions.decide_comment, name="decide"),
    path("moderation/comments/<str:public_id>/history/", history.history, name="history"),
    path("moderation/decisions/<int:pk>/undo/", decisions.undo_decision, name="undo"),
    path("moderation/decisions/<int:pk>/take-back/", decided.take_back, name="take_back"),
    path("moderation/decisions/", decided.decided, name="decisions"),
    path("moderation/bulk/", bulk.bulk, name="bulk"),
    path("moderation/batches/<uuid:batch_id>/", bulk.batch, name="batch"),
    path("moderation/batches/<uuid:batch_id>/undo/", bulk.undo_batch_together, name="undo_batch"),
    path("moderation/embed-check/", embed_check.embed_check, name="embed_check"),
    path("moderation/comments/<str:public_id>/reports/dismiss/", reports.dismiss, name="dismiss_reports"),
    path("moderation/appeals/<int:pk>/answer/", appeals.answer, name="answer_appeal"),
    path("moderation/members/", members.members, name="members"),
    path("moderation/members/add/", members.add, name="add_member"),
    path("moderation/members/<int:pk>/role/", members.change, name="change_role"),
    path("moderation/members/<int:pk>/remove/", members.remove, name="remove_member"),
    path("moderation/tokens/", tokens.tokens, name="tokens"),
    path("moderation/tokens/make/", tokens.make, name="make_token"),
    path("moderation/tokens/<int:pk>/revoke/", tokens.revoke, name="revoke_token"),
    path("moderation/second-factor/", second_factor.second_factor, name="second_factor"),
    path("restrictions/<str:token>/", restricted.restriction, name="restriction"),
    path("warnings/<str:token>/", restricted.restriction, name="warning"),
    path("c/<public_id:public_id>/report/", reports.report, name="report"),
    path("reports/<str:token>/", reports.receipt, name="receipt"),
    path("status/<str:token>/appeal/", appeals.appeal, name="appeal"),
    path("embed/v1/comments/<public_id:public_id>/report.html", reports.report_fragment, name="report_fragment"),
    path("policy/<slug:site_slug>/", policy.policy, name="policy"),
]
