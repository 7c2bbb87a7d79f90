"""`_filter`: search expressions with and, or, not, parentheses and comparisons.

    given eq "peter" and (birthdate ge 2014-10-10 or not (active eq true))
    subject[gender eq female].name co "pet"

`and` binds closer than `or`. A comparison looks at the values of the parameter one by one: `ne` is
met where some value differs. Values are compared whatever their case; a code is looked for as
written, in lower case, in upper case and capitalised.

Source: https://hl7.org/fhir/R4/search_filter.html
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fhir_bridge.search import filtering, parameters
from fhir_bridge.search.fragments import Every, Not, Test, either_of
from fhir_bridge.search.problems import UnknownParameter, problem, shown

if TYPE_CHECKING:
    from fhir_bridge.search.parse import Parser

MAX_COMPARISONS = 60
MAX_NESTING = 20
_WORD = re.compile(r"\s*([()\[\].]|[A-Za-z_][A-Za-z0-9_:\-]*)")
_STRING = re.compile(r'\s+("(?:[^"\\]|\\.)*")')
_TOKEN = re.compile(r"\s+([^\s)\]]+)")
OPERATORS = frozenset(
    "eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in re".split()  # noqa: SIM905
)


class Step(NamedTuple):
    """A name of a path, and the filter on what it leads to."""

    name: str
    inside: "Node | None"


@dataclass(frozen=True)
class Comparison:
    path: tuple[Step, ...]
    operator: str
    value: str


@dataclass(frozen=True)
class Logical:
    operator: str  # and, or, not
    parts: tuple["Node", ...]


Node = Comparison | Logical


class Filter:
    """Makes the test of an expression; parameters, access and limits are those of the parser."""

    def __init__(self, parser: "Parser", depth: int) -> None:
        self.parser = parser
        self.depth = depth

    def test(self, resource_type: str, text: str) -> Test:
        """The test that a resource of this type meets the expression.

        Raises:
            Invalid: the expression cannot be read, names what is no parameter, or asks too much.
        """
        node = _Reader(text).whole()
        try:
            return self._of(resource_type, node, self.depth)
        except UnknownParameter as error:
            name = shown(str(error))
            raise problem(f"_filter: {resource_type} has no search parameter {name}") from None

    def _of(self, type_: str, node: Node, depth: int) -> Test:
        if isinstance(node, Comparison):
            return self._compared(type_, node.path, node, depth)
        parts = [self._of(type_, part, depth) for part in node.parts]
        if node.operator == "not":
            return Not(parts[0])
        if node.operator == "or":
            return either_of(parts)
        return Every(type_, tuple(parts))

    def _compared(self, type_: str, path: tuple[Step, ...], node: Comparison, depth: int) -> Test:
        step, *rest = path
        if step.name.startswith("_has:"):
            return self._has(type_, step, tuple(rest), node, depth)
        code, _, modifier = step.name.partition(":")
        parameter = parameters.get(type_, code)
        if parameter is None and code == "id":
            parameter = parameters.get(type_, "_id")
        if parameter is None:
            raise UnknownParameter(code)
        if rest:

            def inner(target: str) -> Test:
                tests = [self._compared(target, tuple(rest), node, depth + 1)]
                if step.inside is not None:
                    tests.append(self._of(target, step.inside, depth + 1))
                return Every(target, tuple(tests))

            return self.parser.chained(parameter, modifier, inner, depth + 1)
        if step.inside is not None:
            raise problem("_filter: after [...] a dot and a parameter are expected")
        if modifier:
            raise problem(f"_filter: {code} does not take :{shown(modifier)}", "not-supported")
        if node.operator in ("eq", "co", "in"):
            special = self.parser.special(parameter, node.value, depth)
            if special is not None:
                return special
        return filtering.compared(self.parser.matching, parameter, node.operator, node.value)

    def _has(
        self, type_: str, step: Step, rest: tuple[Step, ...], node: Comparison, depth: int
    ) -> Test:
        parts = step.name.split(":", 3)
        if len(parts) != 4 or not parts[3] or step.inside is not None:
            raise problem("_has: expected _has:ResourceType:reference:parameter")
        path = (Step(parts[3], None), *rest)
        inner: Callable[[str], Test] = lambda source: self._compared(source, path, node, depth + 1)  # noqa: E731
        return self.parser.referring(type_, parts[1], parts[2], inner, depth + 1)


class _Reader:
    """Reads an expression by the grammar of search_filter.html."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.comparisons = 0

    def whole(self) -> Node:
        node = self._either(0)
        if self.text[self.at :].strip():
            raise self._wrong("and, or, or the end")
        return node

    def _peek(self) -> str:
        match = _WORD.match(self.text, self.at)
        return match[1] if match else ""

    def _take(self, expected: str = "") -> str:
        match = _WORD.match(self.text, self.at)
        if match is None or (expected and match[1] != expected):
            raise self._wrong(expected or "a parameter")
        self.at = match.end()
        return match[1]

    def _either(self, nesting: int) -> Node:
        parts = [self._every(nesting)]
        while self._peek() == "or":
            self._take()
            parts.append(self._every(nesting))
        return parts[0] if len(parts) == 1 else Logical("or", tuple(parts))

    def _every(self, nesting: int) -> Node:
        parts = [self._one(nesting)]
        while self._peek() == "and":
            self._take()
            parts.append(self._one(nesting))
        return parts[0] if len(parts) == 1 else Logical("and", tuple(parts))

    def _one(self, nesting: int) -> Node:
        if nesting > MAX_NESTING:
            raise problem(f"_filter: at most {MAX_NESTING} levels", "too-costly")
        if self._peek() == "(":
            return self._inside("(", ")", nesting)
        start = self.at
        word = self._take()
        if word == "not" and self._peek() == "(":
            return Logical("not", (self._inside("(", ")", nesting),))
        self.at = start
        return self._comparison(nesting)

    def _inside(self, opening: str, closing: str, nesting: int) -> Node:
        self._take(opening)
        node = self._either(nesting + 1)
        self._take(closing)
        return node

    def _comparison(self, nesting: int) -> Node:
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            raise problem(f"_filter: at most {MAX_COMPARISONS} comparisons", "too-costly")
        path = [self._step(nesting)]
        while self._peek() == ".":
            self._take()
            path.append(self._step(nesting))
        operator = self._take()
        if operator not in OPERATORS:
            raise self._wrong(f"one of {' '.join(sorted(OPERATORS))}")
        return Comparison(tuple(path), operator, self._value())

    def _step(self, nesting: int) -> Step:
        name = self._take()
        if not (name[0].isalpha() or name[0] == "_"):
            raise self._wrong("a parameter")
        inside = self._inside("[", "]", nesting) if self._peek() == "[" else None
        return Step(name, inside)

    def _value(self) -> str:
        quoted = _STRING.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            try:
                text = str(json.loads(quoted[1], strict=False))
                text.encode()  # refuses half a surrogate pair
            except ValueError:
                raise self._wrong("a JSON string") from None
            if "\0" in text:
                raise self._wrong("a text without null characters")
            return text
        plain = _TOKEN.match(self.text, self.at)
        if plain is None or plain[1].startswith('"'):
            raise self._wrong("a value")
        self.at = plain.end()
        return plain[1]

    def _wrong(self, expected: str) -> Exception:
        return problem(f"_filter: expected {expected} at character {self.at + 1}")
