"""Billing's pages. Addresses hold ids only."""

from django.urls import path

from billing.views import exports, queue

app_name = "billing"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("items/<int:item_id>", queue.item, name="item"),
    path("items/<int:item_id>/ask", queue.ask, name="ask"),
    path("items/<int:item_id>/answer", queue.answer, name="answer"),
    path("items/<int:item_id>/reject", queue.reject, name="reject"),
    path("confirm", exports.confirm, name="confirm"),
    path("exports", exports.exports, name="exports"),
    path("exports/<int:batch_id>", exports.export, name="export"),
    path("exports/<int:batch_id>/download", exports.download, name="download"),
]
