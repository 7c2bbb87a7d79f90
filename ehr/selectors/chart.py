"""The chart: what the record holds about one patient, arranged to be read."""

from typing import Any

from ehr.selectors.shapes import Chart, PatientBrief


def patients_find(user: Any, text: str, *, limit: int = 20) -> tuple[PatientBrief, ...]:
    """Patients whose name or identifier begins with the words of `text`; none for empty text."""
    raise NotImplementedError


def chart(user: Any, patient_id: str) -> Chart:
    """The chart of one patient of the user's organisation.

    Raises:
        NotFound: no such patient in this organisation.
    """
    raise NotImplementedError
