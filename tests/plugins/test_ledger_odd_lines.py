"""Code and includes are found wherever the program that reads the journal finds them."""

import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import Unavailable
from devdash_ledger.config import Trust
from devdash_ledger.journal import Format
from devdash_ledger.scan import Scan, mark, scan

odd = st.sampled_from(
    [
        "",
        " ",
        "\t",
        "\r",
        "\n",
        "\r\n",
        ";",
        '"',
        "\\",
        "1",
        "(",
        "|",
        "*",
        "#a",
        "A",
        "é",
        "x ",
        '"a" ',
        "2026-01-01",
    ]
)


def scanned(folder: Path, text: str, *, wary: bool = True) -> Scan:
    """What is found in `text`, as beancount."""
    return scan(str(write(folder, text)), Format.BEANCOUNT, wary=wary)


@settings(max_examples=600, deadline=None)
@given(before=st.lists(odd, max_size=5), between=st.lists(odd, max_size=2), after=st.lists(odd, max_size=2))
@example(before=[], between=[], after=[])
@example(before=["1"], between=[" "], after=[])
@example(before=["\r"], between=["\r"], after=[])
@example(before=[";", "\r"], between=[" "], after=[])
@example(before=['"a" ', "1"], between=[], after=["\n"])
def test_what_beancount_would_run_or_read_is_found(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], between: list[str], after: list[str]
) -> None:
    """Its own parser says what that is; no text around hides it."""
    from beancount.parser import parser

    folder = tmp_path_factory.mktemp("odd")
    for word in ("plugin", "include"):
        text = f'{"".join(before)}{word}{"".join(between)}"there"{"".join(after)}\n'
        _, _, options = parser.parse_file(io.BytesIO(text.encode()), report_filename="")
        found = scanned(folder, text)
        assert bool(found.code) or not options["plugin"]
        named = [name for name in options["include"] if "there" in name]
        assert any("there" in name for name in found.patterns) or not named


def test_comments_and_words_are_no_code(tmp_path: Path) -> None:
    """A plug-in that is commented out, and a narration that ends with the word, are asked about by nobody."""
    text = '; plugin "gone"\n; include "/dev/zero"\n2026-01-01 * "a new plugin" "to include"\n'
    found = scanned(tmp_path, f'plugin "beancount.plugins.auto_accounts"\n{text}')
    assert [one.line for one in found.code] == [1]
    assert scanned(tmp_path, text) == scanned(tmp_path, text, wary=False)
    assert not scanned(tmp_path, text).code and not scanned(tmp_path, text).patterns


def test_a_configuration_of_several_lines_is_part_of_what_is_allowed(tmp_path: Path) -> None:
    """It may be code: another one asks anew."""
    one = mark(scanned(tmp_path, 'plugin "x" "{\n  1\n}"\n'))
    assert mark(scanned(tmp_path, 'plugin "x" "{\n  2\n}"\n')) != one


@pytest.mark.parametrize("line", ['plugin"spy"', '1 plugin "spy"', 'plugin\r"spy"'])
async def test_a_plugin_on_an_odd_line_is_not_run_unasked(
    context: MakeContext, tmp_path: Path, line: str
) -> None:
    """The journal is not loaded, and the place is told."""
    ran = tmp_path / "ran"
    write(tmp_path, f"open({str(ran)!r}, 'a').write('x')\n__plugins__ = []\n", "spy.py")
    head = 'option "insert_pythonpath" "true"\n'
    ledger = pane(context, write(tmp_path, f"{head}{line}\n{SHOP}"), trust=Trust.ASK)
    with pytest.raises(Unavailable, match="a line that would run code"):
        await ledger.read()
    assert not ran.exists()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (Format.BEANCOUNT, 'include"/dev/zero"'),
        (Format.BEANCOUNT, '1 include "/dev/zero"'),
        (Format.LEDGER, "@!include /dev/zero"),
        (Format.HLEDGER, "\ufeffinclude /dev/zero"),
        (Format.HLEDGER, "; a\rinclude /dev/zero"),
        (Format.HLEDGER, "include\u00a0/dev/zero"),
    ],
)
def test_no_odd_line_includes_a_device(tmp_path: Path, language: Format, line: str) -> None:
    """Reading one would fill the memory."""
    with pytest.raises(Unavailable, match=r"/dev/zero.* no plain file"):
        scan(str(write(tmp_path, f"{line}\n")), language)


def test_an_include_with_a_null_byte_is_a_missing_file(tmp_path: Path) -> None:
    """A damaged file is a state, and no crash."""
    assert scanned(tmp_path, 'include "a\0b"\n').files == (str(tmp_path / "main.beancount"),)
    (tmp_path / "main.dat").write_bytes(b"include a\0b\n")
    assert scan(str(tmp_path / "main.dat"), Format.LEDGER).files == (str(tmp_path / "main.dat"),)


@pytest.mark.parametrize("line", ["!!python", "@!import os", "\ufeff--import os", "\ufeffpython"])
def test_odd_lines_of_ledger_are_code(tmp_path: Path, line: str) -> None:
    """ledger takes any number of these signs, and a byte-order mark before the first."""
    assert scan(str(write(tmp_path, f"{line}\n", "m.dat")), Format.LEDGER).code
