"""The whole FHIR API as one table: address, method, interaction. Mounted at /fhir.

A route with no methods is no address: it answers 404, with an OperationOutcome like the rest.
"""

from django.urls import re_path

from fhir_bridge import capabilities
from fhir_bridge.interactions import (
    bundle,
    create,
    delete,
    history,
    metadata,
    openapi,
    patch,
    read,
    search,
    smart,
    update,
    vread,
)
from fhir_bridge.operations import (
    bulk,
    bulk_import,
    diff,
    docref,
    document,
    everything,
    expand,
    export,
    lastn,
    lookup,
    meta,
    subscription_events,
    subscription_status,
    subsumes,
    summary,
    translate,
    validate,
    validate_code,
)
from fhir_bridge.rest import Route, view_of

TYPE = r"(?P<type>[A-Za-z]+)"
TYPES = r"(?P<type>[A-Za-z]+|\*)"
ID = r"(?P<id>[A-Za-z0-9\-.]{1,64})"
JOB = r"(?P<job>[0-9a-f-]{36})"
FILE = r"(?P<kind>output|error|deleted)/(?P<name>[A-Za-z0-9-]{1,70})\.ndjson"
COMPARTMENT = r"(?P<compartment>[A-Z][A-Za-z]+)/(?P<compartment_id>[A-Za-z0-9\-.]{1,64})"

ROUTES = (
    Route("base", r"/?", {"POST": bundle.bundle, "GET": search.system}),
    Route("metadata", r"/metadata", {"GET": metadata.metadata}),
    Route("openapi", r"/openapi\.json", {"GET": openapi.openapi}),
    Route("smart", r"/\.well-known/smart-configuration", {"GET": smart.configuration}),
    Route("search-system", r"/_search", {"POST": search.system}),
    Route("history-system", r"/_history", {"GET": history.system}),
    Route(
        "type",
        rf"/{TYPE}",
        {
            "GET": search.of_type,
            "POST": create.create,
            "PUT": update.update_conditionally,
            "PATCH": patch.patch_conditionally,
            "DELETE": delete.delete_conditionally,
        },
    ),
    Route("search-type", rf"/{TYPE}/_search", {"POST": search.of_type}),
    Route("history-type", rf"/{TYPE}/_history", {"GET": history.of_type}),
    Route(
        "instance",
        rf"/{TYPE}/{ID}",
        {
            "GET": read.read,
            "PUT": update.update,
            "PATCH": patch.patch,
            "DELETE": delete.delete,
        },
    ),
    Route("history-instance", rf"/{TYPE}/{ID}/_history", {"GET": history.instance}),
    Route("vread", rf"/{TYPE}/{ID}/_history/(?P<version>[^/]+)", {"GET": vread.vread}),
    Route("compartment", rf"/{COMPARTMENT}/{TYPES}", {"GET": search.in_compartment}),
    Route(
        "search-compartment", rf"/{COMPARTMENT}/{TYPES}/_search", {"POST": search.in_compartment}
    ),
    *(
        Route(f"${each.name}", pattern, dict.fromkeys(methods.split(), each))
        for pattern, methods, each in (
            (rf"/{TYPE}(?:/{ID})?/\$validate", "GET POST", validate.validate),
            (rf"/(?P<type>Patient)/{ID}/\$everything", "GET POST", everything.everything),
            (rf"/(?P<type>Encounter)/{ID}/\$everything", "GET POST", everything.of_encounter),
            (rf"/{TYPE}/{ID}/\$meta", "GET POST", meta.meta),
            (rf"/{TYPE}/{ID}/\$meta-add", "POST", meta.meta_add),
            (rf"/{TYPE}/{ID}/\$meta-delete", "POST", meta.meta_delete),
            (r"/(?P<type>Observation)/\$lastn", "GET POST", lastn.lastn),
            (rf"/(?P<type>Composition)/{ID}/\$document", "GET POST", document.document),
            (rf"/(?P<type>ValueSet)(?:/{ID})?/\$expand", "GET POST", expand.expand),
            (r"/(?P<type>CodeSystem)/\$lookup", "GET POST", lookup.lookup),
            (
                rf"/(?P<type>CodeSystem)(?:/{ID})?/\$validate-code",
                "GET POST",
                validate_code.of_code_system,
            ),
            (
                rf"/(?P<type>ValueSet)(?:/{ID})?/\$validate-code",
                "GET POST",
                validate_code.of_value_set,
            ),
            (rf"/(?P<type>CodeSystem)(?:/{ID})?/\$subsumes", "GET POST", subsumes.subsumes),
            (rf"/(?P<type>ConceptMap)(?:/{ID})?/\$translate", "GET POST", translate.translate),
            (r"/(?P<type>DocumentReference)/\$docref", "GET POST", docref.docref),
            (r"/\$export", "GET POST", export.of_system),
            (r"/(?P<type>Patient)/\$export", "GET POST", export.of_patients),
            (rf"/(?P<type>Group)/{ID}/\$export", "GET POST", export.of_group),
            (r"/\$import", "POST", bulk_import.of_system),
            (rf"/(?P<type>Patient)(?:/{ID})?/\$summary", "GET POST", summary.summary),
            (rf"/{TYPE}/{ID}/\$diff", "GET POST", diff.of_instance),
            (r"/\$diff", "GET POST", diff.of_resources),
            (r"/(?P<type>Subscription)/\$status", "GET POST", subscription_status.of_type),
            (
                rf"/(?P<type>Subscription)/{ID}/\$status",
                "GET POST",
                subscription_status.of_instance,
            ),
            (
                rf"/(?P<type>Subscription)/{ID}/\$events",
                "GET POST",
                subscription_events.of_instance,
            ),
        )
    ),
    Route("job", rf"/_jobs/{JOB}", {"GET": bulk.status, "DELETE": bulk.cancel}),
    Route("job-file", rf"/_jobs/{JOB}/{FILE}", {"GET": bulk.file}),
    Route("unknown", r"/[\s\S]*", {}),
)
capabilities.register(ROUTES)

app_name = "fhir"
urlpatterns = [re_path(rf"^{route.pattern}$", view_of(route), name=route.name) for route in ROUTES]
