"""Text becomes numbers: the bundled encoder, any sentence-transformers model, or an embeddings server."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import EncoderError
from assistant.finding.supported import BUNDLED, Known, fingerprint, is_bundled, known_encoder, prepare
from assistant.finding.tokens import Encoded, Sought, TokenVectors, pack, unit, unpack
from assistant.settings import Settings

__all__ = [
    "Embedder",
    "Encoded",
    "Role",
    "Sought",
    "TokenVectors",
    "open_encoder",
    "open_entailment",
    "pack",
    "unpack",
]

Role = Literal["query", "passage"]

MOST_TOKENS = 512  # of a text, prefix and marks included; what is longer is cut
# Padded tokens in one forward pass. On 2 cores (AVX-512, float32), 400 Norwegian passages of 73 tokens on average:
# 512: 69, 1024: 71, 2048: 71, 4096: 68, 8192: 56 passages a second (November 2026).
BATCH_TOKENS = 2048
FEWEST_TOKENS = 256  # that are worth a thread of their own
MOST_AT_ONCE = 8  # batches: each takes memory of its own
ENTAILMENT = {"entailment", "neutral", "contradiction"}  # what a model for natural language inference tells apart

_log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Turns texts into vectors; safe to call from several threads."""

    @property
    def name(self) -> str:
        """What the index records: the encoder and the first 12 hex digits of its weights' SHA-256."""

    @property
    def dimension(self) -> int:
        """Width of every vector."""

    def embed(self, texts: Sequence[str], role: Role) -> Encoded:
        """The texts as vectors, in order; a text longer than the encoder reads is cut. Raises EncoderError."""

    def seek(self, questions: Sequence[str]) -> tuple[Sought, ...] | None:
        """Where what answers each question would stand; None where the encoder was not taught that."""


def open_encoder(settings: Settings, progress: Callable[[str], None] | None = None) -> Embedder:
    """The encoder that the settings name, ready to embed.

    A model in the process is prepared in the data folder once (`progress` is told) and loaded at the first
    `embed`, so opening costs a checksum. A server is asked for one vector. Raises EncoderError with what to do.
    """
    if settings.embeddings_url:
        from assistant.finding.served import ServedEncoder

        model = settings.embeddings_model or settings.encoder
        known = known_encoder(model)
        prefixes = {"query": known.query, "passage": known.passage} if known else {}
        return ServedEncoder(settings.embeddings_url, model, settings.embeddings_api_key, prefixes)
    name = settings.encoder
    if settings.encoder_dir:
        return LocalEncoder(name.rsplit("/", 1)[-1], settings.encoder_dir, known_encoder(name))
    if not known_encoder(name) and Path(name).is_dir():
        return LocalEncoder(Path(name).resolve().name, Path(name), None)
    folder = prepare(name, settings.data_dir / "encoder", progress or (lambda line: None))
    return LocalEncoder(name.rsplit("/", 1)[-1], folder, known_encoder(name))


class LocalEncoder:
    """A sentence-transformers model in this process, loaded at the first use.

    One forward pass gives both kinds of vector: the model's own modules run one by one, so the dense vector is
    what the library's `encode` gives, and the token vectors are what its pooling read.
    """

    def __init__(self, title: str, folder: Path, known: Known | None) -> None:
        """`folder` holds the model; `known` its row of the table, or None to follow the model's own prompts."""
        self.name = f"{title}@{fingerprint(folder)[:12]}"
        self._folder = folder
        self._known = known
        self._model: Any = None
        self._tower: Any = None  # False where the model is another one under the name of the bundled
        self._lock = threading.RLock()  # the tokenizer, unlike the model, serves one thread at a time

    @property
    def dimension(self) -> int:
        """Width of every vector."""
        return self._known.dimension if self._known else int(self._loaded().get_embedding_dimension())

    def embed(self, texts: Sequence[str], role: Role) -> Encoded:
        """The texts as vectors, in order, with token vectors where the model has tokens."""
        if not texts:
            return Encoded(np.zeros((0, self.dimension), np.float32), ())
        model = self._loaded()
        prefix = self._prefix(model, role)
        with self._lock:
            if not getattr(model.tokenizer, "is_fast", False):
                return Encoded(unit(np.asarray(model.encode([prefix + text for text in texts]), np.float32)), None)
            read = _read(model, texts, prefix)
        return _forward(model, read, texts, prefix)

    def seek(self, questions: Sequence[str]) -> tuple[Sought, ...] | None:
        """Where what answers each question would stand; None for all encoders but the bundled one."""
        if not questions or not is_bundled(self.name):
            return None
        from assistant.finding import seeking

        transformer, ids, own = self.asked(questions)
        with self._lock:
            if self._tower is None:
                try:
                    self._tower = seeking.shipped(transformer)
                except (AttributeError, KeyError, RuntimeError) as error:
                    _log.warning("%s does not fit what was taught on %s: %s", self._folder, BUNDLED, error)
                    self._tower = False
        return seeking.seek(self._tower, transformer, ids, own) if self._tower else None

    def asked(self, questions: Sequence[str]) -> tuple[Any, list[list[int]], list[list[bool]]]:
        """The encoder's layers; the numbers of each question's tokens; and which of them are its own words."""
        model = self._loaded()
        prefix = self._prefix(model, "query")
        with self._lock:
            read = _read(model, questions, prefix)
        own = [_is_own(*_placed(read, row), prefix).tolist() for row in range(len(questions))]
        return model[0].auto_model, read["input_ids"], own

    def _prefix(self, model: Any, role: Role) -> str:
        if self._known:
            return self._known.query if role == "query" else self._known.passage
        names = ("query",) if role == "query" else ("document", "passage")
        return next((model.prompts[name] for name in names if model.prompts.get(name)), "")

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                model = _load(self._folder)
                width = model.get_embedding_dimension()
                if self._known and width != self._known.dimension:
                    message = f"The model in {self._folder} gives {width} numbers, not {self._known.dimension}."
                    raise EncoderError(message, hint="Name the model that the folder holds in ASSISTANT_ENCODER.")
                self._model = model
            return self._model


def open_entailment(name: str) -> Callable[[str, str], dict[str, float]]:
    """What a cross-encoder says of a premise and a sentence: the chance of each of ENTAILMENT, loaded at first use.

    `name` is a folder, or a model's name that is downloaded when it is not cached. Raises EncoderError at first use
    when there is no such model, or when its labels are others.
    """
    lock = threading.Lock()
    loaded: list[tuple[Any, dict[str, int]]] = []

    def of(premise: str, sentence: str) -> dict[str, float]:
        import torch

        with lock:
            if not loaded:
                loaded.append(_entailment(name))
            model, labels = loaded[0]
            logits = model.predict([(premise, sentence)], activation_fn=torch.nn.Softmax(-1), show_progress_bar=False)
        return {label: float(logits[0][place]) for label, place in labels.items()}

    return of


def _entailment(name: str) -> tuple[Any, dict[str, int]]:
    """The cross-encoder and the place of each label in what it gives."""
    from sentence_transformers import CrossEncoder

    hint = "Check ASSISTANT_NLI_MODEL."
    with _quiet():
        try:
            model = CrossEncoder(
                name,
                local_files_only=Path(name).is_dir(),
                trust_remote_code=False,
                max_length=MOST_TOKENS,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise EncoderError(f"There is no usable cross-encoder in {name}: {error}", hint=hint) from error
    labels = {str(label).lower(): int(place) for place, label in model.config.id2label.items()}
    if set(labels) != ENTAILMENT:
        raise EncoderError(f"{name} tells {', '.join(sorted(labels))}, not entailment.", hint=hint)
    return model, labels


def _read(model: Any, texts: Sequence[str], prefix: str) -> Any:
    """What the tokenizer makes of the texts, each behind the prefix."""
    return model.tokenizer(
        [prefix + text for text in texts],
        truncation=True,
        max_length=min(MOST_TOKENS, model.max_seq_length or MOST_TOKENS),
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_token_type_ids=False,
    )


def _forward(model: Any, read: Any, texts: Sequence[str], prefix: str) -> Encoded:
    """Both kinds of vector for all texts as the tokenizer read them, in batches of similar length, one to a core."""
    import torch

    dense: list[Any] = [None] * len(texts)
    tokens: list[Any] = [None] * len(texts)

    def embed(batch: Sequence[int]) -> None:
        rows = {"input_ids": [read["input_ids"][i] for i in batch]}
        features = dict(model.tokenizer.pad(rows, return_tensors="pt").to(model.device))
        with torch.inference_mode():
            for module in model:
                features = module(features)
        sentence = features["sentence_embedding"].float().cpu().numpy()
        hidden = features["token_embeddings"].float().cpu().numpy()
        for row, i in enumerate(batch):
            dense[i] = sentence[row]
            own = hidden[row][features["attention_mask"][row].bool().cpu().numpy()]
            ids = np.asarray(read["input_ids"][i], np.int32)
            tokens[i] = _own_tokens(own, ids, *_placed(read, i), texts[i], prefix)

    batches = [*_batches([len(ids) for ids in read["input_ids"]])]
    if len(batches) == 1:
        embed(batches[0])
    else:
        with ThreadPoolExecutor(_at_once()) as pool:
            list(pool.map(embed, reversed(batches)))  # the longest first: no core waits long for the last
    return Encoded(unit(np.stack(dense)), tuple(tokens))


def _placed(read: Any, row: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Where the tokens of a text stand behind its prefix (tokens, 2), and which are marks of the encoder (tokens,)."""
    spans = np.asarray(read["offset_mapping"][row], np.int32).reshape(-1, 2)
    return spans, np.asarray(read["special_tokens_mask"][row], bool)


def _is_own(spans: NDArray[np.int32], marks: NDArray[np.bool_], prefix: str) -> NDArray[np.bool_]:
    """Which tokens are neither marks nor of the prefix."""
    return ~marks & (spans[:, 1] > len(prefix))


def _own_tokens(
    hidden: NDArray[np.float32],
    ids: NDArray[np.int32],
    spans: NDArray[np.int32],
    marks: NDArray[np.bool_],
    text: str,
    prefix: str,
) -> TokenVectors:
    """The tokens of the text itself, their spans counted from its start and without the space before a word."""
    keep = _is_own(spans, marks, prefix)
    starts = np.maximum(spans[keep, 0] - len(prefix), 0)
    ends = spans[keep, 1] - len(prefix)
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        word = text[start:end]
        starts[i] += len(word) - len(word.lstrip())
    return TokenVectors(unit(hidden[keep]), starts, ends, ids[keep])


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indexes of the texts, shortest first, in batches of at most BATCH_TOKENS once padded; less, to use every core."""
    most = min(BATCH_TOKENS, max(FEWEST_TOKENS, sum(lengths) // _at_once()))
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > most:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _load(folder: Path) -> Any:
    """The sentence-transformers model in `folder`: no network, no code from the folder, safetensors only."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read once, when the library is imported
    import torch
    from sentence_transformers import SentenceTransformer
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)  # one core to a forward pass; bench/threads.py measures what more of them cost
    threadpool_limits(1, user_api="blas")  # numpy's own threads wait awake, and take the cores from the others
    options = {"dtype": torch.bfloat16 if _gains_from_bfloat16() else torch.float32, "use_safetensors": True}
    with _quiet():
        try:
            return SentenceTransformer(
                str(folder), local_files_only=True, trust_remote_code=False, model_kwargs=options
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            message = f"There is no usable sentence-transformers model in {folder}: {error}"
            raise EncoderError(message, hint="Check ASSISTANT_ENCODER and ASSISTANT_ENCODER_DIR.") from error


def _at_once() -> int:
    """Batches that are read at once: one for each core that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_AT_ONCE)


def _gains_from_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself (AVX512-BF16 or AMX; on ARM `bf16`)."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split())
    except OSError:
        return False
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No progress bar and no advice from the model libraries while a model is loaded."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()
