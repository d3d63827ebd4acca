"""Every file that ledger or hledger reads is known: what an include matches is theirs to say."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import write

from devdash.api import Unavailable
from devdash_ledger.journal import Format
from devdash_ledger.scan import scan
from devdash_ledger.stamps import look_at
from devdash_ledger.trust import require

NAMES = ("a1", "a2", "a!", "xa1", ".a1", ".xa1", "b", "B2", "sub/a1")
PATTERNS = (
    "*.dat",
    "?a1.dat",
    "a*.dat",
    "a[12].dat",
    "a[^2].dat",
    "a[!2].dat",
    "[.a]a1.dat",
    "[^x]a1.dat",
    "a<1-2>.dat",
    "a<->.dat",
    "*/a1.dat",
    "**/*.dat",
    ".*.dat",
    "a1.d*",
    "A[0-9]*",
    "A?.DAT",
    "[A-C]2.dat",
    "(a|b).+",
    "b.*",
    "b2.dat",
    "A1.dat",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_what_a_program_reads_is_known(
    language: Format, pattern: str, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """A change of it would go unnoticed else, and code in it would run unasked."""
    program = needs(str(language))
    for number, name in enumerate(NAMES):
        write(tmp_path, f"2026-01-01 x\n  A:N{number}  1\n  B\n", f"{name}.dat")
    main = write(tmp_path, f"include {pattern}\n", "main.journal")
    own = ["--args-only"] if language is Format.LEDGER else []
    done = subprocess.run(
        [program, *own, "-f", str(main), "accounts"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    read = {
        str(tmp_path / f"{name}.dat") for number, name in enumerate(NAMES) if f"A:N{number}" in done.stdout
    }
    assert read <= set(scan(str(main), language).files)


def test_code_in_a_hidden_file_asks(tmp_path: Path) -> None:
    """ledger includes `.more.dat` as `*.dat`."""
    write(tmp_path, "python\n  1\n", ".more.dat")
    main = write(tmp_path, "include *.dat\n", "main.ledger")
    with pytest.raises(Unavailable, match="would run code"):
        require(str(main), scan(str(main), Format.LEDGER, wary=True), "")


@pytest.mark.parametrize("include", ["*.dat", "MAIN.dat", "m.+"])
def test_a_pattern_of_ledger_that_means_its_own_file_is_a_circle(include: str, tmp_path: Path) -> None:
    """ledger would crash."""
    main = write(tmp_path, f"include {include}\n", "main.dat")
    [error] = scan(str(main), Format.LEDGER).circles
    assert (error.file, error.line) == (str(main), 1)


@pytest.mark.parametrize("include", ["a+.dat", "*.bean", "(a|b).dat"])
def test_a_pattern_that_means_other_files_is_none(include: str, tmp_path: Path) -> None:
    """Though the files that are looked at for it may be more than ledger reads."""
    main = write(tmp_path, f"include {include}\n", "main.dat")
    write(tmp_path, "", "aa.dat")
    found = scan(str(main), Format.LEDGER)
    assert found.circles == () and found.patterns


def test_a_file_that_differs_in_case_is_watched(tmp_path: Path) -> None:
    """ledger reads it for a plain name too, and one may come later."""
    write(tmp_path, "", "a.dat")
    main = write(tmp_path, "include a.dat\n", "main.dat")
    [pattern] = scan(str(main), Format.LEDGER).patterns
    other = write(tmp_path, "", "A.dat")
    assert str(other) in [stamp.path for stamp in look_at((), (pattern,)).stamps]
