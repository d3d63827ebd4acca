"""GitPython behind its adapter leaves no trace in the process."""

import subprocess
import sys
from pathlib import Path

LOADING = """
import os, sys
from pathlib import Path
from devdash_git.adapter import remotes
before = dict(os.environ)
remotes(Path(sys.argv[1]))
assert "git" in sys.modules
print(dict(os.environ) == before)
"""


def test_the_environment_is_left_as_it_was_even_where_git_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
