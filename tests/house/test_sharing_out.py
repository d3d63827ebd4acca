"""A whole run comes to its end, and names the test, when one of its processes does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1] / "support"

CONFTEST = """
def pytest_xdist_make_scheduler(config, log):
    import scheduling
    from pathlib import Path
    scheduling.ROOT = Path(__file__).parent
    return scheduling.ByFileWhereMarked(config, log)
"""

ALONE = """
import os
import pytest

@pytest.mark.parametrize("number", range(40))
def test_one(number):
    if number == DEADLY:
        os._exit(1)
"""

TOGETHER = """
import os
import pytest

pytestmark = pytest.mark.xdist_group("one")

@pytest.mark.parametrize("number", range(20))
def test_all(number, worker_id):
    with open("workers", "a") as file:
        file.write(worker_id + "\\n")
"""


@pytest.mark.parametrize("deadly", [0, 20, 38, 39])
def test_the_end_of_a_process_costs_one_test_and_no_standstill(tmp_path: Path, deadly: int) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_alone.py").write_text(ALONE.replace("DEADLY", str(deadly)))
    (tmp_path / "test_together.py").write_text(TOGETHER)
    argv = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider"]
    done = subprocess.run(
        argv,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert "1 failed, 59 passed" in done.stdout, done.stdout + done.stderr
    assert f"crashed while running 'test_alone.py::test_one[{deadly}]'" in done.stdout
    assert len(set((tmp_path / "workers").read_text().split())) == 1
