"""The search parameters' FHIRPath expressions, translated once into typed paths.

R4's SearchParameter.expression uses a small part of FHIRPath: member access, `|`, `as`, `.as()`,
`.ofType()`, `.where(resolve() is Patient)`, `.where(system='phone')`,
`.where(hasExtension('url'))`, `.extension('url')` and `.exists() and ... != false`. Each becomes a
list of steps over the JSON form plus the FHIR data type found at its end, so that nothing is
interpreted at run time.

Source: https://hl7.org/fhir/R4/searchparameter-registry.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

# One step over the JSON form: a property name, or a filter on the object reached so far.
#   "name"                     the property (arrays are walked)
#   ("where", name, value)     keep the objects whose property has this value
#   ("extension", url)         the extensions with this URL
#   ("has-extension", url)     keep the objects that carry this extension
Step = str | tuple[str, ...]

_TOKENS = re.compile(r"\s*('(?:[^'\\]|\\.)*'|[A-Za-z_%][A-Za-z0-9_]*|\d+|!=|[|().=,])")

EXISTS_NOT_FALSE = re.compile(r"^(?P<path>[\w.]+)\.exists\(\) and (?P=path) != false$")


class ExpressionError(ValueError):
    """The expression leaves the subset that search understands; the text says where."""


@dataclass(frozen=True)
class Path:
    """Where the values of a parameter are: steps, the data type there, and the types a reference
    found there may point to (empty: any)."""

    steps: tuple[Step, ...]
    datatype: str
    targets: tuple[str, ...] = ()
    system: str = ""  # the code system that a required binding implies for a `code`


@dataclass(frozen=True)
class Element:
    """One element of a StructureDefinition's snapshot."""

    types: tuple[str, ...]
    choice: bool = False
    content: str = ""  # path of the element whose content this one shares
    binding: str = ""  # value set of a required binding


@dataclass(frozen=True)
class Position:
    """A place in the structure: its element path (to look up children) and the path so far."""

    element: str
    path: Path
    pending: str = ""  # a choice whose type is not chosen yet: the JSON name without its suffix
    options: tuple[str, ...] = ()


@dataclass
class Compiler:
    """Translates expressions against the element tree of the R4 types."""

    elements: Mapping[str, Element]
    systems: Mapping[str, str] = field(default_factory=dict)  # value set -> its only code system

    def compile(self, type_: str, expression: str) -> tuple[Path, ...]:
        """The typed paths of `expression` for one resource type.

        Branches of the union that start at another type are left out.

        Raises:
            ExpressionError: the expression uses what is not supported.
        """
        special = EXISTS_NOT_FALSE.match(expression.strip())
        if special:
            return self._exists_not_false(type_, special["path"])
        found: list[Path] = []
        for branch in split_union(expression):
            root = re.match(r"[(\s]*(\w+)", branch)
            if root is None:
                raise ExpressionError(f"no type at the start of {branch!r}")
            if root[1] in (type_, "Resource", "DomainResource"):
                start = Position(type_, Path((), type_))
                tokens = tokenize(branch)
                found += self._finish(_Reader(self, tokens).whole(start, root[1]))
        return tuple(dict.fromkeys(found))

    def compile_relative(self, start: Path, element: str, expression: str) -> tuple[Path, ...]:
        """The paths of a composite's component, relative to the composite's own element."""
        found: list[Path] = []
        for branch in split_union(expression):
            origin = Position(element, Path((), start.datatype))
            found += self._finish(_Reader(self, tokenize(branch)).whole(origin, ""))
        return tuple(dict.fromkeys(found))

    def _exists_not_false(self, type_: str, path: str) -> tuple[Path, ...]:
        name = path.removeprefix(type_ + ".")
        keys = [name + suffix(t) for t in self.elements[f"{type_}.{name}"].types]
        return (Path(tuple(keys), "exists-not-false"),)

    def _finish(self, positions: Sequence[Position]) -> list[Path]:
        return [done.path for position in positions for done in self.chosen(position)]

    def chosen(self, position: Position, only: str = "") -> list[Position]:
        """A choice element spelt out: one position for each type it may have (or for `only`)."""
        if not position.pending:
            if only and not same_type(position.path.datatype, only):
                return []
            return [position]
        found = []
        for option in position.options:
            if not only or same_type(option, only):
                steps = (*position.path.steps, position.pending + suffix(option))
                path = Path(steps, option, position.path.targets)
                found.append(Position(option, path))
        return found

    def child(self, position: Position, name: str) -> list[Position]:
        """The positions one member below."""
        found = []
        for at in self.chosen(position):
            plain = self.elements.get(f"{at.element}.{name}")
            if plain is None:
                # Every resource has these, whatever its snapshot's author wrote.
                raise ExpressionError(f"{at.element} has no element {name}")
            found.append(self._reached(at, name, plain))
        return found

    def _reached(self, at: Position, name: str, element: Element) -> Position:
        if element.choice:
            return Position(at.element, at.path, name, element.types)
        path = replace(at.path, steps=(*at.path.steps, name))
        if element.content:
            return Position(element.content, replace(path, datatype="BackboneElement"))
        datatype = element.types[0]
        system = self.systems.get(element.binding, "") if datatype == "code" else ""
        path = replace(path, datatype=datatype, system=system)
        nested = datatype in ("BackboneElement", "Element")
        return Position(f"{at.element}.{name}" if nested else datatype, path)


class _Reader:
    """Reads one branch of an expression from its tokens."""

    def __init__(self, compiler: Compiler, tokens: list[str]) -> None:
        self.compiler = compiler
        self.tokens = tokens
        self.at = 0

    def whole(self, start: Position, root: str) -> list[Position]:
        positions = self.expression(start, root)
        if self.at != len(self.tokens):
            raise ExpressionError(f"unexpected {self.tokens[self.at]!r}")
        return positions

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise ExpressionError(f"expected {expected or 'more'}, found {token or 'the end'}")
        self.at += 1
        return token

    def expression(self, start: Position, root: str) -> list[Position]:
        if self.peek() == "(":
            self.take("(")
            positions = self.expression(start, root)
            self.take(")")
        else:
            name = self.take()
            positions = [start] if name == root or name == "$this" else []
            if not positions:
                positions = self.compiler.child(start, name)
        while True:
            if self.peek() == ".":
                self.take(".")
                positions = self.member(positions)
            elif self.peek() == "as":
                self.take("as")
                positions = self.all_chosen(positions, self.take())
            else:
                return positions

    def all_chosen(self, positions: list[Position], only: str = "") -> list[Position]:
        return [done for p in positions for done in self.compiler.chosen(p, only)]

    def member(self, positions: list[Position]) -> list[Position]:
        name = self.take()
        if self.peek() != "(" or name not in ("as", "ofType", "where", "extension"):
            return [child for p in positions for child in self.compiler.child(p, name)]
        self.take("(")
        if name in ("as", "ofType"):
            result = self.all_chosen(positions, self.take())
        elif name == "where":
            result = self.where(self.all_chosen(positions))
        else:
            url = self.take().strip("'")
            result = [
                Position("Extension", Path((*p.path.steps, ("extension", url)), "Extension"))
                for p in positions
            ]
            result = [child for p in result for child in self.compiler.child(p, "value")]
        self.take(")")
        return result

    def where(self, positions: list[Position]) -> list[Position]:
        name = self.take()
        if name == "resolve":
            for expected in ("(", ")", "is"):
                self.take(expected)
            target = self.take()
            return [replace(p, path=replace(p.path, targets=(target,))) for p in positions]
        if name == "hasExtension":
            self.take("(")
            url = self.take().strip("'")
            self.take(")")
            return [add_step(p, ("has-extension", url)) for p in positions]
        self.take("=")
        value = self.take().strip("'")
        return [add_step(p, ("where", name, value)) for p in positions]


def add_step(position: Position, step: Step) -> Position:
    """The position after one more step that does not change its type."""
    return replace(position, path=replace(position.path, steps=(*position.path.steps, step)))


def tokenize(text: str) -> list[str]:
    """The tokens of one expression.

    Raises:
        ExpressionError: a character that no token starts with.
    """
    tokens, at, text = [], 0, text.strip()
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise ExpressionError(f"cannot read {text[at:]!r}")
        tokens.append(match[1])
        at = match.end()
    return tokens


def split_union(expression: str) -> list[str]:
    """The branches of `a | b`, splitting outside quotes and parentheses only."""
    branches, depth, start, quoted = [], 0, 0, False
    for at, char in enumerate(expression):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
        elif not quoted and char == "|" and depth == 0:
            branches.append(expression[start:at])
            start = at + 1
    branches.append(expression[start:])
    return [branch.strip() for branch in branches if branch.strip()]


def suffix(datatype: str) -> str:
    """How a choice element's JSON name ends for this type: `dateTime` -> `DateTime`."""
    return datatype[0].upper() + datatype[1:]


def same_type(datatype: str, wanted: str) -> bool:
    """Whether `as wanted` keeps this type. R4 writes `as DateTime` for dateTime in places, and
    Age, Duration and the like are kinds of Quantity only where the choice says Quantity."""
    return datatype.lower() == wanted.lower()
