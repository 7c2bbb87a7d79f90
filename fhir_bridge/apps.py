from django.apps import AppConfig


class FhirBridgeConfig(AppConfig):
    name = "fhir_bridge"
