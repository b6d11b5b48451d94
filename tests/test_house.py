"""The house rules a machine can hold: docstrings, sizes, templates, translatable text, and the line of rooms."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "marketplace"
MODULES = sorted(PACKAGE.rglob("*.py"))
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
CALLS = {"_", "gettext", "lazy_gettext", "told"}

# Chinese that is data, not speech: names of units, words of suppliers' files, what a sheet's columns are called.
DATA = {
    "marketplace/arrangements/rules.py",
    "marketplace/catalog/columns.py",
    "marketplace/catalog/rows.py",
    "marketplace/catalog/specs.py",
    "marketplace/cli.py",
    "marketplace/contracts/wording.py",
    "marketplace/kit/money.py",
    "marketplace/kit/quantities.py",
    "marketplace/matching/asks.py",
    "marketplace/matching/conditions.py",
    "marketplace/matching/judging.py",
    "marketplace/matching/offers.py",
    "marketplace/matching/refusals.py",
    "marketplace/needs/linting_patterns.py",
    "marketplace/needs/linting_words.py",
    "marketplace/needs/requirements.py",
    "marketplace/parks/actions.py",
    "marketplace/parks/rules.py",
    "marketplace/procedures/citations.py",
    "marketplace/search/text.py",
    "marketplace/taxonomy/queries.py",
}
# Values as they are stored or written into files: "everywhere", "price on request", and a language's own name.
WORDS = {"全国", "面议", "中文"}
DATA_FOLDERS = ("marketplace/reading/", "marketplace/seeding/")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public_definitions(path: Path):
    """Public functions, classes and methods, those of private classes left out."""
    waiting = [tree(path)]
    while waiting:
        for node in waiting.pop().body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith(
                "_"
            ):
                yield node
                if isinstance(node, ast.ClassDef):
                    waiting.append(node)


def test_a_module_or_a_public_function_does_not_say_what_it_is_for():
    silent = [name(path) for path in MODULES if not ast.get_docstring(tree(path))]
    for path in MODULES:
        silent += [f"{name(path)}:{n.lineno} {n.name}" for n in public_definitions(path) if not ast.get_docstring(n)]
    assert silent == []


def test_a_public_function_does_not_say_what_it_takes_or_gives():
    untyped = []
    for path in MODULES:
        for node in public_definitions(path):
            if isinstance(node, ast.ClassDef):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            missing = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
            if missing or node.returns is None:
                untyped.append(f"{name(path)}:{node.lineno} {node.name} {missing}")
    assert untyped == []


def test_a_file_is_past_400_lines():
    long = {name(path): n for path in MODULES + TEMPLATES if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_something_is_left_undone():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError(?!\))")
    found = [name(path) for path in MODULES + TEMPLATES if words.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_code_prints_instead_of_logging_or_reads_the_clock_itself():
    found = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            prints = called == "print"
            reads = (
                called in ("datetime.now", "datetime.utcnow", "date.today", "datetime.today")
                and path.name != "clock.py"
            )
            if prints or reads or called in ("eval", "exec", "pickle.loads", "yaml.load"):
                found.append(f"{name(path)}:{node.lineno} {called}")
    assert found == []


def test_a_template_stands_alone():
    extends = re.compile(r"(\{#.*?#\}|\s)*\{% extends \"", re.DOTALL)
    parts = [t for t in TEMPLATES if not extends.match(t.read_text(encoding="utf-8"))]
    alone = [name(t) for t in parts if t.name not in ("base.html", "macros.html") and not _is_used_by_others(t)]
    assert alone == []


def _is_used_by_others(part: Path) -> bool:
    called = re.compile(rf"{{%-?\s*(include|from|import)\s+[\"'][\w/]*{re.escape(part.name)}[\"']")
    return any(called.search(t.read_text(encoding="utf-8")) for t in TEMPLATES if t != part)


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("an inline style", r"<[^>]*\sstyle\s*="),
        ("an inline handler", r"<[^>]*\son[a-z]+\s*="),
        ("a script without this answer's nonce", r"<script(?![^>]*nonce=\"\{\{ csp_nonce\(\) \}\}\")[^>]*>"),
        ("a way around escaping", r"\|\s*safe\b|\{%\s*autoescape\s+false"),
        ("a script as an address", r"javascript:"),
        ("a file from elsewhere", r"(src|<link[^>]*href)=\"(https?:)?//"),
    ],
)
def test_a_template_holds_what_the_policy_forbids(fault, pattern):
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{name(path)}: {m[0][:80]}" for m in re.finditer(pattern, text, re.IGNORECASE)]
    assert found == [], fault


def test_a_form_that_writes_carries_no_token():
    found = []
    for path in TEMPLATES:
        for form in re.findall(
            r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL | re.IGNORECASE
        ):
            if "csrf()" not in form and 'name="csrf_token"' not in form:
                found.append(f"{name(path)}: {form[:80]}")
    assert found == []


def test_chinese_in_a_template_cannot_be_translated():
    found = []
    for path in TEMPLATES:
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for _n in range(3):  # a call may stand within a call
            text = re.sub(r"\b_\((\"[^\"]*\"|'[^']*')", "", text)
        text = re.sub(r"<button [^>]*lang=\"zh-CN\">中文</button>", "", text)  # a language names itself
        found += [f"{name(path)}: {line.strip()[:100]}" for line in text.splitlines() if CHINESE.search(line)]
    assert found == []


def test_chinese_in_a_sentence_of_the_code_cannot_be_translated():
    found = []
    for path in MODULES:
        if name(path) in DATA or name(path).startswith(DATA_FOLDERS):
            continue
        inside = {id(leaf) for leaf in _translated_or_told(tree(path))}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                if id(node) not in inside and node.value not in WORDS:
                    found.append(f"{name(path)}:{node.lineno} {node.value[:40]}")
    assert found == []


def _translated_or_told(module: ast.Module):
    """The strings inside `_()`, and docstrings."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in CALLS:
            for argument in node.args[:2]:
                yield from ast.walk(argument)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def test_a_sentence_is_put_together_before_it_is_translated():
    found = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in CALLS and node.args:
                if not isinstance(node.args[0], ast.Constant) and path.name != "i18n.py":
                    found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_the_allow_list_of_data_names_a_file_without_chinese():
    assert [n for n in DATA if not (ROOT / n).exists() or not CHINESE.search((ROOT / n).read_text())] == []


def test_a_room_looks_upwards():
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
