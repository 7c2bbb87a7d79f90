"""Short dialogues and dictations: which section they belong in, and that section's text."""

from summarizer.sections.section import SectionDraft, draft_section

__all__ = ["SectionDraft", "draft_section"]
