"""ROUGE by the package ``rouge-score``, without stemmer: the figures of the published tables.

ROUGE: Lin 2004, https://aclanthology.org/W04-1013. ``rougeLsum`` takes a text's lines as its
sentences, as the package defines it.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from statistics import fmean
from typing import Any

KINDS = ("rouge1", "rouge2", "rougeLsum")


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    logging.getLogger("absl").setLevel(logging.WARNING)  # it announces its tokenizer

    return RougeScorer(list(KINDS), use_stemmer=False)


def rouge(reference: str, text: str) -> dict[str, float]:
    """F1 of ``text`` against ``reference`` in percent, by kind."""
    found = _scorer().score(reference, text)
    return {kind: round(100 * found[kind].fmeasure, 2) for kind in KINDS}


def mean_rouge(scores: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The means of several texts' scores."""
    every = list(scores)
    return {kind: round(fmean(score[kind] for score in every), 2) for kind in KINDS}
