"""What decisions taught, for the organisation whose they are."""

from dataclasses import dataclass
from typing import Any

from ehr.models import CodePrior
from ehr.permissions import PHYSICIAN, actor_of
from summarizer.coding.priors import LEAST

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class PriorView:
    """`counts` is whether there are enough decisions for it to change a suggestion."""

    id: int
    term: str
    code: str
    accepted: int
    replaced: int
    rejected: int

    @property
    def counts(self) -> bool:
        return self.accepted + self.replaced + self.rejected >= LEAST


def code_priors(user: Any) -> tuple[PriorView, ...]:
    """By wording."""
    actor = actor_of(user, PHYSICIAN)
    rows = CodePrior.objects.filter(organization_id=actor.organization_id)[:MOST_SHOWN]
    return tuple(
        PriorView(row.pk, row.term, row.code, row.accepted, row.replaced, row.rejected)
        for row in rows
    )
