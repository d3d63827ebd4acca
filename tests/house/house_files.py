"""The files of the house."""

import subprocess
from functools import cache
from pathlib import Path

import pytest
from house_imports import ROOT


@cache
def _listed() -> tuple[str, ...] | None:
    # Whoever owns the checkout, a container's root may look at its names.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20)
    return tuple(filter(None, done.stdout.decode().split("\0"))) if done.returncode == 0 else None


def tracked() -> list[Path]:
    """Every file that git tracks and that is still there, relative to the checkout; skips outside of one."""
    names = _listed()
    if names is None:
        pytest.skip("this is no git checkout")
    return [Path(name) for name in names if (ROOT / name).is_file()]
