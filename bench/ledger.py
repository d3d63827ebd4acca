"""The ledger pane on journals of 1k, 10k and 100k transactions, against what reads them elsewhere."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from bench.figures import Aim, Row, Unit, median
from bench.inside import measured
from bench.ledger_inside import Times
from bench.ledger_journals import journals
from bench.sandbox import ROOT, Sandbox
from bench.stall_inside import Stalls

ROUNDS = {1_000: 9, 10_000: 5, 100_000: 2}
"""How often a journal of each size is read; everything in turns."""
QUICK = {1_000: 3, 10_000: 1}

APPENDS = 3
"""In the first two rounds of a size; each is followed by a rest, and by the whole journal's reading."""
COLD = Aim(1.05, ratio=True)
SOON = Aim(0.02, ratio=True)
FRAME = Aim(16)


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Beancount with the aims; ledger, hledger and fava where they are installed, without."""
    for size, rounds in (QUICK if quick else ROUNDS).items():
        files = {
            language: sandbox.home / f"{size}.{language}" for language in ("beancount", "ledger", "hledger")
        }
        for language, text in journals(size).items():
            files[language].write_text(text, "utf-8")
        name = f"ledger, {size // 1000}k transactions"
        yield from _beancount(sandbox, files["beancount"], name, rounds)
        for program in ("ledger", "hledger"):
            if shutil.which(program):
                yield from _program(sandbox, program, files[program], name, rounds)
        if size == max(QUICK):
            yield from _stalls(sandbox, size, name, 2 if quick else 5)


def _beancount(sandbox: Sandbox, file: Path, name: str, rounds: int) -> Iterator[Row]:
    commands = [[sys.executable, "-m", "beancount.scripts.check", "--no-cache", str(file)]]
    if python := _python_of_fava():
        commands.append([python, "-I", str(Path(__file__).with_name("ledger_fava.py")), str(file)])
    own, (check, *fava) = _in_turns(sandbox, file, rounds, commands)
    cold = median(one.cold for one in own)
    yield _row(f"{name}, cold; bean-check", cold, median(check), COLD)
    for times in fava:
        yield _row("… cold; fava's load and monthly trees", cold, median(times))
    yield _row("… warm; cold", median(took for one in own for took in one.warm), cold, SOON)
    yield _row(
        "… an append to its figures; cold", median(took for one in own for took in one.appended), cold, SOON
    )


def _python_of_fava() -> str | None:
    """The interpreter that has fava: this one, or that of the program `fava` in an environment of its own."""
    if find_spec("fava") is not None:
        return sys.executable
    program = shutil.which("fava")
    if program is None:
        return None
    with Path(program).open("rb") as script:
        begin = script.readline(500)
    named = begin.removeprefix(b"#!").strip().decode("utf-8", "replace")
    is_python = begin.startswith(b"#!") and Path(named).name.startswith("python")
    return shutil.which(named) if is_python else None


def _program(sandbox: Sandbox, program: str, file: Path, name: str, rounds: int) -> Iterator[Row]:
    """ledger's own monthly sums are those of the euros alone: of several commodities it makes none."""
    if program == "ledger":
        report = ["csv", "--monthly", "--limit", 'commodity == "EUR"']
        argv, told = ["ledger", "--args-only", "-f", str(file), *report], "ledger csv --monthly, euros alone"
    else:
        report = ["balance", "-M", "-O", "json"]
        argv, told = ["hledger", "-f", str(file), *report], "hledger balance -M -O json"
    own, (times,) = _in_turns(sandbox, file, rounds, [argv])
    yield _row(f"{name} of {program}, cold; {told}", median(one.cold for one in own), median(times))


def _in_turns(
    sandbox: Sandbox, file: Path, rounds: int, commands: Sequence[Sequence[str]]
) -> tuple[list[Times], list[list[float]]]:
    """The pane's times, and the seconds that each of `commands` took."""
    own: list[Times] = []
    others: list[list[float]] = [[] for _ in commands]
    copy = file.with_name(f"copy-{file.name}")
    for round_ in range(rounds):
        shutil.copyfile(file, copy)
        folder = sandbox.home / f"{file.name}-{round_}"
        appends = APPENDS if file.suffix == ".beancount" and round_ < 2 else 0
        own.append(measured(sandbox, "bench.ledger_inside", [str(copy), str(folder), str(appends)], Times))
        for found, command in zip(others, commands, strict=True):
            found.append(_seconds(sandbox, command))
    return own, others


def _seconds(sandbox: Sandbox, command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=sandbox.env, cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


def _stalls(sandbox: Sandbox, size: int, name: str, rounds: int) -> Iterator[Row]:
    file = sandbox.home / "today.beancount"
    file.write_text(journals(size, last=date.today())["beancount"], "utf-8")  # noqa: DTZ011 - the app's own day
    found = measured(sandbox, "bench.ledger_stall", [str(file), str(sandbox.home), str(rounds)], Stalls)
    loads, calm = found.reading, found.idle
    late, rest = (max(step.late_s for steps in several for step in steps) for several in (loads, calm))
    busy, still = (max(step.busy_s for steps in several for step in steps) for several in (loads, calm))
    yield _row(f"{name}, loop stall while it loads, worst; at rest", late, rest, FRAME, Unit.MILLISECONDS)
    yield _row("… most computed between two ticks; at rest", busy, still, FRAME, Unit.MILLISECONDS)


def _row(
    name: str, figure: float, reference: float, aim: Aim | None = None, unit: Unit = Unit.SECONDS
) -> Row:
    factor = 1000 if unit is Unit.MILLISECONDS else 1
    return Row(name=name, unit=unit, figure=figure * factor, reference=reference * factor, aim=aim)
