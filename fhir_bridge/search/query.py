"""What a search asks for, once its parameters are understood."""

from dataclasses import dataclass, field

from fhir_bridge.search.fragments import Test
from fhir_bridge.search.parameters import Parameter

# What a single request may ask for. Beyond it the answer is an error that names the limit.
MAX_PARAMETERS = 60
MAX_VALUES = 300
MAX_CHAIN = 8
MAX_CHAIN_TYPES = 2000  # types that all chains of one search lead through, each time one does
MAX_SORT = 5
MAX_INCLUDES = 20
MAX_COUNT = 1000
DEFAULT_COUNT = 20
MAX_INCLUDED = 2000  # included resources of one page; the rest is left out with a warning
MAX_SQL_PARAMETERS = 30_000  # SQLite takes 32,766, PostgreSQL 65,535
MAX_VALUE_LENGTH = 4000


@dataclass(frozen=True)
class SortKey:
    """One key of `_sort`: a parameter, or `_id` or `_lastUpdated` (then `parameter` is None)."""

    code: str
    descending: bool
    parameter: Parameter | None


@dataclass(frozen=True)
class Include:
    """One `_include` or `_revinclude`: references of `parameter` (None: all) of `source`, limited
    to resources of `target` ("": any)."""

    source: str  # "*": any type
    parameter: Parameter | None
    target: str
    reverse: bool
    iterate: bool


@dataclass
class Query:
    """A search of one resource type."""

    resource_type: str
    tests: list[Test] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    total: str = ""  # "", none, estimate, accurate
    summary: str = ""  # "", true, text, data, count, false
    elements: tuple[str, ...] = ()
    cursor: str = ""
    used: list[tuple[str, str]] = field(default_factory=list)  # for the links; without the cursor
    warnings: list[str] = field(default_factory=list)
