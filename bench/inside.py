"""Programs that measure the dashboard from inside, in a process of their own: how they are run."""

import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from bench.sandbox import ROOT, Sandbox

T = TypeVar("T")


def measured(sandbox: Sandbox, module: str, arguments: Sequence[str], answer: type[T]) -> T:
    """Run `python -m module arguments…` in the sandbox. Its last line is the answer, as JSON."""
    argv = [sys.executable, "-m", module, *arguments]
    printed = subprocess.run(argv, env=sandbox.env, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    return msgspec.json.decode(printed.splitlines()[-1], type=answer)
