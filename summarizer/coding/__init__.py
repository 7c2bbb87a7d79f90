"""ICD-10-CM: the terminology, and suggestions of codes with their reasons."""

from summarizer.coding.build import BuildReport, build_index
from summarizer.coding.engine import Coder
from summarizer.coding.lookup import Code, Terminology, TerminologyMissing

__all__ = ["BuildReport", "Code", "Coder", "Terminology", "TerminologyMissing", "build_index"]
