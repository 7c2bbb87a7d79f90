"""A code list of a handful of codes, built by the code that builds the real one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.coding import build_index

TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>9</name><desc>Diseases of the circulatory system (I00-I99)</desc>
<section id="I10-I1A"><desc>Hypertensive diseases (I10-I1A)</desc>
<diag><name>I10</name><desc>Essential (primary) hypertension</desc></diag>
</section></chapter>
<chapter><name>13</name><desc>Diseases of the musculoskeletal system (M00-M99)</desc>
<section id="M20-M25"><desc>Other joint disorders (M20-M25)</desc>
<diag><name>M25</name><desc>Other joint disorder, not elsewhere classified</desc>
<diag><name>M25.5</name><desc>Pain in joint</desc>
<diag><name>M25.56</name><desc>Pain in knee</desc>
<diag><name>M25.561</name><desc>Pain in right knee</desc></diag>
<diag><name>M25.562</name><desc>Pain in left knee</desc></diag>
<diag><name>M25.569</name><desc>Pain in unspecified knee</desc></diag>
</diag></diag></diag>
</section></chapter>
<chapter><name>18</name><desc>Symptoms (R00-R99)</desc>
<section id="R00-R09"><desc>Circulatory and respiratory symptoms (R00-R09)</desc>
<diag><name>R07</name><desc>Pain in throat and chest</desc>
<diag><name>R07.9</name><desc>Chest pain, unspecified</desc></diag>
<diag><name>R07.0</name><desc>Pain in throat</desc></diag>
</diag></section></chapter>
</ICD10CM.tabular>
"""


def code_list_write(folder: Path, *, tabular: str = TABULAR, earlier: str = "") -> Path:
    """Build the list into `folder`, in force from April to September 2026.

    `earlier` is the tabular list of the half year before, where a test needs it.
    """
    source = folder / "icd10c-tabular-April-1-2026.xml"
    source.write_text(tabular)
    out = folder / "icd10cm.sqlite3"
    releases = []
    if earlier:
        releases.append(folder / "icd10c-tabular-October-1-2025.xml")
        releases[0].write_text(earlier)
    build_index(source, out, _flat, releases=releases)
    return out


def _flat(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Every text the same unit vector: this list is looked up, not searched by meaning."""
    vectors = np.zeros((len(texts), 384), dtype=np.float32)
    vectors[:, 0] = 1.0
    return vectors
