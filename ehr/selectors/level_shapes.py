"""What the level of a visit is shown as."""

from dataclasses import dataclass

from ehr.exceptions import Text


@dataclass(frozen=True, slots=True)
class ItemView:
    """What counts for an element. `sentence_ids` are where it stands; `open` where the words do not
    settle it, so that it counts for the upper end only."""

    rule: str
    label: Text
    about: str
    sentence_ids: tuple[int, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class ElementView:
    name: str
    label: Text
    least: int
    most: int
    least_label: Text
    most_label: Text
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class LevelView:
    """`codes` are those that the documentation supports, for the patient `kind` ("new" or
    "established", as the record has it); `all_codes` can be picked. `verdict` compares a pick with
    the documentation as it stands now: "less", "within", "more", or "" without a pick."""

    elements: tuple[ElementView, ...]
    least_label: Text
    most_label: Text
    kind: str
    last_seen: str
    minutes: int | None
    time_sentence_ids: tuple[int, ...]
    codes: tuple[str, ...]
    all_codes: tuple[tuple[str, tuple[str, ...]], ...]
    picked: str
    verdict: str
    verdict_label: Text
