"""A clinician's own rules of wording."""

from dataclasses import dataclass
from typing import Any

from ehr.exceptions import Text
from ehr.models import StyleRule
from ehr.permissions import PHYSICIAN, actor_of


@dataclass(frozen=True, slots=True)
class StyleRuleView:
    """`visit_ids` are where it was learned from; none for one that was written by hand."""

    id: int
    language: str
    find: str
    write: str
    state: str
    state_label: Text
    visit_ids: tuple[int, ...]
    kept: int


def style_rules(user: Any) -> tuple[StyleRuleView, ...]:
    """One's own rules: proposed first, then those that are on, off, and seen too rarely yet."""
    actor = actor_of(user, PHYSICIAN)
    rows = StyleRule.objects.filter(author=user, organization_id=actor.organization_id)
    states = StyleRule.State
    order = [states.PROPOSED, states.ON, states.OFF, states.LEARNING]
    return tuple(
        StyleRuleView(
            id=row.pk,
            language=row.language,
            find=row.find,
            write=row.write,
            state=row.state,
            state_label=row.get_state_display(),
            visit_ids=tuple(row.visits),
            kept=row.kept,
        )
        for row in sorted(rows, key=lambda row: order.index(states(row.state)))
    )
