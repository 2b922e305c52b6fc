"""The front door: Assistant, Settings, the values, the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import (
    AddressRefused,
    AssistantError,
    ComposerError,
    ComposerUnsupported,
    CorpusError,
    EncoderError,
    EncoderMismatch,
    Encrypted,
    FetchError,
    LoadError,
    LoadLimit,
    NoText,
    SettingsError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UnsupportedFormat,
)
from assistant.plans import Amount, Plan
from assistant.settings import Settings
from assistant.types import (
    Answer,
    Card,
    Citation,
    Concept,
    Document,
    Failure,
    Figure,
    Filters,
    Hit,
    Notice,
    Passage,
    Picture,
    Progress,
    Proposal,
    Refusal,
    Remark,
    Reply,
    Report,
    Section,
    Sentence,
    Similar,
    Source,
    Step,
    Turn,
)

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

__all__ = [
    "AddressRefused",
    "Amount",
    "Answer",
    "Assistant",
    "AssistantError",
    "Card",
    "Citation",
    "ComposerError",
    "ComposerUnsupported",
    "Concept",
    "CorpusError",
    "Document",
    "EncoderError",
    "EncoderMismatch",
    "Encrypted",
    "Failure",
    "FetchError",
    "Figure",
    "Filters",
    "Hit",
    "LoadError",
    "LoadLimit",
    "NoText",
    "Notice",
    "Passage",
    "Picture",
    "Plan",
    "Progress",
    "Proposal",
    "Refusal",
    "Remark",
    "Reply",
    "Report",
    "Section",
    "Sentence",
    "Settings",
    "SettingsError",
    "Similar",
    "Source",
    "Step",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "Turn",
    "UnsupportedFormat",
]


def __getattr__(name: str) -> Any:
    if name == "Assistant":  # its imports take a second; whoever wants only the values does not pay for them
        from assistant.pipeline import Assistant

        return Assistant
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")
