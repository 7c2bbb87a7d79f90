from django.urls import include, path

handler400 = "config.errors.bad_request"
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("fhir", include("fhir_bridge.urls")),
    path("billing/", include("billing.urls")),
    path("", include("ehr.urls")),
]
