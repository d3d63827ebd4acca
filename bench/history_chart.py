"""A chart of 30 days from a year of samples, against a table that keeps every sample."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from bench.figures import Aim, Row, Unit
from bench.sandbox import ROOT, Sandbox

AIM_MS = 15.0


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Four metrics, each ten seconds; the quick one has 40 days of them. The worker's part of the answer."""
    days = 40 if quick else 365
    with tempfile.TemporaryDirectory(dir=sandbox.home) as folder:
        argv = [sys.executable, "-m", "bench.history_inside", folder, str(days), "5" if quick else "15"]
        done = subprocess.run(argv, env=sandbox.env, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    title = f"history, 30-day chart, 4 metrics each 10 s, {days} days"
    yield Row(
        name=title,
        unit=Unit.MILLISECONDS,
        figure=found["chart_ms"],
        reference=found["reference_ms"],
        aim=Aim(AIM_MS),
    )
    yield Row(
        name="… the file",
        unit=Unit.MIB,
        figure=found["bytes"] / 2**20,
        reference=found["reference_bytes"] / 2**20,
    )
