"""`python -m bench`: measure, and print the table."""

import argparse
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.figures import Row
from bench.sandbox import Sandbox
from bench.table import as_text, machine, progress, with_table

BENCHMARKS = {
    "first-frame": "bench.first_frame",
    "idle": "bench.idle",
    "stall": "bench.stall",
    "keys": "bench.keys",
    "memory": "bench.memory",
    "growth": "bench.growth",
    "quitting": "bench.quitting",
    "status": "bench.status",
    "watch": "bench.watch",
    "alert-engine": "bench.alert_engine",
    "history-chart": "bench.history_chart",
    "ledger": "bench.ledger",
    "git": "bench.git",
    "databases": "bench.databases",
}


def main() -> int:
    """Run the benchmarks that are asked for. Returns 1 when an aim was missed and that was asked for too."""
    arguments = _arguments()
    rows: list[Row] = []
    with Sandbox() as sandbox:
        for name in arguments.only or BENCHMARKS:
            progress(name)
            measure: Callable[..., Iterator[Row]] = import_module(BENCHMARKS[name]).rows
            rows += measure(sandbox, quick=arguments.quick)
    print(machine())
    print(as_text(rows))
    if arguments.markdown is not None:
        page = arguments.markdown.read_text("utf-8") if arguments.markdown.exists() else ""
        arguments.markdown.write_text(with_table(page, rows), "utf-8")
    return int(arguments.strict and any(row.met is False for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="only this one; may be repeated")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements: a rough idea")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when an aim was missed")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table into this page as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
