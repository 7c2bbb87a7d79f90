"""Claims to sentences, deterministically: the same claims give the same words every time."""

from summarizer.steps.write.writer import write_section

__all__ = ["write_section"]
