"""The words of resources, for `_text` and `_content` (see fulltext.py), and how they are stored.

Words are runs of letters and digits, folded by case and accents, whatever the language; Chinese,
Japanese and Korean characters each count as one.
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from fhir_bridge.models import ResourceText

TABLE = ResourceText._meta.db_table
MAX_CHARACTERS = 100_000  # of one resource: a tsvector ends at a megabyte

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}]+")
_ASCII = bytes(ord(chr(n).lower()) if n < 128 and chr(n).isalnum() else 32 for n in range(256))
_TAG = re.compile(r"<[^>]*>")
# What a person does not read as the resource's words: addresses, references, encoded bytes, and
# the headers of a Subscription, which are secret.
_UNREAD = frozenset(
    ["resourceType", "id", "meta", "system", "url", "reference", "data", "contentType", "div",
     "header"]
)  # fmt: skip


def folded(text: str) -> str:
    """The folded words of a text, parted by single spaces or more.

    >>> folded("L'épaule (2e)")
    'l epaule 2e'
    """
    if text.isascii():
        return text.encode().translate(_ASCII).decode()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Once more: what a compatibility form stood for may have a case of its own.
    return " ".join(_WORD.findall(plain.lower()))


def words_of(resource: Mapping[str, Any]) -> tuple[str, str]:
    """The folded words of a resource's narrative, and of all its other texts."""
    narrative = resource.get("text")
    div = narrative.get("div") if type(narrative) is dict else None
    told = html.unescape(_TAG.sub(" ", div)) if type(div) is str else ""
    texts: list[str] = []
    _gather(resource, texts)
    rest = "\n".join(texts)
    return folded(told[:MAX_CHARACTERS]), folded(rest[:MAX_CHARACTERS])


def _gather(value: Any, texts: list[str]) -> None:
    kind = type(value)
    if kind is str:
        texts.append(value)
    elif kind is dict:
        for key, item in value.items():
            if key not in _UNREAD:
                _gather(item, texts)
    elif kind is list:
        for item in value:
            _gather(item, texts)


# Rows of (primary key, narrative, words): one execution each on SQLite, one array a column on
# PostgreSQL.
INSERT_SQLITE = f"INSERT INTO {TABLE} (rowid, narrative, words) VALUES (%s, %s, %s)"
INSERT_POSTGRESQL = (
    f"INSERT INTO {TABLE} (rowid, words) "
    "SELECT p, w::tsvector FROM unnest(%s::bigint[], %s::text[]) AS u(p, w)"
)
# What a tsvector holds: bytes of a word, the last position, positions of one word.
_LONGEST, _LAST_POSITION, _MOST_POSITIONS = 2_046, 16_383, 255


def vector(narrative: str, rest: str) -> str:
    """Folded words as PostgreSQL's tsvector, those of the narrative with weight A.

    Not by `to_tsvector`: its parser knows numbers, hosts and files, and cuts "5e765f2b" in two.
    """
    positions: dict[str, list[str]] = {}
    at = 0
    for text, weight in ((narrative, "A"), (rest, "")):
        for word in text.split():
            at += 1
            if len(word) <= _LONGEST // 4 or len(word.encode()) <= _LONGEST:
                positions.setdefault(word, []).append(f"{min(at, _LAST_POSITION)}{weight}")
    return " ".join(
        f"{word}:{','.join(places[:_MOST_POSITIONS])}" for word, places in positions.items()
    )


def insert(rows: Sequence[tuple[int, str, str]]) -> None:
    """Store the words of resources that have none stored: (primary key, narrative, words)."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            vectors = [(key, vector(narrative, rest)) for key, narrative, rest in rows]
            columns = [list(column) for column in zip(*vectors, strict=True)]
            cursor.execute(INSERT_POSTGRESQL, columns)
        else:
            cursor.executemany(INSERT_SQLITE, rows)
