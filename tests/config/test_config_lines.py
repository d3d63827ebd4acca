"""Lines of values: as tomllib reads a text, so the finder must."""

import tomllib
from collections.abc import Iterator

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from devdash.config.keypath import KeyPath, dotted
from devdash.config.lines import Lines

TEXT = """\
# comment with [brackets] and = signs
top = 1
[a.b]            # 3
"quoted key" = 'x # no comment'
"esc\\u0061ped" = "a\\"b"
dotted.inner = [1, # 6
  2, { x = 1, y = [ 'z' ] },

  3]
inline = { p = 1, q.r = "}" }
long = \"\"\"
[not.a.table]
k = 1 \\
\"\"\"\"\"
literal = '''
x = 1'''
date = 1979-05-27 07:32:00
[[list]]
v = 1
[list.sub]
w = 1
[[list]]
v = 2
[[list.deep]]
u = 1
[[list.deep]]
u = 2
"""


def test_every_form_of_key_and_value_has_its_line() -> None:
    lines = Lines(TEXT)
    for path, line in {
        ("top",): 2,
        ("a", "b"): 3,
        ("a", "b", "quoted key"): 4,
        ("a", "b", "escaped"): 5,
        ("a", "b", "dotted", "inner"): 6,
        ("a", "b", "dotted", "inner", 1): 7,
        ("a", "b", "dotted", "inner", 2, "y", 0): 7,
        ("a", "b", "dotted", "inner", 3): 9,
        ("a", "b", "inline", "q", "r"): 10,
        ("a", "b", "long"): 11,
        ("a", "b", "literal"): 15,
        ("a", "b", "date"): 17,
        ("list", 0): 18,
        ("list", 0, "v"): 19,
        ("list", 0, "sub", "w"): 21,
        ("list", 1): 22,
        ("list", 1, "v"): 23,
        ("list", 1, "deep", 1, "u"): 27,
    }.items():
        assert lines.line(path) == line, path


def test_what_is_not_written_has_the_line_of_what_is_around_it() -> None:
    lines = Lines(TEXT)
    assert lines.line(("list", 1, "absent", 3)) == 22
    assert lines.line(("nowhere", "at", "all")) == 1
    assert lines.line(()) == 1


def test_a_text_that_is_no_toml_still_has_lines() -> None:
    assert Lines("a = 1\n= = =\nb = 2").line(("a",)) == 1
    assert Lines("a = " + "[" * 100_000).line(("a",)) == 1


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
SCALARS = st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def paths(value: object, at: KeyPath = ()) -> Iterator[KeyPath]:
    if at:
        yield at
    children = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for key, inner in children:
        yield from paths(inner, (*at, key))


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_the_finder_sees_exactly_the_paths_that_tomllib_sees(document: dict[str, object]) -> None:
    text = tomlkit.dumps(document)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # the writer's fault, not the finder's
    lines = Lines(text)
    assert lines.paths() == frozenset(paths(read))
    source = text.split("\n")
    for key, value in read.items():
        if isinstance(value, int):
            assert "=" in source[lines.line((key,)) - 1]


def test_a_path_is_told_dotted_and_a_strange_key_is_not_repeated() -> None:
    assert dotted(("panes", "git", "repos", 1, "x y")) == 'panes.git.repos[1]."x y"'
    assert dotted(("panes", "postgres://u:pw@h")) == 'panes."…"'
    assert dotted(("a\x1b[31m",)) == '"…"'
