"""When a question gets no answer: what is asked of the assistant itself, and what the documents do not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.types import Hit, Query, Reason

_INSTRUCTION = re.compile(
    r"(?:ignor\w+|glem|gløym|glöm|forget|disregard|se bort fra|bortse fra)\b.{0,40}\b(?:instruks\w*|instruktion\w*|instruction\w*|regl\w+|rules?|beskjed\w*)"
    r"|(?:system|developer|utvikler|udvikler)\s?-?(?:mode|prompt|melding\w*|besked\w*|modus)"
    r"|hidden prompt|skjulte? (?:prompt|instruks\w*)|api.?(?:key|nøkkel|nøgle)"
    r"|(?:du er n(?:å|u)|you are now|nu är du)\b.{0,30}\b(?:fri|free|en ny|a new|ikke lenger|no longer|assistent|assistant)"
    r"|(?:svar|answer|reply) (?:kun|bare|only) med (?:ordene|ordet)|(?:answer|reply|respond) only with"
    r"|(?:fra nå av|fra nu af|from now on|från och med nu)\b.{0,40}\b(?:skal du|skal i|you (?:must|will|shall)|ska du)"
    r"|^\W*#{2,}\s*(?:system|instruction)|<\|?(?:system|im_start)",
    re.IGNORECASE | re.DOTALL,
)


def before(question: str, longest: int) -> Reason | None:
    """Why a question is not even looked up: empty, too long, or an instruction to the assistant; else None."""
    if not any(c.isalnum() for c in question):
        return "empty"
    if len(question) > longest:
        return "too-long"
    if _INSTRUCTION.search(question):
        return "instruction"
    return None


def after(
    query: Query, hits: Sequence[Hit], signals: Mapping[str, float], seen: Callable[[str], bool]
) -> Reason | None:
    """Why what was found is no answer: nothing near, or not what was asked for; else None."""
    if not hits:
        return "not-in-corpus"
    return None
