"""A small code list, and an encoder without a model: what shares letter triples is near."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.coding import Coder, build_index
from summarizer.types import (
    Patient,
    Section,
    Sentence,
    TextEvidence,
    Transcript,
    VisitContext,
)

WIDTH = 256
# ruff: noqa: E501
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>4</name><desc>Endocrine diseases (E00-E89)</desc>
<section id="E08-E13"><desc>Diabetes mellitus (E08-E13)</desc>
<diag><name>E10</name><desc>Type 1 diabetes mellitus</desc>
<excludes1><note>type 2 diabetes mellitus (E11.-)</note></excludes1>
<diag><name>E10.9</name><desc>Type 1 diabetes mellitus without complications</desc></diag>
</diag>
<diag><name>E11</name><desc>Type 2 diabetes mellitus</desc>
<includes><note>diabetes NOS</note></includes>
<useAdditionalCode><note>insulin (Z79.4)</note></useAdditionalCode>
<diag><name>E11.2</name><desc>Type 2 diabetes mellitus with kidney complications</desc>
<diag><name>E11.22</name><desc>Type 2 diabetes mellitus with diabetic chronic kidney disease</desc></diag>
</diag>
<diag><name>E11.9</name><desc>Type 2 diabetes mellitus without complications</desc></diag>
</diag>
</section></chapter>
<chapter><name>9</name><desc>Circulatory diseases (I00-I99)</desc>
<section id="I10-I1A"><desc>Hypertensive diseases (I10-I1A)</desc>
<diag><name>I10</name><desc>Essential (primary) hypertension</desc>
<inclusionTerm><note>high blood pressure</note></inclusionTerm></diag>
<diag><name>I11</name><desc>Hypertensive heart disease</desc>
<diag><name>I11.0</name><desc>Hypertensive heart disease with heart failure</desc></diag>
<diag><name>I11.9</name><desc>Hypertensive heart disease without heart failure</desc></diag>
</diag>
</section>
<section id="I20-I25"><desc>Ischemic heart diseases (I20-I25)</desc>
<diag><name>I21</name><desc>Acute myocardial infarction</desc>
<diag><name>I21.9</name><desc>Acute myocardial infarction, unspecified</desc></diag>
</diag>
<diag><name>I25</name><desc>Chronic ischemic heart disease</desc>
<diag><name>I25.2</name><desc>Old myocardial infarction</desc></diag>
</diag>
</section>
<section id="I30-I5A"><desc>Other heart disease (I30-I5A)</desc>
<diag><name>I50</name><desc>Heart failure</desc>
<codeFirst><note>heart failure due to hypertension (I11.0)</note></codeFirst>
<diag><name>I50.9</name><desc>Heart failure, unspecified</desc></diag>
</diag>
</section></chapter>
<chapter><name>10</name><desc>Respiratory diseases (J00-J99)</desc>
<section id="J00-J99"><desc>Respiratory (J00-J99)</desc>
<diag><name>J18</name><desc>Pneumonia, unspecified organism</desc>
<diag><name>J18.9</name><desc>Pneumonia, unspecified organism</desc></diag>
</diag>
<diag><name>J45</name><desc>Asthma</desc>
<diag><name>J45.9</name><desc>Other and unspecified asthma</desc>
<diag><name>J45.90</name><desc>Unspecified asthma</desc>
<diag><name>J45.901</name><desc>Unspecified asthma with (acute) exacerbation</desc></diag>
<diag><name>J45.909</name><desc>Unspecified asthma, uncomplicated</desc></diag>
</diag></diag></diag>
</section></chapter>
<chapter><name>13</name><desc>Musculoskeletal diseases (M00-M99)</desc>
<section id="M00-M99"><desc>Musculoskeletal (M00-M99)</desc>
<diag><name>M25</name><desc>Other joint disorder</desc>
<diag><name>M25.5</name><desc>Pain in joint</desc>
<diag><name>M25.56</name><desc>Pain in knee</desc>
<diag><name>M25.561</name><desc>Pain in right knee</desc></diag>
<diag><name>M25.562</name><desc>Pain in left knee</desc></diag>
<diag><name>M25.569</name><desc>Pain in unspecified knee</desc></diag>
</diag></diag></diag>
</section></chapter>
<chapter><name>14</name><desc>Genitourinary diseases (N00-N99)</desc>
<section id="N17-N19"><desc>Kidney failure (N17-N19)</desc>
<diag><name>N18</name><desc>Chronic kidney disease (CKD)</desc>
<diag><name>N18.4</name><desc>Chronic kidney disease, stage 4 (severe)</desc></diag>
<diag><name>N18.9</name><desc>Chronic kidney disease, unspecified</desc></diag>
</diag>
</section></chapter>
<chapter><name>18</name><desc>Symptoms (R00-R99)</desc>
<section id="R00-R09"><desc>Symptoms (R00-R09)</desc>
<diag><name>R05</name><desc>Cough</desc>
<diag><name>R05.9</name><desc>Cough, unspecified</desc></diag>
</diag>
<diag><name>R07</name><desc>Pain in throat and chest</desc>
<diag><name>R07.9</name><desc>Chest pain, unspecified</desc></diag>
</diag>
</section></chapter>
<chapter><name>19</name><desc>Injury (S00-T88)</desc>
<section id="S50-S59"><desc>Injuries to the forearm (S50-S59)</desc>
<diag><name>S52</name><desc>Fracture of forearm</desc>
<sevenChrDef><extension char="A">initial encounter for closed fracture</extension>
<extension char="D">subsequent encounter for fracture with routine healing</extension>
<extension char="S">sequela</extension></sevenChrDef>
<diag><name>S52.5</name><desc>Fracture of lower end of radius</desc>
<diag><name>S52.50</name><desc>Unspecified fracture of the lower end of radius</desc>
<diag><name>S52.501</name><desc>Unspecified fracture of the lower end of right radius</desc></diag>
<diag><name>S52.509</name><desc>Unspecified fracture of the lower end of unspecified radius</desc></diag>
</diag></diag>
<diag><name>S52.9</name><desc>Unspecified fracture of forearm</desc></diag>
</diag>
</section></chapter>
<chapter><name>21</name><desc>Factors influencing health status (Z00-Z99)</desc>
<section id="Z77-Z99"><desc>Histories (Z77-Z99)</desc>
<diag><name>Z79</name><desc>Long term (current) drug therapy</desc>
<diag><name>Z79.4</name><desc>Long term (current) use of insulin</desc></diag>
</diag>
</section></chapter>
</ICD10CM.tabular>
"""


def toy_encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for row, text in enumerate(texts):
        padded = f"  {text.lower()}  "
        for at in range(len(padded) - 2):
            vectors[row, zlib.crc32(padded[at : at + 3].encode()) % WIDTH] += 1
    # As with a real encoder, no component stands near 1.
    vectors = np.sqrt(vectors)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


def toy_index(folder: Path) -> Path:
    """The list above, in force from April to September 2026."""
    source = folder / "icd10c-tabular-April-1-2026.xml"
    source.write_text(TABULAR)
    out = folder / "icd10cm.sqlite3"
    build_index(source, out, toy_encode)
    return out


def note(**sections: str) -> tuple[tuple[Section, ...], Transcript]:
    """A note as typed: each line of a section a sentence that is its own evidence."""
    text = "\n".join(sections.values())
    made, start = [], 0
    for key, body in sections.items():
        sentences = []
        for line in body.splitlines():
            at = text.index(line, start)
            start = at + len(line)
            sentences.append(Sentence(line, (TextEvidence(at, start, line),)))
        made.append(Section(key, key.title(), tuple(sentences)))
    return tuple(made), Transcript(text, (), "en")


def visit(
    *, day: str = "2026-05-04", gender: str = "female", born: str = "1961-02-03"
) -> VisitContext:
    return VisitContext(Patient(gender=gender, birth_date=born), (), day)


def codes(coder: Coder, context: VisitContext | None = None, **sections: str) -> list[str]:
    """The codes suggested for a note, in their order."""
    made, transcript = note(**sections)
    return [item.code for item in coder.suggest(made, transcript, context or visit())]
