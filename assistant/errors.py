"""Everything that can go wrong, as one tree.

    AssistantError
      SettingsError            a setting is unknown or its value is not allowed
      CorpusError              a corpus file does not follow FORMAT.md (names file, field, what is allowed)
      LoadError                a file could not be read
        UnsupportedFormat      there is no loader for this kind of file
        LoadLimit              it is larger than a document may be
          TooSlow              reading it took more time or memory than a document may take
        NoText                 there is no text in it
          Scanned              its pages are pictures
        Encrypted              it is locked with a password
      FetchError               an address could not be fetched
        NoAnswer               the site does not answer, or not in time
        NoPage                 the site answers, but not with the page
        AddressRefused         the address may not be fetched at all (not public, not allowed)
          RobotsRefused        the site asks programs not to fetch the page
      EncoderError             the encoder cannot be set up, or its server does not answer
        EncoderMismatch        the index was built with another encoder
      StoreError               the data folder or a store cannot be used
        StoreBusy              another process writes to the same data folder
        StoreDamaged           a store is there but cannot be read
      ComposerError            a language model did not give a usable draft
        ComposerUnsupported    too little of what it wrote is supported by the passages

Each carries a message for a person and a `hint`: what to do about it. A refusal is not an error but a
value (`assistant.types.Refusal`).
"""

from __future__ import annotations

import re


class AssistantError(Exception):
    """The root: one sentence on what happened, and in `hint` one on what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def kind(self) -> str:
        """The name of its class in small letters, such as "no-text": by it a face finds words in other languages."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


class SettingsError(AssistantError):
    """A setting is unknown or its value is not allowed."""


class CorpusError(AssistantError):
    """A corpus file does not follow FORMAT.md."""


class LoadError(AssistantError):
    """A file could not be read."""


class UnsupportedFormat(LoadError):
    """There is no loader for this kind of file."""


class LoadLimit(LoadError):
    """The file is larger than a document may be."""


class TooSlow(LoadLimit):
    """Reading took more time or memory than a document may take."""


class NoText(LoadError):
    """There is no text in the file."""


class Scanned(NoText):
    """The pages of the file are pictures."""


class Encrypted(LoadError):
    """The file is locked with a password."""


class FetchError(AssistantError):
    """An address could not be fetched."""


class NoAnswer(FetchError):
    """The site does not answer, or not in time."""


class NoPage(FetchError):
    """The site answers, but not with the page."""


class AddressRefused(FetchError):
    """The address may not be fetched at all."""


class RobotsRefused(AddressRefused):
    """The site asks programs not to fetch the page."""


class EncoderError(AssistantError):
    """The encoder cannot be set up, or its server does not answer."""


class EncoderMismatch(EncoderError):
    """The index was built with another encoder."""


class StoreError(AssistantError):
    """The data folder or a store cannot be used."""


class StoreBusy(StoreError):
    """Another process writes to the same data folder."""


class StoreDamaged(StoreError):
    """A store is there but cannot be read."""


class ComposerError(AssistantError):
    """A language model did not give a usable draft."""


class ComposerUnsupported(ComposerError):
    """Too little of what a language model wrote is supported by the passages."""
