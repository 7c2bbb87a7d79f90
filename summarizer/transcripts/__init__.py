"""A visit's words in any form that people have them in, read once into a Transcript.

Accepted: pasted text or ``.txt`` with or without speaker labels, WebVTT, SubRip, JSON utterances.
Anything else raises TranscriptError with a stable code: empty, too-large, binary, bad-encoding,
bad-json, bad-cues. No error holds the words.
"""

from summarizer.transcripts.decode import MAX_BYTES, decode
from summarizer.transcripts.reader import read_transcript

__all__ = ["MAX_BYTES", "decode", "read_transcript"]
