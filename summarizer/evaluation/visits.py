"""A folder of transcripts as visits: what a recogniser or a transcriber left there, as it is."""

import json
from collections.abc import Iterator
from pathlib import Path

from summarizer.evaluation.files import EvaluationError, text_read

PATIENT, DOCTOR = "_patient.TextGrid", "_doctor.TextGrid"
SUFFIXES = (".json", ".vtt", ".srt", ".txt")  # of several with one name, the first is taken


def visits_read(folder: Path, *, limit: int | None = None) -> list[dict[str, str]]:
    """The visits below ``folder`` in the order of their names, ``limit`` of them at most.

    A visit is a pair ``NAME_doctor.TextGrid`` and ``NAME_patient.TextGrid`` (Praat, one speaker a
    file), or, where there is no such pair, a transcript that `read_transcript` knows (JSON with
    turns, WebVTT, SubRip, text). Its note is the string ``note`` of a JSON document ``NAME.json``
    and empty where there is none. Rows have ``encounter_id``, ``name``, ``dialogue`` and ``note``.
    Raises EvaluationError for a file that cannot be read and for a folder without transcripts.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    documents = {path: _document(path) for path in files if path.suffix == ".json"}
    notes = {
        path.stem: str(document["note"])
        for path, document in documents.items()
        if isinstance(document, dict) and isinstance(document.get("note"), str)
    }
    grids = [path for path in files if path.name.endswith(DOCTOR)]
    if grids:
        found = [_from_grids(path, notes) for path in grids[:limit]]
    else:
        taken: dict[str, Path] = {}
        for suffix in SUFFIXES:
            for path in files:
                if path.suffix == suffix and not (path in documents and path.stem in notes):
                    taken.setdefault(path.stem, path)
        taken = {
            stem: path
            for stem, path in sorted(taken.items())
            if path.suffix != ".txt" or path.stem.lower() not in ("source", "license", "readme")
        }
        found = [
            {
                "encounter_id": stem,
                "name": path.name,
                "dialogue": text_read(path),
                "note": notes.get(stem, ""),
            }
            for stem, path in list(taken.items())[:limit]
        ]
    if not found:
        raise EvaluationError(
            f"{folder} holds no transcripts: neither *{DOCTOR} with *{PATIENT} nor "
            f"{', '.join(SUFFIXES)}."
        )
    return found


def _document(path: Path) -> object:
    try:
        return json.loads(text_read(path))
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{path} is no JSON (line {error.lineno}).") from error


def _from_grids(doctor: Path, notes: dict[str, str]) -> dict[str, str]:
    name = doctor.name.removesuffix(DOCTOR)
    turns = sorted(
        (start, end, speaker, text)
        for speaker, path in (("doctor", doctor), ("patient", doctor.with_name(name + PATIENT)))
        for start, end, text in _intervals(path)
    )
    utterances = [
        {"speaker": speaker, "start": start, "end": end, "text": text}
        for start, end, speaker, text in turns
    ]
    return {
        "encounter_id": name,
        "name": f"{name}.json",
        "dialogue": json.dumps({"utterances": utterances}),
        "note": notes.get(name, ""),
    }


def _intervals(path: Path) -> Iterator[tuple[float, float, str]]:
    from praatio import textgrid
    from praatio.utilities.errors import PraatioException

    if not path.exists():
        raise EvaluationError(f"{path} is missing: both speakers' files are needed.")
    try:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
        tiers = [grid.getTier(name) for name in grid.tierNames]
    except (PraatioException, ValueError, IndexError, KeyError) as error:
        raise EvaluationError(f"{path} is no TextGrid that can be read.") from error
    for tier in tiers:
        yield from ((float(start), float(end), str(text)) for start, end, text in tier.entries)
