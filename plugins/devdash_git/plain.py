"""Text from git and from file names, made safe to show: no credentials, no control characters."""

import re

_URL_USER = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s/?#]*)@")
_URL_QUERY = re.compile(r"(?P<url>\b[A-Za-z][A-Za-z0-9+.-]*://[^\s?#'\"]*)[?#][^\s'\"]*")
_URL_SLASHED = re.compile(r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]*://)[^\s/@:\[]*:(?!\d+(?:[/'\"\s]|$))\S*@")
"""A password with an unquoted "/" in it: no URL any more, but people write it."""

_MASK = "***"


def masked(text: str) -> str:
    """`text` with user names, passwords and query strings of URLs replaced by "***".

    The user goes too, since tokens are given in its place; of ssh URLs it stays (`ssh://git@host`),
    where it is a login name and never a secret, without a password behind it.
    A query or fragment goes whole.
    """
    text = _URL_SLASHED.sub(lambda match: f"{match['scheme']}{_MASK}@", text)
    return _URL_QUERY.sub(lambda match: f"{match['url']}?{_MASK}", _URL_USER.sub(_mask_user, text))


def _mask_user(match: re.Match[str]) -> str:
    scheme, user = match["scheme"], match["user"]
    if scheme.lower().removesuffix("://") in {"ssh", "git+ssh", "ssh+git"} and ":" not in user:
        return f"{scheme}{user}@"
    return f"{scheme}{_MASK}@"


def printable(raw: bytes | str) -> str:
    r"""A name as text of one line that can always be shown and encoded.

    Bytes that are not UTF-8, control characters and lone surrogates become escapes such as "\xe9".
    """
    data = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")
    text = data.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def first_words(raw: bytes, *, length: int = 200) -> str:
    """The line of a program's error output that says what is wrong, masked and printable.

    That is the first line that begins with "fatal:" or "error:" (without that word), else the last
    line that is not empty; "" when there is none.
    """
    lines = [line.strip() for line in raw.decode("utf-8", "backslashreplace").splitlines() if line.strip()]
    chosen = next(
        (line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else ""
    )
    if chosen.endswith(":") and chosen is not lines[-1]:  # what it is about stands in the next line
        chosen = f"{chosen} {lines[lines.index(chosen) + 1]}"
    text = masked(printable(re.sub(r"^(fatal|error):\s*", "", chosen)))
    return text if len(text) <= length else text[: length - 1] + "…"


def trust_hint(name: str) -> str:
    """The next step where the config of the repository `name` names programs."""
    return f"K (devdash run git trust {printable(name)}) shows them and asks."
