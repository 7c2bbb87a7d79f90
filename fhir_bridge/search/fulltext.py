"""`_text` and `_content`: the words of the narrative, or of the whole resource.

A query may say `bone metastases` (both words), `"bone marrow"` (one after the other), `metast*`
(how a word starts), `or`, `and`, `not` or `-`, and parentheses, as in R4's `(bone OR liver) and
metastases`. SQLite answers from an FTS5 table, PostgreSQL from a tsvector with a GIN index.

Source: https://hl7.org/fhir/R4/search.html#content
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from fhir_bridge.models import ResourceText
from fhir_bridge.search.fragments import (
    RESOURCE,
    Every,
    Not,
    Scope,
    Sql,
    Test,
    either_of,
    fence,
    resources_at,
)
from fhir_bridge.search.problems import BadValue, problem
from fhir_bridge.search.words import folded

TABLE = ResourceText._meta.db_table
MAX_TERMS = 40  # of one query
_MAX_NESTING = 20
_LONGEST = 400  # a longer word is none of PostgreSQL's
_TERM = re.compile(r'\s*([()]|-?"[^"]*"\*?|[^\s()"]+)')


@dataclass(frozen=True)
class Term:
    """Words that stand one after the other; `prefix`: of the last only how it starts."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class Logical:
    """`and`, `or` or `not` of what is below."""

    operator: str
    parts: tuple["Node", ...]


Node = Term | Logical


def test(resource_type: str, code: str, value: str) -> Test:
    """The test of one `_text` or `_content` value.

    Raises:
        BadValue: nothing to look for, or parentheses or operators that do not fit.
        Invalid: too many words.
    """
    node = _Reader(value).whole()
    return _test(resource_type, code == "_text", node)


def _test(resource_type: str, narrative: bool, node: Node) -> Test:
    if _is_positive(node):
        return Words(resource_type, _match(node, narrative))
    assert isinstance(node, Logical)
    if node.operator == "not":
        return Not(_test(resource_type, narrative, node.parts[0]))
    parts = [_test(resource_type, narrative, part) for part in node.parts]
    return either_of(parts) if node.operator == "or" else Every(resource_type, tuple(parts))


def _is_positive(node: Node) -> bool:
    if isinstance(node, Term):
        return True
    return node.operator != "not" and all(_is_positive(part) for part in node.parts)


@dataclass
class Words(Test):
    """The resource's words match an expression of the database's own full-text search."""

    resource_type: str
    expression: str

    def probe(self, scope: Scope, resource: str) -> Sql:
        alias = scope.alias()
        return Sql(
            f"EXISTS (SELECT 1 FROM {TABLE} {alias} WHERE {alias}.rowid = {resource} "
            f"AND {_matches(alias)}{fence()})",
            (self.expression,),
        )

    def source(self, scope: Scope) -> Sql | None:
        alias, row = scope.alias(), scope.alias()
        own = resources_at(scope, row, self.resource_type)
        return Sql(
            f"SELECT {alias}.rowid AS id FROM {TABLE} {alias} "
            f"JOIN {RESOURCE} {row} ON {row}.id = {alias}.rowid "
            f"WHERE {_matches(alias)} AND {own.text}",
            (self.expression, *own.params),
        )


def _matches(alias: str) -> str:
    if connection.vendor == "postgresql":
        return f"{alias}.words @@ %s::tsquery"
    return f"{alias}.{TABLE} MATCH %s"


def _match(node: Node, narrative: bool) -> str:
    """The expression for FTS5 or tsquery. Words are letters and digits only, so quoting is safe."""
    if isinstance(node, Term):
        return _term(node, narrative)
    parts = [_match(part, narrative) for part in node.parts]
    if connection.vendor == "postgresql":
        return "(" + (" | " if node.operator == "or" else " & ").join(parts) + ")"
    return "(" + (" OR " if node.operator == "or" else " AND ").join(parts) + ")"


def _term(term: Term, narrative: bool) -> str:
    if connection.vendor == "postgresql":
        weight = "A" if narrative else ""
        marks = [weight] * len(term.words)
        if term.prefix:
            marks[-1] += "*"
        parts = [
            f"'{word}':{mark}" if mark else f"'{word}'"
            for word, mark in zip(term.words, marks, strict=True)
        ]
        return "(" + " <-> ".join(parts) + ")"
    phrase = f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")
    return f"narrative : {phrase}" if narrative else phrase


class _Reader:
    """Reads a query. `and` binds closer than `or`; words side by side are meant together."""

    def __init__(self, value: str) -> None:
        self.tokens = _TERM.findall(value)
        self.at = 0
        if len(self.tokens) > MAX_TERMS * 3:
            raise problem(f"At most {MAX_TERMS} words can be looked for at once", "too-costly")

    def whole(self) -> Node:
        node = self._either(0)
        if node is None or self.at < len(self.tokens):
            raise BadValue("words, phrases in quotes, and, or, not and parentheses")
        return node

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _either(self, nesting: int) -> Node | None:
        parts = [self._every(nesting)]
        while self._peek().lower() in ("or", "|"):
            self.at += 1
            parts.append(self._every(nesting))
        found = [part for part in parts if part is not None]
        return _joined("or", found)

    def _every(self, nesting: int) -> Node | None:
        parts: list[Node] = []
        while self._peek() and self._peek() != ")" and self._peek().lower() not in ("or", "|"):
            if self._peek().lower() in ("and", "&", "+"):
                self.at += 1
                continue
            part = self._one(nesting)
            if part is not None:
                parts.append(part)
        return _joined("and", parts)

    def _one(self, nesting: int) -> Node | None:
        if nesting > _MAX_NESTING:
            raise BadValue("fewer parentheses")
        part = self._peek()
        self.at += 1
        if part.lower() == "not":
            inner = self._one(nesting + 1) if self._peek() not in ("", ")") else None
            return None if inner is None else Logical("not", (inner,))
        if part == "(":
            node = self._either(nesting + 1)
            if self._peek() != ")":
                raise BadValue("a closing parenthesis")
            self.at += 1
            return node
        term = Term(tuple(folded(part).split()), part.endswith("*"))
        if not term.words:
            return None
        if any(len(word) > _LONGEST for word in term.words):
            raise BadValue(f"words of {_LONGEST} characters at most")
        return Logical("not", (term,)) if part.startswith("-") else term


def _joined(operator: str, parts: Sequence[Node]) -> Node | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Logical(operator, tuple(parts))
