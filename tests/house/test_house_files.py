"""House rules that every tracked file keeps."""

import ast
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

from house_files import tracked
from house_imports import ROOT, modules

MOST_LINES = 400


def python_files() -> list[Path]:
    return [ROOT / path for path in tracked() if path.suffix == ".py"]


def registry_hosts() -> set[str]:
    """The hosts of package registries that this machine is told to use."""
    person = {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
    person.pop("XDG_CONFIG_HOME", None)
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        env=person,
        capture_output=True,
        text=True,
        timeout=20,
    ).stdout
    registries = " ".join(value for name, value in person.items() if re.search(r"INDEX|REGISTRY", name, re.I))
    hosts = set(re.findall(r"https?://(?:[^/\s'@]*@)?([^/\s':]+)", listed + registries))
    return hosts - {"127.0.0.1", "localhost"}


def machine_words() -> set[str]:
    """What would tell where this checkout stands and where its packages come from."""
    words = {f"{ROOT.parent}/", f"{pwd.getpwuid(os.getuid()).pw_dir}/"}
    # A home or a checkout right below "/" says nothing: "/" is in every text.
    return {word for word in words if len(word.strip("/")) > 2} | registry_hosts()


def test_no_file_names_this_machine() -> None:
    """No path of the checkout or of the home folder, and no host of a package registry."""
    # "~/src/" names no machine, even where the checkout stands in "/src/".
    words = re.compile("|".join(rf"(?<![\w~.]){re.escape(word)}" for word in sorted(machine_words())))
    found = [
        f"{path} says {hit.group()}"
        for path in tracked()
        if (hit := words.search((ROOT / path).read_text(errors="replace")))
    ]
    assert not found, "\n".join(found)


def test_every_link_of_a_page_leads_somewhere() -> None:
    """Relative links in Markdown files name files that are there."""
    broken = [
        f"{path}: {target}"
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", (ROOT / path).read_text())
        if not (ROOT / path.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)


def test_constraints_are_names_and_numbers_alone() -> None:
    """Any package index can serve them: no host, no path, no hash."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line[:1] != "#"]
    names = [line.partition("==")[0].lower() for line in lines]
    assert names == sorted(names)
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)]


def test_no_python_file_is_long() -> None:
    """A file that outgrows this does two things: split it."""
    counts = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in python_files()}
    assert not {str(path): count for path, count in counts.items() if count > MOST_LINES}


def test_every_module_says_why_it_exists() -> None:
    """Tests and benchmarks too."""
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.name != "__main__.py" and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_everything_public_in_the_contract_is_documented() -> None:
    """Classes and functions that plug-in authors meet, and their public methods."""
    silent: list[str] = []
    for name, path in modules().items():
        if not name.startswith("devdash.contract"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                public = not node.name.startswith("_")
                if public and not ast.get_docstring(node):
                    silent.append(f"{name}:{node.lineno} {node.name}")
    assert not silent


def test_a_plug_in_s_package_module_is_a_docstring_only() -> None:
    """Finding a plug-in costs nothing; its pane module is imported by name."""
    wrong: list[str] = []
    for path in ROOT.glob("plugins/*/__init__.py"):
        body = ast.parse(path.read_text()).body
        if len(body) != 1 or not ast.get_docstring(ast.parse(path.read_text())):
            wrong.append(path.parent.name)
    assert not wrong


def test_no_bare_except_and_no_shell() -> None:
    """The linter forbids both and lets them be excused; these two have no excuse."""
    wrong: list[str] = []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                wrong.append(f"{name}:{node.lineno} catches everything")
            if isinstance(node, ast.keyword) and node.arg == "shell":
                wrong.append(f"{name}:{node.value.lineno} names a shell")
    assert not wrong
