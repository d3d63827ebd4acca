"""What the git pane shows, read with GitPython as its documentation says; prints the seconds.

python -m bench.git_library FOLDER
"""

import sys
import time
from pathlib import Path

from git import Repo


def read(folder: Path) -> tuple[object, ...]:
    """Branch, ahead and behind, staged, unstaged, untracked, stash, conflicts."""
    with Repo(folder) as repo:
        branch = repo.active_branch
        upstream = branch.tracking_branch()
        ahead = sum(1 for _ in repo.iter_commits(f"{upstream}..{branch}"))
        behind = sum(1 for _ in repo.iter_commits(f"{branch}..{upstream}"))
        staged, unstaged = len(repo.index.diff("HEAD")), len(repo.index.diff(None))
        stash = len(repo.refs["refs/stash"].log()) if "refs/stash" in repo.refs else 0
        conflicts = len(repo.index.unmerged_blobs())
        return branch.name, ahead, behind, staged, unstaged, len(repo.untracked_files), stash, conflicts


if __name__ == "__main__":
    began = time.perf_counter()
    for entry in sorted(Path(sys.argv[1]).iterdir()):
        read(entry)
    print(time.perf_counter() - began)
