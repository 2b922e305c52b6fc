"""what a face does with an unexpected error: it logs kind and place, never what was asked, and says that it failed"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

_log = logging.getLogger(__name__)


def calm(answer: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """`answer` for the browser: what is no dict reaches it as an empty one, and its error becomes {"failed": True}."""

    @wraps(answer)
    def calmly(asked: Any) -> dict[str, Any]:
        try:
            return answer(asked if isinstance(asked, dict) else {})
        except Exception as error:  # noqa: BLE001 (the outermost face)
            place = "".join(traceback.format_tb(error.__traceback__))
            _log.error("The page could not have %s: %s\n%s", answer.__name__, type(error).__name__, place)
            return {"failed": True}

    return calmly
