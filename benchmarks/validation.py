"""python -m benchmarks.validation PATH...: what $validate says of FHIR files, and how fast.

Each resource of the files, and of the bundles among them, is held against R4 alone. Time is that
of the processor, in milliseconds a resource, after one resource has warmed the definitions up.
"""

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from fhir_bridge.documents import Document, parse  # noqa: E402
from fhir_bridge.loading import files_found  # noqa: E402
from fhir_bridge.outcomes import Invalid  # noqa: E402
from fhir_bridge.profiles import conformance  # noqa: E402
from fhir_bridge.terminology import Sources  # noqa: E402
from fhir_bridge.validation import plain, validate  # noqa: E402

_INDEX = re.compile(r"\[\d+\]")


def resources(paths: list[Path]) -> Iterator[Document]:
    for file in files_found(paths):
        document = parse(file.read_bytes())
        if document.value.get("type") in ("transaction", "collection", "batch"):
            yield from (each for each in document.entry_documents() if each is not None)
        elif "resourceType" in document.value:
            yield document


def main(paths: list[Path]) -> None:
    verdicts: Counter[str] = Counter()
    issues: Counter[tuple[str, str, str]] = Counter()
    times: list[float] = []
    for document in resources(paths):
        begun = time.process_time()
        try:
            validate(document)
            found = conformance(plain(document.value), Sources(None))
        except Invalid as error:
            found = list(error.issues)
        times.append(1_000 * (time.process_time() - begun))
        verdicts["refused" if any(e.severity == "error" for e in found) else "accepted"] += 1
        issues.update(
            (e.severity, e.rule or e.code, _INDEX.sub("", e.expression))
            for e in found
            if e.severity != "information"
        )
    times = sorted(times[1:])
    print(dict(verdicts))
    print(f"median {times[len(times) // 2]:.1f} ms, 95th {times[len(times) * 95 // 100]:.1f} ms, "
          f"longest {times[-1]:.0f} ms")  # fmt: skip
    for (severity, rule, place), count in issues.most_common(30):
        print(f"{count:>7}  {severity:<8} {rule:<14} {place}")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]])
