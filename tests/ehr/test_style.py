"""Signed edits propose rules of wording; their author alone reads them and turns them on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ehr import selectors
from ehr.exceptions import BadInput, NotAllowed, NotFound
from ehr.models import Note, NoteSentence, StyleRule
from ehr.services.notes import note_sign, sentence_accept, sentence_edit
from ehr.services.style import (
    PROPOSED_AFTER,
    rule_add,
    rule_forget,
    rule_turn,
    rules_on,
)
from summarizer.style import styled
from summarizer.types import Draft
from tests.ehr.engines import echo
from tests.ehr.world import World, note_make

WORDS = "Doctor: Any fever?\nPatient: The patient reports that she coughs twice a day.\n"
DRAFTED = "The patient reports that she coughs twice a day."


def wording(*args: Any, style: Any = (), **options: Any) -> Draft:
    """As `echo`, with the style that the pipeline would apply."""
    draft = echo(*args, **options)
    sections, used = styled(draft.sections, style, args[0], "en")
    identity = replace(draft.engine, style_rules=",".join(map(str, used)))
    return replace(draft, sections=sections, engine=identity)


@pytest.fixture(autouse=True)
def engine(use_engine: Callable[[Any], None]) -> None:
    use_engine(wording)


def sentence(note: Note) -> NoteSentence:
    return NoteSentence.objects.get(section__note=note, drafted_text__startswith="The patient")


def signed(world: World, text: str = "") -> Note:
    """A note whose sentence was reworded to ``text``, or accepted as it was drafted."""
    note = note_make(world, words=WORDS)
    line = sentence(note)
    if text:
        sentence_edit(user=world.owner, sentence_id=line.pk, expected_version=1, text=text)
    else:
        sentence_accept(user=world.owner, sentence_id=line.pk, expected_version=1)
    note_sign(user=world.owner, note_id=note.pk, expected_version=2)
    return note


def states() -> dict[tuple[str, str], str]:
    return {(rule.find, rule.write): rule.state for rule in StyleRule.objects.all()}


def test_a_rule_is_proposed_after_three_visits_and_acts_only_when_turned_on(world: World) -> None:
    for number in range(PROPOSED_AFTER):
        assert set(states().values()) <= {"learning"}
        signed(world, "The patient reports that she coughs BID.")
        assert len(StyleRule.objects.get().visits) == number + 1
    assert states() == {("twice a day", "BID"): "proposed"}
    assert sentence(note_make(world, words=WORDS)).text == DRAFTED
    (view,) = selectors.style_rules(world.owner)
    rule_turn(user=world.owner, rule_id=view.id, on=True)
    worded = note_make(world, words=WORDS)
    assert sentence(worded).text == "The patient reports that she coughs BID."
    assert worded.draft.engine["style_rules"] == str(view.id)
    rule_turn(user=world.owner, rule_id=view.id, on=False)
    assert sentence(note_make(world, words=WORDS)).text == DRAFTED
    assert sentence(worded).text == "The patient reports that she coughs BID."


def test_what_is_left_standing_as_often_is_not_proposed(world: World) -> None:
    signed(world, "The patient reports that she coughs BID.")
    for _visit in range(PROPOSED_AFTER):
        signed(world)
    for _visit in range(PROPOSED_AFTER - 1):
        signed(world, "The patient reports that she coughs BID.")
    assert states() == {("twice a day", "BID"): "learning"}
    signed(world, "The patient reports that she coughs BID.")
    assert states() == {("twice a day", "BID"): "proposed"}


def test_a_rule_keeps_no_word_of_a_patient(world: World) -> None:
    signed(world, "Ada Zimmermann reports that she coughs twice a day.")
    signed(world, "The patient reports that she coughs 5 times a day.")
    assert not StyleRule.objects.exists()


def test_of_two_rules_for_a_phrase_one_is_on(world: World) -> None:
    first = rule_add(user=world.owner, language="en", find="twice a day", write="BID")
    second = rule_add(user=world.owner, language="en", find="Twice a day", write="b.i.d.")
    first.refresh_from_db()
    assert (first.state, second.state) == ("off", "on")
    again = rule_add(user=world.owner, language="en", find="twice a day", write="BID")
    assert again.pk == first.pk
    assert [
        rule.id for rule in rules_on(author=world.owner.pk, organization_id=again.organization_id)
    ] == [first.pk]


@pytest.mark.parametrize(
    ("find", "write", "code"),
    [
        ("20 mg", "40 mg", "style-number"),
        ("denies", "reports", "style-denial"),
        ("", "x", "style-empty"),
    ],
)
def test_a_rule_that_changes_more_than_wording_is_refused_with_the_reason(
    world: World, find: str, write: str, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        rule_add(user=world.owner, language="en", find=find, write=write)
    assert refused.value.code == code
    assert not StyleRule.objects.exists()


def test_nobody_else_sees_or_changes_a_rule_or_is_worded_by_it(world: World) -> None:
    rule = rule_add(user=world.owner, language="en", find="twice a day", write="BID")
    for other in (world.colleague, world.outsider):
        assert selectors.style_rules(other) == ()
        assert rules_on(author=other.pk, organization_id=rule.organization_id) == ()
        for act in (
            lambda user: rule_turn(user=user, rule_id=rule.pk, on=False),
            lambda user: rule_forget(user=user, rule_id=rule.pk),
        ):
            with pytest.raises(NotFound):
                act(other)
    for other in (world.biller, world.nobody):
        with pytest.raises(NotAllowed):
            selectors.style_rules(other)
        with pytest.raises(NotAllowed):
            rule_add(user=other, language="en", find="twice a day", write="BID")
    for other in (None, world.biller, world.colleague, world.outsider):
        client = Client()
        if other is not None:
            client.force_login(other)
        assert b"BID" not in client.get(reverse("ehr:style")).content
        for action in ("on", "off", "forget"):
            client.post(reverse("ehr:style-turn", args=[rule.pk, action]))
            client.post(f"/api/style/{rule.pk}/{action}")
    rule.refresh_from_db()
    assert rule.state == "on"


def test_the_page_adds_turns_and_forgets(world: World) -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.owner)
    wrong = client.post(
        reverse("ehr:style-add"), {"language": "en", "find": "no fever", "write": "fever"}
    )
    assert wrong.status_code == 422
    assert "A rule may not add or take away a denial." in wrong.content.decode()
    added = {"language": "en", "find": "the patient reports that", "write": ""}
    assert client.post(reverse("ehr:style-add"), added).status_code == 302
    rule = StyleRule.objects.get()
    page = client.get(reverse("ehr:style")).content.decode()
    assert "Leave out “the patient reports that”" in page
    for action, state in (("off", "off"), ("on", "on")):
        client.post(reverse("ehr:style-turn", args=[rule.pk, action]))
        rule.refresh_from_db()
        assert rule.state == state
    assert client.post(reverse("ehr:style-turn", args=[rule.pk, "burn"])).status_code == 404
    client.post(reverse("ehr:style-turn", args=[rule.pk, "forget"]))
    assert not StyleRule.objects.exists()


def test_the_api_lists_adds_turns_and_forgets(world: World) -> None:
    client = Client()
    client.force_login(world.owner)
    body = {"language": "en", "find": "twice a day", "write": "BID"}
    added = client.post("/api/style", body, content_type="application/json")
    assert added.status_code == 201
    listed = client.get("/api/style").json()
    assert [(one["find"], one["write"], one["state"]) for one in listed] == [
        ("twice a day", "BID", "on")
    ]
    url = f"/api/style/{added.json()['id']}"
    assert client.post(f"{url}/off").json()["state"] == "off"
    assert client.post(f"{url}/forget").status_code == 204
    refused = client.post("/api/style", body | {"write": "TID"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "style-number")
