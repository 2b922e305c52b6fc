"""llama-index as its documentation starts, with our encoder, beside us on the same questions in the same run."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import Assistant, Settings
from eval import norquad
from eval.gate import HERE
from eval.scoring import Question, read_questions

Find = Callable[[str, str | None], Sequence[str]]
"""A question and where the asker stands become ids of documents, best first, each once."""

PASSAGES = 50  # asked of both, so that ten documents are among them
PLACES = (1, 3, 5)


def llama_index(folder: Path, names: dict[str, str], settings: Settings) -> Find:
    """The reader, the default splitter and the vector index in memory, over the files named in `names` (path to id)."""
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from assistant.finding.encoders import open_encoder

    encoder = open_encoder(settings)

    class Ours(BaseEmbedding):
        """Our encoder in the shape that llama-index asks for."""

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, vector)) for vector in encoder.embed(texts, "passage").dense]

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, encoder.embed([query], "query").dense[0]))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    documents = SimpleDirectoryReader(input_files=[folder / name for name in names]).load_data()
    index = VectorStoreIndex.from_documents(documents, embed_model=Ours(embed_batch_size=64), show_progress=True)
    retriever = index.as_retriever(similarity_top_k=PASSAGES)

    def find(text: str, country: str | None) -> Sequence[str]:
        paths = [Path(node.metadata["file_path"]) for node in retriever.retrieve(text)]
        return list(dict.fromkeys(names[path.relative_to(folder).as_posix()] for path in paths))

    return find


def ours(assistant: Assistant) -> Find:
    """Our own find."""

    def find(text: str, country: str | None) -> Sequence[str]:
        hits = assistant.find(text, country=country, limit=PASSAGES)
        return list(dict.fromkeys(hit.passage.card.id for hit in hits))

    return find


def recall(find: Find, questions: Sequence[Question]) -> dict[str, float]:
    """Share of questions whose first k documents hold one of every expected group (as many as there are places)."""
    found = [(find(q.text, q.country), q.documents) for q in questions if q.documents]
    return {
        f"R@{k}": sum(
            sum(bool(set(ids[:k]) & set(group)) for group in groups) >= min(k, len(groups)) for ids, groups in found
        )
        / len(found)
        for k in PLACES
    }


def on_corpus(settings: Settings) -> dict[str, Any]:
    """Both on the shipped corpus and its dev questions, follow-ups left out since the peer has no conversation."""
    corpus = HERE.parent / "corpus"
    questions = [q for q in read_questions(HERE / "questions" / "dev.jsonl") if not q.history]
    assistant = Assistant.from_settings(settings)
    assistant.ingest([corpus])
    known = {card.id for card in assistant.cards()}
    names = {p.relative_to(corpus).as_posix(): p.stem for p in sorted(corpus.rglob("*.md")) if p.stem in known}
    peer = llama_index(corpus, names, settings)
    return {"llama-index": recall(peer, questions), "ours": recall(ours(assistant), questions)}


def on_norquad(path: Path, settings: Settings, data: Path) -> dict[str, Any]:
    """Both on NorQuAD."""
    articles, gold = norquad.read(path)
    questions = [Question(str(n), "", "nb", g.text, documents=((g.document,),)) for n, g in enumerate(gold)]
    assistant = norquad.prepare(articles, data)
    peer = llama_index(data / "articles", {f"{name}.txt": name for name in articles}, settings)
    return {"llama-index": recall(peer, questions), "ours": recall(ours(assistant), questions)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both and print them side by side."""
    parser = argparse.ArgumentParser(prog="python -m bench.peer", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--norquad", type=Path, help="the NorQuAD file; without it only the corpus is measured")
    parser.add_argument("--data-dir", type=Path, default=Path("data/eval"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    settings = replace(Settings.from_environment(), data_dir=given.data_dir)
    results = {"dev questions": on_corpus(settings)}
    if given.norquad:
        with tempfile.TemporaryDirectory() as folder:
            results["NorQuAD"] = on_norquad(given.norquad, settings, Path(folder))
    if given.json:
        print(json.dumps(results, indent=2))
        return 0
    for name, systems in results.items():
        print(f"{name:<20}" + "".join(f"{f'R@{k}':>8}" for k in PLACES))
        for system, measured in systems.items():
            print(f"  {system:<18}" + "".join(f"{measured[f'R@{k}']:>8.3f}" for k in PLACES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
