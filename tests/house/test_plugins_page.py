"""docs/plugins.md is followed to the letter: its files are built, installed, run, tested and seen."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from terminal import Terminal

from devdash.api import Cell, Column, Level, Report, Row, Table
from devdash.engine import boundary, offers

pytestmark = pytest.mark.xdist_group("plugins page")  # built once

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")

FOLDER = "/home/me/devdash-disk"
"""Where the page's reader has the plug-in."""

INSTALL = "pip install -e ."
"""The only command that is not run as it stands: it would ask the network and change this environment."""


class Command(NamedTuple):
    """A command of the page and what the page says that it prints."""

    line: str
    output: str


def page_files() -> dict[str, str]:
    """Every block below a file's name in bold, by that name."""
    return dict(re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


def page_commands() -> Iterator[Command]:
    """Every command of the console blocks, in the page's order."""
    for block in re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield Command(line, output)


def same_everywhere(text: str) -> str:
    """`text` without what differs from machine to machine: sizes, times, widths."""
    for pattern, replacement in (
        (r"\d{4}-\d\d-\d\dT[\d:+-]+", "TIME"),
        (r"\d+ ([KMGT]i)?B\b", "SIZE"),
        (r"\d+ % free", "N % free"),
        (r'"(total|free|free_percent|took_s)": [\d.]+', r'"\1": N'),
        (r"\bin [\d.]+s\b", "in N s"),
        (r"[█▉▊▋▌▍▎▏░]+", "BAR"),
        (r" +", " "),
        (r" $", ""),
    ):
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return text


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder devdash-disk with the page's files."""
    folder = tmp_path_factory.mktemp("page").resolve() / "devdash-disk"
    for name, content in page_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(project: Path) -> Path:
    """A folder in which the plug-in's own distribution is installed, built with the tool that it names."""
    wheels, target = project.parent / "wheels", project.parent / "site"
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels), cwd=project)
    (wheel,) = wheels.iterdir()
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--target", str(target), str(wheel), cwd=project)
    return target


@pytest.fixture
def environment(installed: Path) -> Mapping[str, str]:
    """The plug-in beside devdash, and the programs of this environment first."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {
        **{name: value for name, value in os.environ.items() if name not in ("PWD", "PYTEST_ADDOPTS")},
        "PATH": path,
        "PYTHONPATH": str(installed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # this environment's are not the author's
        "COLUMNS": "200",  # room for the long names of a test's folders
    }


def run(*argv: str, cwd: Path) -> None:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_of_the_page_prints_what_the_page_shows(
    project: Path, environment: Mapping[str, str]
) -> None:
    """Status, JSON, check, actions, config, the plug-in's own tests and its types, in the page's order."""
    commands = list(page_commands())
    assert Command(INSTALL, "") in commands
    for command in commands:
        if command.line == INSTALL:
            continue
        done = subprocess.run(
            ["sh", "-c", command.line],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        printed = done.stdout.replace(str(project), FOLDER)
        assert same_everywhere(printed) == same_everywhere(command.output), f"$ {command.line}\n{printed}"


def test_the_pane_is_on_the_screen(project: Path, environment: Mapping[str, str]) -> None:
    """In a real terminal `devdash` shows the pane with its title and rows, and its key acts on the row."""
    with Terminal(["devdash"], env=environment, cwd=project) as terminal:
        for text in ("Disk", "folder", "GiB", "no such file or directory", "l largest"):
            terminal.until(text)
        terminal.press("c")
        terminal.until("copied the command")
        terminal.press("q")
        assert terminal.end() == 0


def test_the_page_lists_every_clause_of_the_contract() -> None:
    """An author can look up whatever devdash may complain of."""
    assert not [clause for clause in sorted(clauses()) if f"\n- {clause}\n" not in PAGE]


def test_the_page_quotes_a_violation_as_it_is() -> None:
    """The sentence that an author will see."""
    columns = tuple(Column(title) for title in "abcd")
    ragged = Report(Level.OK, "", (Table(columns, (Row("/", (Cell(), Cell(), Cell())),)),))
    with pytest.raises(boundary.ContractViolation) as caught:
        boundary.admit_report("disk", ragged)
    assert f"\n    {caught.value.message}\n" in PAGE


def test_the_page_names_every_key_that_is_taken() -> None:
    """A key of the dashboard's own that is not on the page would surprise its author."""
    (line,) = re.findall(r"^The dashboard's own keys are (.*?)\n\n", PAGE, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`([^`]+)`", line)) | {str(number) for number in range(1, 10)}
    named |= {"up", "down", "left", "right", "ctrl+c", "ctrl+p", "ctrl+q", "shift+tab"}
    assert named >= offers.RESERVED_KEYS, offers.RESERVED_KEYS - named


def test_every_name_that_the_page_imports_is_public() -> None:
    """The page's plug-in keeps the rule that it states: devdash.api and nothing else of devdash."""
    for name, content in page_files().items():
        if name.endswith(".py") and not name.startswith("tests/"):
            nodes = [node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.ImportFrom)]
            modules = {node.module or "" for node in nodes}
            assert {m for m in modules if m.partition(".")[0] == "devdash"} <= {"devdash.api"}, name


def clauses() -> set[str]:
    """The clauses in the source: of the preconditions, and of the violations that are raised by hand."""
    found: set[str] = set()
    sources = (Path(str(module.__file__)).read_text(encoding="utf-8") for module in (boundary, offers))
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = {"clause": 0, "ContractViolation": 1}.get(node.func.id)
        if place is not None:
            text = _text(node.args[place])
            found |= {text} if text else set()
        if node.func.id in ("_one", "all_of"):
            text, kind = _text(node.args[1]), node.args[2]
            word = "a sequence of " if node.func.id == "all_of" else ""
            if text and isinstance(kind, ast.Name):
                found.add(f"{text} returns {word}{kind.id}")
    return found


def _text(node: ast.expr) -> str:
    """A literal, a constant of the module, or an f-string of such; "" for what is known only when it runs."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return str(getattr(import_module(boundary.__name__), node.id, ""))
    if isinstance(node, ast.JoinedStr):
        parts = [_text(part.value if isinstance(part, ast.FormattedValue) else part) for part in node.values]
        return "".join(parts) if all(parts) else ""
    return ""
