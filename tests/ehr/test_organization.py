"""What an organisation chooses for itself, and who may: its own administrators and nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ehr import selectors
from ehr.exceptions import NotAllowed
from ehr.models import Note, OrganizationSettings
from ehr.selectors.organization import em_levels_used
from ehr.services.organization import organization_settings_save
from fhir_bridge.access import actor_for_user, administrator_set
from fhir_bridge.models import AuditEntry
from tests.ehr.world import World, note_make

URL = "/organization"


def used(organization_id: int) -> bool:
    """Whether the organisation's reviews show levels."""
    rows = OrganizationSettings.objects.filter(organization_id=organization_id)
    return em_levels_used(rows.values_list("em_levels", flat=True).first())


LEVEL = "Level of the visit"


@pytest.fixture
def administrator(world: World) -> Any:
    """The owner, who is a physician, as an administrator."""
    administrator_set(username="owner", administrator=True)
    return world.owner


@pytest.fixture
def note(world: World, use_engine: Callable[[Any], None]) -> Note:
    return note_make(world)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(user: Any, note: Note) -> bool:
    page = signed_in(user).get(reverse("ehr:visit", args=[note.visit_id])).content.decode()
    return LEVEL in page


@pytest.mark.parametrize("default", [True, False])
def test_the_setting_holds_until_an_organisation_chooses(
    world: World, administrator: Any, settings: Any, default: bool
) -> None:
    settings.EM_LEVELS = default
    assert used(world.organization_id) is default
    for chosen in (True, False):
        organization_settings_save(user=administrator, em_levels=chosen)
        assert used(world.organization_id) is chosen
        assert used(world.other_organization_id) is default
    organization_settings_save(user=administrator, em_levels=None)
    assert used(world.organization_id) is default
    assert OrganizationSettings.objects.count() == 1
    found = selectors.organization_settings(administrator)
    assert (found.name, found.em_levels, found.em_levels_default) == ("Ours", None, default)


def test_the_review_page_follows_the_choice(
    world: World, administrator: Any, note: Note, settings: Any
) -> None:
    client = signed_in(administrator)
    assert shown(world.owner, note)
    assert client.post(URL, {"em_levels": "off"}).status_code == 302
    assert not shown(world.owner, note)
    assert not shown(world.colleague, note)
    settings.EM_LEVELS = False
    client.post(URL, {"em_levels": "on"})
    assert shown(world.owner, note)
    client.post(URL, {"em_levels": ""})
    assert not shown(world.owner, note)


def test_the_page_shows_what_is_chosen_and_refuses_what_is_no_choice(
    administrator: Any, settings: Any
) -> None:
    client = signed_in(administrator)
    page = client.get(URL).content.decode()
    assert "Ours" in page
    assert "At present shown." in page
    settings.EM_LEVELS = False
    assert "At present hidden." in client.get(URL).content.decode()
    assert client.post(URL, {"em_levels": "maybe"}).status_code == 422
    assert not OrganizationSettings.objects.exists()
    client.post(URL, {"em_levels": "on"})
    assert 'value="on" id="id_em_levels_1" checked' in client.get(URL).content.decode()
    french = client.get(URL, headers={"Accept-Language": "fr"}).content.decode()
    assert "Réglages de l'organisation" in french.replace("&#x27;", "'")


def test_a_choice_is_audited_and_names_who_made_it(world: World, administrator: Any) -> None:
    row = organization_settings_save(user=administrator, em_levels=False)
    assert row.changed_by == administrator
    (entry,) = AuditEntry.objects.filter(resource_type="Organization", action="update")
    assert (entry.organization_id, entry.detail) == (world.organization_id, {"em_levels": False})


@pytest.mark.parametrize("who", ["colleague", "biller", "outsider", "nobody", "anonymous"])
def test_nobody_but_an_administrator_reads_or_changes_them(
    world: World, administrator: Any, who: str
) -> None:
    organization_settings_save(user=administrator, em_levels=True)
    client = Client()
    if who != "anonymous":
        user = getattr(world, who)
        client.force_login(user)
        with pytest.raises(NotAllowed):
            organization_settings_save(user=user, em_levels=False)
        with pytest.raises(NotAllowed):
            selectors.organization_settings(user)
    status = 302 if who == "anonymous" else 403
    for answer in (client.get(URL), client.post(URL, {"em_levels": "off"})):
        assert answer.status_code == status
        assert "Ours" not in answer.content.decode()
    assert OrganizationSettings.objects.get().em_levels is True


def test_an_administrator_elsewhere_changes_only_their_own(
    world: World, administrator: Any
) -> None:
    administrator_set(username="outsider", administrator=True)
    client = signed_in(world.outsider)
    assert "Theirs" in client.get(URL).content.decode()
    assert "Ours" not in client.get(URL).content.decode()
    assert client.post(URL, {"em_levels": "off"}).status_code == 302
    assert used(world.organization_id)
    assert not used(world.other_organization_id)


def test_an_administrator_of_billing_sees_no_more_of_a_patient(world: World, note: Note) -> None:
    administrator_set(username="biller", administrator=True)
    client = signed_in(world.biller)
    assert client.get(URL).status_code == 200
    assert client.get(reverse("ehr:visit", args=[note.visit_id])).status_code == 403


def test_only_an_administrators_menu_names_the_page(world: World, administrator: Any) -> None:
    for user, named in ((world.owner, True), (world.colleague, False)):
        page = signed_in(user).get(reverse("ehr:worklist")).content.decode()
        assert (f'href="{URL}"' in page) is named


def test_the_command_makes_and_ends_administrators(world: World, capsys: Any) -> None:
    call_command("administrator", "colleague")
    assert actor_for_user(world.colleague).administrator
    call_command("administrator", "colleague", "--revoke")
    assert not actor_for_user(world.colleague).administrator
    for name in ("nobody", "who"):
        with pytest.raises(CommandError):
            call_command("administrator", name)
    assert "administers Ours" in capsys.readouterr().out
