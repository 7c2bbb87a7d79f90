"""Each format's own reading: text, cues and JSON to raw turns (speaker, words, seconds)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import orjson
import srt
import webvtt

from summarizer.exceptions import TranscriptError
from summarizer.transcripts.labels import (
    names_used_as_labels,
    split_at_labels,
    take_label,
    take_time,
)


@dataclass(slots=True)
class Turn:
    """One turn before it has offsets. ``speaker`` is the label as it was written."""

    words: str
    speaker: str = ""
    role: str = ""
    start: float | None = None
    end: float | None = None


_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,60}>")
_CUE_TIME = re.compile(
    r"^\s*((?:\d{1,2}:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d{1,2}:)?\d{1,2}:\d{2}[.,]\d{1,3})"
)
_VOICE = re.compile(r"^\s*<v(?:\.[^\s>]*)?\s+([^>]+)>")


def detect(text: str, name: str) -> str:
    """text, vtt, srt or json, by the words themselves and then by the file's name."""
    head = text.lstrip("\ufeff \t\n")
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if head.startswith("WEBVTT"):
        return "vtt"
    if suffix in {"vtt", "srt", "json"}:
        return suffix
    if head.startswith("{") or re.match(r"\[\s*[{\[\]\"]", head):
        return "json"
    if re.match(r"(?:\d+\s*\n)?\s*\d{1,2}:\d{2}:\d{2}[.,]\d{1,3}\s*-->", head):
        return "srt"
    return "text"


def text_turns(text: str) -> list[Turn]:
    """Labelled or bare lines; a line without a label goes on with the turn above it."""
    lines = [line for line in text.split("\n") if line.strip()]
    stamped = [take_time(line) for line in lines]
    accepted = names_used_as_labels([rest for _, rest in stamped])
    turns: list[Turn] = []
    labels = frozenset(take_label(rest, accepted)[0].casefold() for _, rest in stamped) - {""}
    any_label = bool(labels)
    parts = [(time, part) for time, line in stamped for part in split_at_labels(line, labels)]
    for seconds, rest in parts:
        label, words = take_label(rest, accepted)
        if label or not any_label or not turns:
            turns.append(Turn(words=words, speaker=label, start=seconds))
        else:
            turns[-1].words += " " + words
    if not any_label and len(turns) <= 2:
        return [Turn(words=part) for turn in turns for part in _sentences(turn.words)]
    return turns


def _sentences(words: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?…])\s+(?=\S)", words) if part.strip()]


def vtt_turns(text: str) -> list[Turn]:
    """WebVTT cues; ``<v Name>`` names the speaker. https://www.w3.org/TR/webvtt1/"""
    try:
        cues = list(webvtt.from_buffer(StringIO(text.lstrip("\ufeff \n"))))
    except Exception as error:  # the library raises bare errors of several kinds
        raise _bad_cues() from error
    turns = []
    for cue in cues:
        voice = _VOICE.match(cue.raw_text)
        speaker, words = ("", cue.text)
        if voice:
            speaker = voice[1].strip()
        else:
            speaker, words = take_label(cue.text.replace("\n", " "))
        turns.append(Turn(words, speaker, start=take_time(cue.start)[0], end=take_time(cue.end)[0]))
    if not turns:
        raise _bad_cues()
    return _cues_joined(turns)


def srt_turns(text: str) -> list[Turn]:
    """SubRip cues, also with text beside the times and with broken numbering."""
    turns = []
    try:
        for cue in srt.parse(text.strip() + "\n\n"):
            turns.append(
                Turn(
                    cue.content,
                    start=cue.start.total_seconds(),
                    end=cue.end.total_seconds(),
                )
            )
    except (srt.SRTParseError, ValueError):
        turns = list(_loose_cues(text))
    if not turns:
        raise _bad_cues()
    for turn in turns:
        turn.speaker, turn.words = take_label(_TAG.sub("", turn.words).replace("\n", " "))
    return _cues_joined(turns)


def _loose_cues(text: str) -> Iterator[Turn]:
    current: Turn | None = None
    for line in text.split("\n"):
        time = _CUE_TIME.match(line)
        if time:
            if current:
                yield current
            start, end = (take_time(part)[0] for part in time.groups())
            current = Turn("", start=start, end=end)
        elif current is not None and line.strip() and not line.strip().isdigit():
            current.words = f"{current.words} {line.strip()}".strip()
    if current:
        yield current


def _cues_joined(turns: list[Turn]) -> list[Turn]:
    """Cues break one turn for the eye; the same named speaker going on is one turn."""
    joined: list[Turn] = []
    for turn in turns:
        last = joined[-1] if joined else None
        goes_on = last is not None and last.speaker != "" and turn.speaker in ("", last.speaker)
        if last is not None and goes_on and len(last.words) < 400:
            last.words, last.end = f"{last.words} {turn.words}", turn.end
        else:
            joined.append(turn)
    return joined


def json_turns(text: str) -> tuple[list[Turn], str]:
    """Utterances of a JSON document and its language, if it says one.

    Accepted: ``{"language", "utterances": [...]}``, a bare list of utterances, ``segments``, and
    ``monologues`` of terms. An utterance has ``text`` and may have speaker, role, start, end.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise TranscriptError(
            "bad-json", f"The JSON cannot be read (line {error.lineno}, column {error.colno})."
        ) from None
    language = ""
    items: Any = document
    if isinstance(document, Mapping):
        language = str(document.get("language") or "")
        keys = [k for k in ("utterances", "segments", "monologues") if k in document]
        items = document[keys[0]] if keys else None
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise TranscriptError(
            "bad-json",
            'Expected {"utterances": [{"speaker", "text", ...}]}, or a list of such utterances.',
        )
    return [_json_turn(item, number) for number, item in enumerate(items)], language


def _json_turn(item: Any, number: int) -> Turn:
    if isinstance(item, str):
        return Turn(item)
    if not isinstance(item, Mapping):
        raise TranscriptError("bad-json", f"Utterance {number} is neither an object nor a text.")
    words = item.get("text", item.get("words"))
    if isinstance(terms := item.get("terms"), list):
        words = ""
        for term in terms:
            if not isinstance(term, Mapping) or not isinstance(term.get("text"), str):
                raise TranscriptError("bad-json", f"Utterance {number} has a term without text.")
            glue = "" if term.get("type") == "PUNCTUATION" or not words else " "
            words += glue + term["text"]
    if not isinstance(words, str):
        raise TranscriptError("bad-json", f"Utterance {number} has no text.")
    speaker = item.get("speaker") or ""
    if isinstance(speaker, Mapping):
        speaker = speaker.get("name") or speaker.get("id") or ""
    return Turn(
        words,
        str(speaker)[:80],
        role=str(item.get("role") or "")[:40],
        start=_seconds(item, "start", number),
        end=_seconds(item, "end", number),
    )


def _seconds(item: Mapping[str, Any], key: str, number: int) -> float | None:
    value = item.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        seconds, rest = take_time(value)
        value = seconds if seconds is not None and not rest.strip() else value
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError, OverflowError):
        raise TranscriptError(
            "bad-json", f"Utterance {number}: `{key}` is not a number of seconds."
        ) from None


def _bad_cues() -> TranscriptError:
    return TranscriptError(
        "bad-cues", "No subtitle cue can be read. Check the file, or paste the words as text."
    )


def without_markup(words: str) -> str:
    """Transcribers' tags (``<UNSURE>``, ``<i>``) go, the words between them stay."""
    return _TAG.sub(" ", words)
