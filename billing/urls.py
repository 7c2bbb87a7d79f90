"""Billing's pages. Addresses hold ids only."""

from django.urls import path

from billing.views import exports, items, practice, queue, rejections

app_name = "billing"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("search", queue.search, name="search"),
    path("items/<int:item_id>", items.item, name="item"),
    path("items/<int:item_id>/ask", items.ask, name="ask"),
    path("items/<int:item_id>/withdraw", items.withdraw, name="withdraw"),
    path("items/<int:item_id>/reject", items.reject, name="reject"),
    path("items/<int:item_id>/requeue", items.requeue, name="requeue"),
    path("items/<int:item_id>/void", items.void, name="void"),
    path("items/<int:item_id>/void-undo", items.void_undo, name="void-undo"),
    path("items/<int:item_id>/reference", items.reference, name="reference"),
    path("items/<int:item_id>/lines", items.lines, name="lines"),
    path("items/<int:item_id>/details", items.details, name="details"),
    path("items/<int:item_id>/institutional", items.institutional, name="institutional"),
    path("items/<int:item_id>/professional", items.professional, name="professional"),
    path("items/<int:item_id>/coverage", items.coverage, name="coverage"),
    path("items/<int:item_id>/confirm-edit", items.confirm_edit, name="confirm-edit"),
    path("confirm", exports.confirm, name="confirm"),
    path("exports", exports.exports, name="exports"),
    path("exports/<int:batch_id>", exports.export, name="export"),
    path("exports/<int:batch_id>/download", exports.download, name="download"),
    path("exports/<int:batch_id>/files/<slug:kind>", exports.download, name="file"),
    path("rejections", rejections.rejections, name="rejections"),
    path("practice", practice.practice, name="practice"),
    path("practice/submitter", practice.submitter, name="submitter"),
    path("practice/payers/new", practice.payer, name="payer-new"),
    path("practice/payers/<int:payer_id>", practice.payer, name="payer"),
    path("practice/providers/new", practice.provider, name="provider-new"),
    path("practice/providers/<int:provider_id>", practice.provider, name="provider"),
    path("practice/facilities/new", practice.facility, name="facility-new"),
    path("practice/facilities/<int:facility_id>", practice.facility, name="facility"),
    path("practice/clinicians/<int:clinician_id>", practice.clinician, name="clinician"),
    path("practice/fees", practice.fees, name="fees"),
    path("practice/fees/new", practice.fee, name="fee-new"),
    path("practice/fees/<int:fee_id>", practice.fee, name="fee"),
]
