"""From the Alphabetic Index to wordings with codes: "see" followed, modifiers and order undone.

"Dermatitis > contact > allergic > due to > nickel" is printed by lead term; a clinician writes
"allergic contact dermatitis due to nickel". Each entry gives that natural wording; an entry that
says "see" (or has no code and says "see also") becomes a further wording of what it points to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from summarizer.coding import wording
from summarizer.coding.alphabetic import NEOPLASM_COLUMNS, Entry, IndexFile, Kind

# After one of these the index goes on in the order of speech.
_CONNECTOR = re.compile(
    r"(?:with|without|due to|in|of|by|from|following|after|during|associated with|complicating|"
    r"caused by|resulting from|secondary to|and|as|for|to|on|at|involving|affecting|meaning|"
    r"without mention of|not|because of|post)\b",
    re.IGNORECASE,
)
# A line that only says "the rest": its code stands in the tabular list with a better wording.
_REST = re.compile(
    r"^(?:other |specified|unspecified|NEC$|NOS$|type NEC|site NEC|by site|condition)",
    re.IGNORECASE,
)
_QUALIFIER = re.compile(r"\b(?:NEC|NOS)\b")
_BEHAVIOUR = (
    (re.compile(r"\bmalignant,? secondary\b|\bsecondary\b|\bmetasta"), 1),
    (re.compile(r"\bmalignant\b"), 0),
    (re.compile(r"\bin situ\b"), 2),
    (re.compile(r"\bbenign\b"), 3),
    (re.compile(r"\buncertain\b"), 4),
    (re.compile(r"\bunspecified\b"), 5),
)
# How the six columns of the neoplasm table are said of a site.
_NEOPLASM_SAID = (
    ("malignant neoplasm of {}", "{} cancer"),
    ("secondary malignant neoplasm of {}", "metastasis to {}"),
    ("carcinoma in situ of {}",),
    ("benign neoplasm of {}",),
    ("neoplasm of uncertain behavior of {}",),
    ("neoplasm of unspecified behavior of {}", "{} tumor"),
)
_ADJECTIVE = re.compile(r"(?:al|ic|ous|ed|ive|ing)$")
_PARENTHESES = re.compile(r"\s*\([^()]*\)")
MAX_MODIFIERS = 8
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A wording that the index gives a code (a heading where it prints a dash).

    ``extra`` are further wordings that differ by nonessential modifiers: exact matches, but no
    meaning of their own. ``entry`` is the path as printed, shown as the reason.
    """

    code: str
    text: str
    entry: str
    kind: Kind
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Morphology:
    """A tumour's name that the index sends to the neoplasm table: "Adenocarcinoma" is malignant."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """Everything the index says, ready for the terminology file."""

    terms: tuple[IndexTerm, ...]
    morphologies: tuple[Morphology, ...]
    unresolved: tuple[str, ...]


def resolve(parts: Mapping[Kind, IndexFile]) -> Resolved:
    """Wordings of all parts but the drug table, which is a table of its own (`drugs`)."""
    index = _Tree(parts["index"].entries) if "index" in parts else _Tree(())
    external = _Tree(parts["external"].entries) if "external" in parts else _Tree(())
    neoplasm = _Tree(parts["neoplasm"].entries) if "neoplasm" in parts else _Tree(())
    terms: list[IndexTerm] = []
    morphologies: dict[str, Morphology] = {}
    unresolved: list[str] = []
    for tree, kind in ((index, "index"), (external, "external")):
        for entry in tree.entries:
            code = entry.codes[0] if entry.codes else ""
            target = entry.see or ("" if code else entry.see_also)
            if not code and target:
                column = _by_site(target)
                if column is not None and len(entry.path) == 1:
                    for said in _variants(entry.path[0]):
                        morphologies[said.lower()] = Morphology(said, column)
                    continue
                code = _pointed(target, tree, neoplasm)
                if not code and "by site" not in target and target.lower() != "condition":
                    unresolved.append(f"{', '.join(entry.path)}: see {target}")
            if code and not any(_REST.match(title) for title in entry.path):
                terms.append(_worded(entry, code, kind))  # type: ignore[arg-type]
    terms.extend(_neoplasms(neoplasm))
    return Resolved(tuple(terms), tuple(morphologies.values()), tuple(unresolved))


def drugs(part: IndexFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each substance of the drug table with its six codes (`alphabetic.DRUG_COLUMNS`)."""
    for entry in part.entries:
        if entry.codes:
            yield _phrases(entry.path)[0], entry.codes


class _Tree:
    """The entries by their path, for following "see"."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_path: dict[tuple[str, ...], Entry] = {}
        loose: dict[tuple[str, ...], Entry] = {}
        for entry in self.entries:
            above = tuple(_folded(title) for title in entry.path[:-1])
            for said in (entry.path[-1], *_variants(entry.path[-1])):
                self._by_path.setdefault((*above, _folded(said)), entry)
            # "see Fracture, tibia" means the main term "Fracture, traumatic".
            loose.setdefault((*above, _folded(entry.path[-1].split(",")[0])), entry)
        self._by_path = {**loose, **self._by_path}

    def find(self, target: str) -> Entry | None:
        """The entry that "Dermatitis, contact, allergic" names; None where a step is missing."""
        steps = [step.strip() for step in _PARENTHESES.sub("", target).split(",") if step.strip()]
        path: tuple[str, ...] = ()
        found: Entry | None = None
        while steps:
            for count in range(len(steps), 0, -1):
                step = (*path, _folded(", ".join(steps[:count])))
                entry = self._by_path.get(step)
                if entry is not None:
                    found = entry
                    path = tuple(_folded(title) for title in entry.path)
                    steps = steps[count:]
                    break
            else:
                return None
        return found


def _pointed(target: str, tree: _Tree, neoplasm: _Tree, depth: int = 0) -> str:
    """The code that "see ``target``" leads to, or ""."""
    if depth > MAX_DEPTH:
        return ""
    if target.lower().startswith("neoplasm"):
        return _neoplasm_code(target, neoplasm)
    entry = tree.find(target)
    if entry is None:
        return ""
    if entry.codes:
        return entry.codes[0]
    further = entry.see or entry.see_also
    return _pointed(further, tree, neoplasm, depth + 1) if further else ""


def _by_site(target: str) -> int | None:
    """The column of "Neoplasm, malignant, by site"; None for any other target."""
    said = target.lower()
    if not said.startswith("neoplasm") or "by site" not in said:
        return None
    return _column(said)


def _column(said: str) -> int | None:
    return next((column for pattern, column in _BEHAVIOUR if pattern.search(said)), None)


def _neoplasm_code(target: str, neoplasm: _Tree) -> str:
    """ "Neoplasm, breast, malignant" in the table."""
    column = _column(target.lower())
    steps = [step.strip() for step in target.split(",")[1:]]
    site = [step for step in steps if step and _column(step.lower()) is None]
    if column is None or not site:
        return ""
    entry = neoplasm.find(", ".join(["Neoplasm, neoplastic", *site]))
    return entry.codes[column] if entry is not None and entry.codes else ""


def _neoplasms(tree: _Tree) -> Iterator[IndexTerm]:
    for entry in tree.entries:
        if len(entry.path) < 2 or not entry.codes or any(_REST.match(t) for t in entry.path):
            continue
        site = _phrases(entry.path[1:])[0]
        for column, (code, said) in enumerate(zip(entry.codes, _NEOPLASM_SAID, strict=True)):
            if code:
                path = f"{', '.join(entry.path)}, {NEOPLASM_COLUMNS[column]}"
                first, *others = (form.format(site) for form in said)
                yield IndexTerm(code, first, path, "neoplasm", tuple(others))


def _worded(entry: Entry, code: str, kind: Kind) -> IndexTerm:
    text, *variants = _phrases(entry.path)
    modified = (f"{modifier} {text}" for modifier in entry.modifiers[:MAX_MODIFIERS])
    return IndexTerm(code, text, ", ".join(entry.path), kind, (*variants, *modified))


def _phrases(path: tuple[str, ...]) -> list[str]:
    """The entry in the order of speech, once for each variant of its main term, the noun first."""
    before: list[str] = []
    after: list[str] = []
    for title in path[1:]:
        said = _plain(_variants(title)[0])
        if after or _CONNECTOR.match(said):
            after.append(said)
        elif said:
            before.insert(0, said)
    found = []
    for main in _variants(path[0]):
        parts = [*before, _plain(main), *after]
        found.append(" ".join(part for part in parts if part))
    return found


def _variants(title: str) -> list[str]:
    """ "Angiopathia, angiopathy" is one thing said twice; "contracture, hip" is not."""
    parts = [part.strip() for part in re.split(r",| or ", title) if part.strip()]
    if len(parts) < 2 or any(" " in part for part in parts):
        return [title]
    stem = parts[0][:3].lower()
    if not all(part.lower().startswith(stem) for part in parts):
        return [title]
    return sorted(parts, key=lambda part: bool(_ADJECTIVE.search(part)))


def _plain(title: str) -> str:
    """Without NEC and NOS, and "Gout, chronic" as "chronic gout"."""
    plain = " ".join(_QUALIFIER.sub(" ", title).split()).strip(" ,")
    first, comma, rest = plain.partition(", ")
    return f"{rest} {first}" if comma and "," not in rest and not _CONNECTOR.match(rest) else plain


@lru_cache(maxsize=65536)
def _folded(title: str) -> str:
    return " ".join(word.text for word in wording.words(_QUALIFIER.sub(" ", title)))
