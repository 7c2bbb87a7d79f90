"""How long a visit's draft takes on this machine: our own ten visits, codes included.

    python -m benchmarks.drafting

The named baseline is `encode`: the encoder alone over the visit's utterances, in the same run. The
record is left out: what is measured is words to sentences and codes.
"""

# ruff: noqa: E402 -- Django has to be set up before its settings are read

import json
import os
import resource
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings

from ehr.services.engine import backend_options
from ehr.terminology import code_index
from summarizer import backends
from summarizer.coding import Coder
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Patient, VisitContext


def main() -> None:
    folder = settings.BASE_DIR / "seeds" / "visits"
    backend = backends.load(settings.DRAFT_BACKEND, backend_options())
    coder = Coder(code_index(), backend.encode)
    context = VisitContext(patient=Patient(), facts=(), visit_date="2026-05-04")
    backend.encode(["warm up"])
    ratios, seconds = [], []
    print(f"{'visit':<20}{'words':>7}{'encode s':>10}{'draft s':>9}{'ratio':>7}{'sentences':>11}")
    for entry in json.loads((folder / "manifest.json").read_text()):
        words = folder / entry["file"]
        transcript = read_transcript(words.read_bytes(), name=words.name)
        spoken = [transcript.text[item.start : item.end] for item in transcript.utterances]
        start = time.perf_counter()
        backend.encode(spoken)
        encoded = time.perf_counter()
        draft = draft_note(transcript, context, backend=backend, coder=coder)
        baseline, taken = encoded - start, time.perf_counter() - encoded
        ratios.append(taken / baseline)
        seconds.append(taken)
        count = sum(len(section.sentences) for section in draft.sections)
        print(
            f"{entry['id']:<20}{len(transcript.text.split()):>7}{baseline:>10.2f}{taken:>9.2f}"
            f"{ratios[-1]:>7.1f}{count:>11}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"median {statistics.median(seconds):.2f} s, most {max(seconds):.2f} s, "
        f"{statistics.median(ratios):.1f} times encode, peak memory {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
