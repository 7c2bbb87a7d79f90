"""Engines for tests: no model, the same seams. Each utterance becomes a sentence."""

import time
from dataclasses import replace
from typing import Any

from ehr.services.engine import Engine
from summarizer.types import (
    CodeSuggestion,
    Draft,
    EngineIdentity,
    Flag,
    RecordEvidence,
    Section,
    Sentence,
    SetAside,
    TextEvidence,
    Transcript,
    VisitContext,
)

IDENTITY = EngineIdentity(
    backend="test",
    model="echo",
    model_version="1",
    weights_sha256="0" * 64,
    template_version="soap-1",
    code_release="ICD-10-CM test",
)


def echo(
    transcript: Transcript,
    context: VisitContext,
    *,
    template: str,
    language: str,
    progress: Any,
) -> Draft:
    """Every turn as a sentence; the record's first problem; one flag; two codes."""
    progress("read", 0, 1)
    turns = [
        TextEvidence(turn.start, turn.end, transcript.text[turn.start : turn.end])
        for turn in transcript.utterances
    ]
    said = [Sentence(text=span.quote, evidence=(span,), confidence=0.9) for span in turns]
    problems = [fact for fact in context.facts if fact.kind == "condition"]
    known = [
        Sentence(
            text=f"Known: {fact.label}.",
            evidence=(
                RecordEvidence(
                    fact.resource_type, fact.resource_id, fact.version, fact.path, fact.text
                ),
            ),
        )
        for fact in problems
    ]
    progress("write", 1, 1)
    return Draft(
        language="fr" if language == "fr" else "en",
        template=template,
        sections=(
            Section("subjective", "Subjective", tuple(said)),
            Section("assessment", "Assessment", tuple(known)),
            Section("plan", "Plan", ()),
        ),
        codes=(
            CodeSuggestion(
                system="http://hl7.org/fhir/sid/icd-10-cm",
                code="R07.9",
                description="Chest pain, unspecified",
                release="ICD-10-CM test",
                evidence=(turns[-1],),
                matched_term="chest pain",
                confidence=0.8,
                reasons=("said",),
            ),
            CodeSuggestion(
                system="http://hl7.org/fhir/sid/icd-10-cm",
                code="I10",
                description="Essential (primary) hypertension",
                release="ICD-10-CM test",
                evidence=(turns[0],),
                matched_term="hypertension",
                confidence=0.7,
            ),
        ),
        set_aside=(SetAside("small talk", "small-talk", (turns[0],)),),
        engine=IDENTITY,
    )


def flagged(*args: Any, **options: Any) -> Draft:
    """As `echo`, with a high-severity flag on the first sentence."""
    draft = echo(*args, **options)
    first, *rest = draft.sections
    flag = Flag("dose-not-said", "high", {"said": "", "written": "81 mg"})
    sentences = (replace(first.sentences[0], flags=(flag,)), *first.sentences[1:])
    return replace(draft, sections=(replace(first, sentences=sentences), *rest))


def lying(*args: Any, **options: Any) -> Draft:
    """As `echo`, but the first sentence's evidence is not in the words."""
    draft = echo(*args, **options)
    first, *rest = draft.sections
    invented = Sentence("The patient smokes.", (TextEvidence(0, 7, "smokes!"),))
    return replace(draft, sections=(replace(first, sentences=(invented, *first.sentences)), *rest))


def inventing(*args: Any, **options: Any) -> Draft:
    """Nothing holds."""
    draft = echo(*args, **options)
    invented = Sentence("Invented.", (TextEvidence(0, 3, "???"),))
    return replace(draft, sections=(Section("plan", "Plan", (invented,)),), codes=(), set_aside=())


def slow(seconds: float) -> Engine:
    """As `echo`, taking its time in steps, as a model does."""

    def draft(*args: Any, progress: Any, **options: Any) -> Draft:
        for step in range(10):
            progress("extract", step, 10)
            time.sleep(seconds / 10)
        return echo(*args, progress=progress, **options)

    return Engine(draft)
