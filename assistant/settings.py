"""Every setting, its default and its meaning, read from the environment once.

This module makes no folder, sets no variable and opens no connection.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError

PREFIX = "ASSISTANT_"


def _setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": secret}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Each can be given in Python by name, or in the environment with the prefix
    `ASSISTANT_` and in capitals (`data_dir` is `ASSISTANT_DATA_DIR`)."""

    data_dir: Path = _setting(Path("data"), "Folder that holds the library, the index and the encoder")
    corpus_dir: Path = _setting(
        Path("corpus"), "Folder of the shipped corpus; its glossary and routes are read from here"
    )
    encoder: str = _setting(
        "multilingual-e5-small", "Name of a supported encoder, or name or path of any sentence-transformers model"
    )
    encoder_dir: Path | None = _setting(
        None, "Folder of a ready sentence-transformers model to use for the named encoder instead of the bundled one"
    )
    embeddings_url: str | None = _setting(
        None, "Base address of an OpenAI-compatible embeddings server; replaces the encoder in the process"
    )
    embeddings_model: str | None = _setting(None, "Model name that the embeddings server expects")
    embeddings_api_key: str | None = _setting(None, "Key for the embeddings server", secret=True)
    nli_model: str | None = _setting(
        None,
        "Name or folder of a sentence-transformers cross-encoder that tells entailment from contradiction; it then also judges sentences that a language model wrote",
    )
    llm_url: str | None = _setting(
        None,
        "Base address of an OpenAI-compatible chat server, such as http://localhost:11434/v1; without one, answers are the sources' own sentences",
    )
    llm_model: str | None = _setting(None, "Model name that the chat server expects")
    llm_api_key: str | None = _setting(None, "Key for the chat server", secret=True)
    llm_reader: str | None = _setting(
        None,
        "Model of the chat server that reads each sentence of an answer again beside its passages and says whether it holds; default is the model that writes, `none` stands for no reading; it is asked only if it is right on 57 of 60 known sentences",
    )
    llm_timeout: int = _setting(
        60,
        "Longest time that the model may take for an answer, in seconds; then the answer is the sources' own sentences",
    )
    llm_context: int = _setting(
        4096, "Context window that the chat server gives the model, in tokens; passages are chosen to fit"
    )
    database_url: str | None = _setting(
        None,
        "SQLAlchemy address of the library, such as postgresql+psycopg://user@host/db; default is a SQLite file in the data folder",
        secret=True,
    )
    chroma_url: str | None = _setting(
        None, "Address of a Chroma server; default is Chroma in the process, in the data folder"
    )
    use_questions: bool = _setting(True, "Use the documents' own questions as search keys")
    keep_originals: bool = _setting(
        True,
        "Keep PDFs in the library, so that a citation shows its page; without, those kept are removed by the next ingest",
    )
    web_hosts: tuple[str, ...] = _setting(
        (),
        "Hosts that pages are fetched from, separated by commas, each with its subdomains; none named means every public one",
    )
    intranet_hosts: tuple[str, ...] = _setting(
        (),
        "Hosts of your own network that pages may be fetched from although they are not public, separated by commas, such as intranett.example or 10.0.0.5:8080",
    )
    rule_years: int = _setting(3, "Age in years from which a cited rule carries a warning that it may have changed")
    host: str = _setting("127.0.0.1", "Address that the page listens on")
    port: int = _setting(7860, "Port that the page listens on")
    editors: bool = _setting(
        False, "Show the Sources tab, where whoever opens the page may add, change and withdraw documents"
    )
    max_question: int = _setting(2000, "Longest question that is read, in characters")
    log_level: str = _setting("WARNING", "How much is logged to standard error: DEBUG, INFO, WARNING or ERROR")

    @property
    def added_dir(self) -> Path:
        """Folder in the data folder that holds what editors published, as files that a library can be built from."""
        return self.data_dir.resolve() / "added"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read every `ASSISTANT_` variable of `environment` (default: the process's own).

        Raises SettingsError for a variable that no setting has, and for a value of the wrong kind.
        """
        given = os.environ if environment is None else environment
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        values: dict[str, Any] = {}
        for name, text in given.items():
            if not name.startswith(PREFIX):
                continue
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"Did you mean {near[0]}?" if near else "README.md lists every setting."
                raise SettingsError(f"There is no setting {name}.", hint=hint)
            values[known[name].name] = _read(name, known[name].type, text)
        return cls(**values)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SettingsError(f"port is {self.port}.", hint="A port lies between 0 and 65535.")
        if self.max_question < 1:
            raise SettingsError("max_question must be at least 1.", hint="The default is 2000 characters.")
        if self.llm_url and not self.llm_url.startswith(("http://", "https://")):
            raise SettingsError(f"llm_url is {self.llm_url!r}.", hint="It begins with http:// or https://.")
        if self.llm_url and not self.llm_model:
            raise SettingsError("llm_url is set without llm_model.", hint="Name the model as the chat server knows it.")
        if self.llm_reader and not self.llm_url:
            raise SettingsError("llm_reader is set without llm_url.", hint="Give the chat server that has the model.")
        if not 1 <= self.llm_timeout <= 600:
            raise SettingsError(f"llm_timeout is {self.llm_timeout}.", hint="Use 1 to 600 seconds.")
        if self.llm_context < 2048:
            raise SettingsError(f"llm_context is {self.llm_context}.", hint="Less than 2048 tokens hold no passages.")
        if self.log_level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise SettingsError(f"log_level is {self.log_level!r}.", hint="Use DEBUG, INFO, WARNING or ERROR.")


def _read(name: str, kind: Any, text: str) -> Any:
    """The value that `text` stands for, by the field's annotation (a string here)."""
    declared = str(kind)
    if text == "" and "None" in declared:
        return None
    if declared.startswith("bool"):
        if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise SettingsError(f"{name} is {text!r}.", hint="Use true or false.")
        return text.lower() in {"1", "true", "yes"}
    if declared.startswith("int"):
        try:
            return int(text)
        except ValueError:
            raise SettingsError(f"{name} is {text!r}.", hint="Use a whole number.") from None
    if declared.startswith("Path"):
        return Path(text)
    if declared.startswith("tuple"):
        return tuple(part.strip().lower() for part in text.split(",") if part.strip())
    return text
