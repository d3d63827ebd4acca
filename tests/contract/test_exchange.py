"""Two files change names in one step; where that cannot be done nothing happens."""

import ctypes
import os
from pathlib import Path

import pytest

from devdash.api import exchanged


def test_they_change_names_also_when_they_are_named_in_an_open_folder(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("1")
    other.mkdir()
    assert exchanged(one, other)
    assert (other.read_text(), one.is_dir()) == ("1", True)
    handle = os.open(tmp_path, os.O_RDONLY)
    assert exchanged("one", "other", folder=handle)
    os.close(handle)
    assert (one.read_text(), other.is_dir()) == ("1", True)


def test_one_that_is_gone_is_a_failure_and_the_other_stays(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1")
    with pytest.raises(FileNotFoundError):
        exchanged(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one").read_text() == "1"


def test_a_system_that_cannot_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    assert not exchanged(tmp_path / "one", tmp_path / "other")
