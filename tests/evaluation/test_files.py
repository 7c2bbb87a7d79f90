"""Evaluation files: what cannot be read is named, and a result is written whole or not at all."""

import json
from pathlib import Path

import pytest

from summarizer.evaluation.files import EvaluationError, json_write, out_check, rows_read


def csv_file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "visits.csv"
    path.write_bytes(content)
    return path


def test_rows_are_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    plain = csv_file(tmp_path, b'dialogue,note\n"a\nb",c\n\nd,e\n')
    expected = [{"dialogue": "a\nb", "note": "c"}, {"dialogue": "d", "note": "e"}]
    assert rows_read(plain, ("dialogue", "note")) == expected
    marked = csv_file(tmp_path, b"\xef\xbb\xbf" + plain.read_bytes())
    assert rows_read(marked, ("note",)) == expected
    assert rows_read(marked, ("note",), limit=1) == expected[:1]


def test_a_three_hour_transcript_fits_in_a_field(tmp_path: Path) -> None:
    long = "word " * 60_000
    path = csv_file(tmp_path, f"dialogue,note\n{long},short\n".encode())
    assert rows_read(path, ("dialogue",))[0]["dialogue"] == long


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "lacks the column dialogue, note"),
        (b"text,note\na,b\n", "lacks the column dialogue. Its columns are: text, note"),
        (b"dialogue,note\n", "has no rows"),
        (b"dialogue,note\na,b,c\n", "line 2: 3 fields, the header has 2"),
        ("dialogue,note\nété,b\n".encode("latin-1"), "is not UTF-8 (byte 15)"),
        (b"dialogue,note\na\0,b\n", "NUL"),
        (b'dialogue,note\n"a,b\n', "no well-formed CSV"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = csv_file(tmp_path, content)
    with pytest.raises(EvaluationError) as caught:
        rows_read(path, ("dialogue", "note"))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"none\.csv cannot be read"):
        rows_read(tmp_path / "none.csv", ("dialogue",))


def test_a_result_replaces_the_file_only_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    json_write(out, {"metrics": {"é": 1}})
    with pytest.raises(TypeError):
        json_write(out, {"metrics": object()})
    assert json.loads(out.read_text()) == {"metrics": {"é": 1}}
    assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="make it first"):
        out_check(tmp_path / "none" / "out.json")
    with pytest.raises(EvaluationError, match="name a file"):
        out_check(tmp_path)
