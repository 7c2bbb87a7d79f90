"""The installed code list: what it is built from, and how it is built.

The tabular list of the pinned package is always there. What a user has loaded with
``manage.py load_icd10cm`` (the Alphabetic Index, other releases) lies in ``icd10cm/`` of the data
folder, so that ``prepare`` builds with it again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings

from ehr.terminology import code_index
from summarizer.backends.encoder import Encoder
from summarizer.coding import BuildReport, Terminology, TerminologyMissing, build_index
from summarizer.coding.tabular import Release, read_release
from summarizer.exceptions import SummarizerError

TABULAR = Path("simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml")
LOADED = "icd10cm"


def loaded_folder() -> Path:
    """Where the files that a user has loaded are kept."""
    return Path(settings.DATA_DIR) / LOADED


def code_list_build(
    progress: Callable[[int, int], None] | None = None,
    *,
    loaded: Path | None = None,
    on: date | None = None,
) -> BuildReport | None:
    """Build the code list from the pinned release and the files in ``loaded``.

    The release of ``on`` (today) becomes the one that codes are suggested from, the newest where
    none is in force; the others tell which codes were valid on their days. Returns None where
    nothing had changed. Raises what `build_index` raises.
    """
    folder = loaded or loaded_folder()
    index = sorted(path for path in folder.glob("index-*") if path.is_file())
    lists = [Path(settings.ASSETS_DIR) / TABULAR, *sorted((folder / "releases").glob("*.xml"))]
    chosen = release_chosen([(path, read_release(path)) for path in lists], on or date.today())
    others = [path for path in lists if path != chosen]
    return build_index(
        chosen, code_index(), code_encoder().encode, progress, index=index, releases=others
    )


def release_chosen(lists: Sequence[tuple[Path, Release]], on: date) -> Path:
    """The list in force on that day, or the newest; of two the one that began last."""
    in_force = [item for item in lists if item[1].effective_from <= on <= item[1].effective_to]
    return max(in_force or lists, key=lambda item: item[1].effective_from)[0]


def installed_terminology() -> Terminology:
    """The code list of this installation; raises SummarizerError when it was not prepared."""
    terminology = Terminology(code_index())
    try:
        terminology.release  # noqa: B018 (asks the file now, not in the middle of the work)
    except TerminologyMissing as error:
        raise SummarizerError(str(error)) from error
    return terminology


def code_encoder() -> Encoder:
    """The encoder that embeds the code list, the same one that embeds what is said."""
    return Encoder.from_assets(
        settings.ASSETS_DIR,
        model_path=settings.ENCODER_PATH,
        tokenizer_path=settings.TOKENIZER_PATH,
        threads=settings.MODEL_THREADS,
    )
