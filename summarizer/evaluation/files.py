"""Evaluation files: CSV in, one JSON document out. Errors name the file, line and column."""

import csv
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from summarizer.exceptions import SummarizerError

MAX_FIELD = 16 * 1024 * 1024


class EvaluationError(SummarizerError):
    """The data cannot be read or the result cannot be written; says which file and why."""

    code = "evaluation"


def rows_read(
    path: Path, columns: Sequence[str], *, limit: int | None = None
) -> list[dict[str, str]]:
    """The rows of a UTF-8 CSV file (with or without byte order mark) that has ``columns``.

    ``limit`` keeps the first rows only. Raises EvaluationError for a missing or empty file,
    another encoding, a missing column, or a row of another length.
    """
    text = text_read(path)
    csv.field_size_limit(MAX_FIELD)
    try:
        return _rows(path, csv.reader(text.splitlines(keepends=True), strict=True), columns, limit)
    except csv.Error as error:
        raise EvaluationError(f"{path} is no well-formed CSV: {error}.") from error


def tab_rows_read(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a UTF-8 file of tab-separated values that has ``columns``.

    A quotation mark is a character like any other unless every row reads as quoted. Raises
    EvaluationError as `rows_read` does.
    """
    lines = text_read(path).splitlines(keepends=True)
    try:
        return _rows(path, csv.reader(lines, delimiter="\t", strict=True), columns, None)
    except (csv.Error, EvaluationError):
        plain = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return _rows(path, plain, columns, None)


def text_read(path: Path) -> str:
    """The file's text; raises EvaluationError for a missing file or another encoding."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluationError(
            f"{path} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8 and try again."
        ) from error
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}.") from error
    if "\0" in text:
        raise EvaluationError(f"{path} holds NUL characters: it is no text file.")
    return text


def _rows(
    path: Path, reader: Any, columns: Sequence[str], limit: int | None
) -> list[dict[str, str]]:
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in columns if name not in header]
    if missing:
        found = ", ".join(header) or "none"
        raise EvaluationError(
            f"{path} lacks the column {', '.join(missing)}. Its columns are: {found}."
        )
    rows: list[dict[str, str]] = []
    for cells in reader:
        if limit is not None and len(rows) >= limit:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise EvaluationError(
                f"{path}, line {reader.line_num}: {len(cells)} fields, "
                f"the header has {len(header)}."
            )
        rows.append(dict(zip(header, cells, strict=True)))
    if not rows:
        raise EvaluationError(f"{path} has no rows.")
    return rows


def out_check(path: Path) -> None:
    """Raise EvaluationError now rather than after the work, if ``path`` cannot be written."""
    if path.is_dir():
        raise EvaluationError(f"{path} is a folder: name a file.")
    if not path.parent.is_dir():
        raise EvaluationError(f"The folder {path.parent} is not there: make it first.")
    if not os.access(path.parent, os.W_OK):
        raise EvaluationError(f"The folder {path.parent} cannot be written to.")


def json_write(path: Path, document: Mapping[str, Any]) -> None:
    """Write ``document`` whole or not at all: a reader never sees half a file."""
    out_check(path)
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            try:
                json.dump(document, file, ensure_ascii=False, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
                os.fchmod(file.fileno(), 0o644)  # a temporary file is its owner's alone
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise EvaluationError(f"{path} cannot be written: {error.strerror}.") from error
