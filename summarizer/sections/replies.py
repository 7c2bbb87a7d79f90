"""The turn that answers a clinician's question."""

import re
from collections.abc import Sequence

from summarizer.steps.units import Unit


def reply_to(
    units: Sequence[Unit], question: Unit, *, alike: re.Pattern[str] | None = None
) -> list[Unit]:
    """The units of the next turn of someone else, if nothing else was asked after this question but
    what is of the same kind (``alike``: "do you smoke? any drugs?"). A question back ("like what?")
    and its explanation are no answer: the turn after them is."""
    reply: list[Unit] = []
    for unit in units[question.index + 1 :]:
        if unit.utterance == question.utterance:
            if unit.question and not (alike and alike.search(unit.raw)):
                return []
            continue
        if reply and unit.utterance != reply[0].utterance:
            break
        if not reply and unit.role is question.role:
            return []
        reply.append(unit)
    if reply and all(unit.question for unit in reply):
        told = [u for u in units if u.utterance == reply[0].utterance + 1]
        back = [u for u in units if u.utterance == reply[0].utterance + 2]
        if told and back and not any(unit.question for unit in (*told, *back)):
            return back
    return reply
