"""CPT: the American Medical Association's data files that a practice is licensed for.

A line is a code, a tab and its text (LONGULT.txt, MEDU.txt, SHORTU.txt ...), after lines of
copyright. https://www.ama-assn.org/practice-management/cpt
"""

import re

from fhir_bridge.code_lists.common import CodeList, Entry, decoded, unique

URL = "http://www.ama-assn.org/go/cpt"
_LINE = re.compile(r"(\d{4}[0-9A-Z])\t+(\S.*)")


def read(content: bytes) -> CodeList:
    """Raises CodeListError."""
    entries = [
        Entry(match[1], " ".join(match[2].split()))
        for line in decoded(content).splitlines()
        if (match := _LINE.fullmatch(line.strip()))
    ]
    return CodeList(URL, "CPT", "CPT", "American Medical Association", "en", unique(entries))
