"""The house rules, held by reading the code: who may import whom, how large things may be, what starts light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "assistant"
ROOMS = ("reading", "keeping", "finding", "answering", "serving")
FOUNDATION = ("types", "plans", "wording", "errors", "settings", "privacy", "language")
FACES = (
    "__main__.py",
    "serving/",
    "reading/confined.py",
)  # where anything may be caught and shown: the last is a process
HEAVY = ("torch", "chromadb", "gradio", "llama_index", "sentence_transformers", "transformers", "sqlalchemy")

MODULE_LINES, FUNCTION_LINES = 350, 60
LONGER = {"types.py": 460}  # one list of values, read as one page

# Each outside library, and the files (or folders) that may import it.
OWNERS = {
    "bm25s": ("finding/keywords.py",),
    "chromadb": ("keeping/vectors.py",),
    "docx": ("reading/word.py", "reading/confined.py", "serving/word.py"),
    "fastapi": ("serving/api.py",),
    "ftfy": ("reading/text.py", "reading/confined.py"),
    "gradio": ("serving/ui.py", "serving/tabs/"),
    "httpx": ("reading/fetching.py", "finding/served.py", "answering/connection.py"),
    "huggingface_hub": ("finding/supported.py",),
    "llama_index": ("reading/chunking.py", "keeping/vectors.py", "finding/encoders.py", "answering/model.py"),
    "lxml": ("reading/word.py", "reading/web.py", "reading/confined.py"),
    "marisa_trie": ("finding/spelling.py",),
    "mcp": ("serving/api.py",),
    "numpy": ("keeping/", "finding/", "intake.py", "pipeline.py", "shelving.py"),
    "openpyxl": ("serving/exporting.py",),
    "PIL": ("reading/picturing.py",),
    "pypdfium2": ("reading/picturing.py", "reading/confined.py"),
    "pypdf": ("reading/pdf.py", "reading/confined.py"),
    "rapidfuzz": ("finding/spelling.py",),
    "reportlab": ("serving/pdf.py",),
    "safetensors": ("finding/bundled.py", "finding/network.py", "finding/selection.py"),
    "sentence_transformers": ("finding/encoders.py",),
    "simplemma": ("finding/spelling.py",),
    "snowballstemmer": ("language.py",),
    "sqlalchemy": ("keeping/",),
    "threadpoolctl": ("finding/encoders.py",),
    "tokenizers": ("finding/bundled.py",),
    "torch": (
        "finding/encoders.py",
        "finding/entailing.py",
        "finding/network.py",
        "finding/seeking.py",
        "finding/selection.py",
    ),
    "transformers": ("finding/encoders.py", "finding/network.py"),
    "trafilatura": ("reading/web.py", "reading/confined.py"),
    "yaml": ("reading/corpus.py", "finding/query.py"),
}


def imported(source):
    """Dotted names of every module that `source` imports, anywhere in it; `from a import b` gives a and a.b."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def room(place):
    return place.split("/")[0] if "/" in place else None


def wrong_imports(place, source):
    """What `place` (a path below assistant/) imports and must not."""
    wrong = []
    for name in sorted(imported(source)):
        first, _, rest = name.partition(".")
        target = rest.split(".")[0]
        if first == "" or first in {"eval", "bench", "tests", "app", "ingest"}:
            wrong.append(f"{place} imports {name}")
        elif first == "assistant":
            if target in ROOMS and not may_enter(place, target):
                wrong.append(f"{place} imports {name}: the rooms do not know one another")
        elif place == "types.py" and first not in sys.stdlib_module_names:
            wrong.append(f"{place} imports {name}: the standard library only")
        elif first not in sys.stdlib_module_names and not owns(place, first):
            wrong.append(f"{place} imports {name}: not its owner")
    return wrong


def may_enter(place, target):
    if room(place) in ROOMS:
        return room(place) == target
    if place.removesuffix(".py") in FOUNDATION:
        return False
    return target != "serving" or place == "__main__.py"


def owns(place, library):
    return any(place == owner or (owner.endswith("/") and place.startswith(owner)) for owner in OWNERS.get(library, ()))


def blind_excepts(place, source):
    """Lines of `place` that catch everything and do not raise again, where that is not a face's work."""
    if place.startswith(FACES):
        return []
    blind = {"Exception", "BaseException"}
    return [
        f"{place}:{node.lineno} catches everything"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or blind & {ast.unparse(t) for t in caught(node)})
        and not isinstance(node.body[-1], ast.Raise)
    ]


def caught(handler):
    return handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]


def too_long(place, source):
    lines = len(source.splitlines())
    limit = LONGER.get(place, MODULE_LINES)
    found = [f"{place} has {lines} lines"] if lines > limit else []
    return found + [
        f"{place}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES
    ]


def undocumented(place, source):
    docstring = ast.get_docstring(ast.parse(source))
    first = (docstring or "").partition("\n")[0]
    return [] if first or (place.endswith("__init__.py") and "/" in place) else [f"{place} does not say what it is"]


def forbidden_names(place, source):
    words = ("Manager", "Service", "Helper", "Util", "Base", "Factory", "Engine", "Wrapper")
    return [
        f"{place}: {node.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef) and node.name.endswith(words)
    ]


def unsorted_all(place, source):
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(ast.unparse(t) == "__all__" for t in node.targets):
            names = ast.literal_eval(node.value)
            if list(names) != sorted(names):
                return [f"{place}: __all__ is not sorted"]
    return []


RULES = (wrong_imports, blind_excepts, too_long, undocumented, forbidden_names, unsorted_all)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_the_rule(rule):
    places = sorted(HOUSE.rglob("*.py"))
    assert places
    broken = [b for p in places for b in rule(p.relative_to(HOUSE).as_posix(), p.read_text(encoding="utf-8"))]
    assert broken == []


@pytest.mark.parametrize(
    ("rule", "place", "source"),
    [
        (wrong_imports, "reading/pages.py", "from assistant.keeping.library import Library"),
        (wrong_imports, "reading/pages.py", "from assistant import finding"),
        (wrong_imports, "serving/ui.py", "def f():\n    import assistant.answering.extractive"),
        (wrong_imports, "language.py", "from assistant.reading import corpus"),
        (wrong_imports, "pipeline.py", "from assistant.serving import ui"),
        (wrong_imports, "pipeline.py", "from .reading import corpus"),
        (wrong_imports, "pipeline.py", "import eval.gate"),
        (wrong_imports, "finding/retriever.py", "import torch"),
        (wrong_imports, "serving/render.py", "import gradio as gr"),
        (wrong_imports, "reading/corpus.py", "import unheard_of_library"),
        (wrong_imports, "types.py", "import numpy as np"),
        (blind_excepts, "pipeline.py", "try:\n    pass\nexcept Exception:\n    pass"),
        (blind_excepts, "pipeline.py", "try:\n    pass\nexcept (OSError, BaseException):\n    pass"),
        (blind_excepts, "pipeline.py", "try:\n    pass\nexcept:\n    pass"),
        (too_long, "pipeline.py", "x = 1\n" * 351),
        (too_long, "pipeline.py", "def f():\n" + "    x = 1\n" * 60),
        (undocumented, "pipeline.py", "x = 1"),
        (forbidden_names, "pipeline.py", "class IndexManager: ..."),
        (unsorted_all, "__init__.py", "__all__ = ['b', 'a']"),
    ],
)
def test_a_planted_violation_is_seen(rule, place, source):
    assert rule(place, source)


@pytest.mark.parametrize(
    ("rule", "place", "source"),
    [
        (
            wrong_imports,
            "reading/pages.py",
            "from assistant.reading import text\nfrom assistant.types import Card\nimport re",
        ),
        (wrong_imports, "pipeline.py", "from assistant.keeping.library import Library"),
        (wrong_imports, "__main__.py", "from assistant.serving import ui"),
        (wrong_imports, "serving/tabs/ask.py", "import gradio as gr"),
        (blind_excepts, "serving/tabs/ask.py", "try:\n    pass\nexcept Exception:\n    pass"),
        (blind_excepts, "pipeline.py", "try:\n    pass\nexcept ValueError:\n    pass"),
        (blind_excepts, "pipeline.py", "try:\n    pass\nexcept Exception as e:\n    raise StoreError('x') from e"),
        (too_long, "pipeline.py", "x = 1\n" * 350),
        (unsorted_all, "__init__.py", "__all__ = ['a', 'b']"),
    ],
)
def test_what_is_allowed_is_let_be(rule, place, source):
    assert rule(place, source) == []


def test_logging_is_set_up_only_where_numbers_are_masked():
    places = [*HOUSE.rglob("*.py"), *ROOT.glob("*.py")]
    setting_up = [
        p.relative_to(ROOT).as_posix() for p in places if "logging.basicConfig" in p.read_text(encoding="utf-8")
    ]
    assert setting_up == ["assistant/privacy.py"]
    for command in ("app.py", "ingest.py", "assistant/__main__.py"):
        assert "start_logging(" in (ROOT / command).read_text(encoding="utf-8")


def test_importing_the_assistant_loads_no_heavy_library():
    code = f"import sys, assistant; print([n for n in {HEAVY!r} if n in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_public_names_of_the_front_door_are_sorted_and_there():
    import assistant

    assert list(assistant.__all__) == sorted(assistant.__all__)
    assert not [name for name in assistant.__all__ if not hasattr(assistant, name)]


def test_the_readme_says_what_the_code_says():
    from scripts.docs import filled

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert filled(readme) == readme, "README.md is stale: run `make docs`"
