"""Bytes to text: size limit, encodings, and a clear refusal of what is not text."""

import re
import unicodedata

from charset_normalizer import from_bytes

from summarizer.exceptions import TranscriptError

MAX_BYTES = 2 * 1024 * 1024  # three hours of talk are about 0.2 MB

_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an Office or ZIP file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"RIFF", "a recording"),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"fLaC", "a recording"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"\x1f\x8b", "a compressed file"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Only what a Western European text file is plausibly saved in: a wider guess misreads short files.
_LEGACY = ["cp1252", "latin_1", "iso8859_15", "mac_roman", "cp850"]
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def decode(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> str:
    """The text of ``data`` with unified line ends; raises TranscriptError with what to do."""
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise TranscriptError(
            "too-large",
            f"The visit's text is {size / 1048576:.1f} MB; at most {max_bytes / 1048576:.1f} MB "
            "are read. Send one visit at a time, as text.",
        )
    text = data if isinstance(data, str) else _decode_bytes(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = re.sub("[\x0b\x0c\x85\u2029]", "\n", text)
    if _looks_binary(text):
        raise TranscriptError(
            "binary", "This is not text. Send the words as text, .txt, .vtt, .srt or JSON."
        )
    if not any(character.isalnum() for character in text):
        raise TranscriptError("empty", "There are no words here. Paste or attach the visit's text.")
    return text


def _decode_bytes(data: bytes) -> str:
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise TranscriptError(
                "binary",
                f"This is {what}, not text. Send the words as text, .txt, .vtt, .srt or JSON.",
            )
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeError as error:
                raise _bad_encoding() from error
    if b"\x00" in data:
        raise TranscriptError(
            "binary", "This is not text. Send the words as text, .txt, .vtt, .srt or JSON."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=_LEGACY).best()
    if best is None:
        raise _bad_encoding()
    return str(best)


def _bad_encoding() -> TranscriptError:
    return TranscriptError(
        "bad-encoding", "The text's encoding cannot be recognised. Save it as UTF-8 and send again."
    )


def _looks_binary(text: str) -> bool:
    strange = len(_CONTROL.findall(text)) + text.count("\ufffd")
    return "\x00" in text or strange > max(4, len(text) // 50)


def tidy(words: str) -> str:
    """One utterance's words on one line: NFC, single spaces, nothing invisible, no markup."""
    words = unicodedata.normalize("NFC", words)
    words = _INVISIBLE.sub("", words)
    words = _CONTROL.sub(" ", words.replace("\n", " "))
    words = words.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be stored
    words = words.replace("\u2019", "'").replace("\u02bc", "'")
    return _SPACES.sub(" ", words).strip()
