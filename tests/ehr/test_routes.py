"""Every route of the whole site has a policy, and nobody else gets in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from ehr.models import CodingQuery, StyleRule
from tests.ehr.world import World, note_make

# Views of Django itself that hold nothing of anybody.
OPEN_THIRD_PARTY = {"django.views.i18n.set_language"}


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def policy_of(view: Any) -> tuple[str, ...]:
    """A function's own policy, or that of the class that `as_view` made it from."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        if getattr(holder, "policy", ()):
            return tuple(getattr(holder, "policy", ()))
    return ()


def test_every_route_has_a_policy() -> None:
    found = list(routes())
    assert len(found) > 20
    without = [
        path
        for path, view in found
        if not policy_of(view) and f"{view.__module__}.{view.__name__}" not in OPEN_THIRD_PARTY
    ]
    assert without == []


def test_the_open_routes_are_these_and_no_more() -> None:
    public = {path for path, view in routes() if policy_of(view) == ("public",)}
    assert public <= {
        "sign-in",
        "sign-out",
        "healthz",
        "i18n/setlang/",
        "fhir^/metadata$",
        r"fhir^/openapi\.json$",
        r"fhir^/\.well-known/smart-configuration$",
    }


def test_every_api_route_refuses_whoever_is_not_a_physician_here(
    world: World, use_engine: Callable[[Any], None]
) -> None:
    note = note_make(world)
    numbers = {
        "visit_id": note.visit_id,
        "draft_id": note.draft_id,
        "note_id": note.pk,
        "sentence_id": note.sections.first().sentences.first().pk,  # type: ignore[union-attr]
        "suggestion_id": note.suggestions.first().pk,  # type: ignore[union-attr]
        "rule_id": StyleRule.objects.create(
            organization_id=note.visit.organization_id,
            author=world.owner,
            language="en",
            find="x",
        ).pk,
        "query_id": CodingQuery.objects.create(note=note, asked_at=timezone.now()).pk,
    }
    asked = 0
    for path, view in routes():
        if not path.startswith("api/"):
            continue
        url = "/" + concrete(path, numbers)
        method = "post" if hasattr(view.cls, "post") else "get"
        for user, statuses in (
            (None, {401}),
            (world.biller, {403}),
            (world.nobody, {403}),
            # The worklist and one's own rules hold nothing of anybody else.
            (world.outsider, {404, 422} if url in ("/api/worklist", "/api/style") else {404}),
        ):
            client = Client()
            if user is not None:
                client.force_login(user)
            body = {"version": 1, "text": "New words.", "reason": "A reason"}
            response = getattr(client, method)(url, body, content_type="application/json")
            assert response.status_code in statuses, (url, user, response.content)
            assert b"Zimmermann" not in response.content
            assert b"chest pain" not in response.content.lower()
            asked += 1
    assert asked >= 40
    note.refresh_from_db()
    assert note.version == 1


def concrete(path: str, numbers: dict[str, int]) -> str:
    """A route's pattern with real numbers in it."""
    for name, number in numbers.items():
        path = path.replace(f"<int:{name}>", str(number))
        path = path.replace(f"(?P<{name}>\\d{{1,18}})", str(number))
    path = path.replace("(?P<action>accept|reject|restore|edit|resolve)", "accept")
    path = path.replace("(?P<action>accept|reject|restore)", "accept")
    path = path.replace("(?P<action>on|off|forget)", "on")
    return path.replace("^", "").replace("$", "")


@pytest.mark.parametrize("role", ["biller", "nobody"])
def test_a_wrong_role_gets_the_refusal_page(world: World, role: str) -> None:
    client = Client()
    client.force_login(getattr(world, role))
    response = client.get("/worklist")
    assert response.status_code == 403


def test_an_anonymous_visitor_is_sent_to_sign_in_and_back(world: World) -> None:
    response = Client().get("/worklist")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/worklist")


def test_an_anonymous_htmx_request_is_not_given_a_page_in_a_fragment(world: World) -> None:
    response = Client().get("/worklist", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/sign-in"
