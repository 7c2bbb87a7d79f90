"""Claims out of units: what was said, typed, asserted, and tied to its words."""

from summarizer.steps.extract.claims import extract

__all__ = ["extract"]
