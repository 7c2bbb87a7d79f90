"""What the property-based search tests share: a fresh organisation, and the comparison."""

from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import HealthCheck, settings

from fhir_bridge import access, search
from fhir_bridge.access import Actor
from tests.fhir.search.records import put

_numbers = iter(range(1, 10**9))

generated = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def fresh() -> Actor:
    """A client of an organisation that nobody has used yet."""
    slug = f"generated-{next(_numbers)}"
    return access.loader_actor(access.organization_ensure(slug=slug, name=slug, fhir_id=slug))


def check(
    resources: list[dict[str, Any]],
    queries: Iterable[tuple[str, str]],
    expected: Callable[[dict[str, Any], str, str], bool],
) -> None:
    """Store the resources; each query finds exactly those that the reading accepts."""
    actor = fresh()
    put(actor, *resources)
    for name, value in queries:
        found = search.find(actor, resources[0]["resourceType"], [(name, value)])
        wanted = {each["id"] for each in resources if expected(each, name, value)}
        assert {stored.id for stored in found} == wanted, (name, value)
