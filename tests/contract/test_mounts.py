"""A path leads where the kernel goes, and what is barred is never touched on the way."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Mounts, follow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc where a path leads")

NAMES = ("a", "b", "c")
parts = st.lists(st.sampled_from((*NAMES, "..", ".", "")), min_size=1, max_size=6)
entries = st.lists(
    st.tuples(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), st.none() | parts, st.booleans()),
    max_size=8,
)


def plant(top: Path, wanted: list[tuple[list[str], list[str] | None, bool]]) -> None:
    """Folders and files, and links to the parts given, some of which are absolute."""
    for where, target, flag in wanted:
        place = top.joinpath(*where)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if target is not None:
                place.symlink_to(f"{top if flag else ''}{'/' if flag else ''}{'/'.join(target)}" or ".")
            elif flag:
                place.mkdir()
            else:
                place.touch()
        except OSError:  # something else is there
            continue


def kernels(path: str) -> str | None:
    """Where the kernel goes; None: nowhere."""
    try:
        handle = os.open(path, os.O_PATH)
    except OSError:
        return None
    try:
        return str(Path(f"/proc/self/fd/{handle}").readlink())
    finally:
        os.close(handle)


@given(wanted=entries, path=parts)
def test_a_path_leads_where_the_kernel_goes(
    wanted: list[tuple[list[str], list[str] | None, bool]], path: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        plant(top, wanted)
        asked = f"{top}/{'/'.join(path)}"
        reached = follow(asked, lambda place: False)
        assert not reached.barred
        assert (reached.place if reached.status is not None else None) == kernels(asked)


@given(wanted=entries, path=parts, barred=st.sets(st.sampled_from(NAMES), min_size=1))
def test_what_is_barred_is_not_touched(
    wanted: list[tuple[list[str], list[str] | None, bool]], path: list[str], barred: set[str]
) -> None:
    """Whether it was reached is known all the same."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        top = Path(folder).resolve()
        plant(top, wanted)
        away = {str(top / name) for name in barred}
        touched: list[str] = []
        real = os.lstat
        patch.setattr(os, "lstat", lambda place: (touched.append(place), real(place))[1])
        reached = follow(f"{top}/{'/'.join(path)}", away.__contains__)
        patch.undo()
        assert not [one for one in touched if any(f"{one}/".startswith(f"{far}/") for far in away)]
        assert reached.barred == (reached.place in away)


def test_where_there_is_no_table_nothing_is_known(tmp_path: Path) -> None:
    assert Mounts(tmp_path / "none").kinds() == {}
    (tmp_path / "garbage").write_bytes(b"\xff\n - \n1 2 3 4\n")
    assert Mounts(tmp_path / "garbage").kinds() == {}
