"""Secrets do not belong into devdash.toml: finding those that are there, without repeating them.

Two nets. A key that names a secret (`password`, `API_KEY`, `db-token` …) may
hold a reference or nothing. And no text anywhere may be a URL or connection
string with a password in it, a private key, or a token of a well-known make.
"""

import re
from collections.abc import Iterator

from devdash.config.keypath import KeyPath
from devdash.contract.settings import SecretCommand, SecretEnv, SecretFile, SecretKeyring, SecretSource

FORMS = 'write { env = "NAME" }, { file = "path" }, { command = ["program"] } or { keyring = "service/user" }'

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WORDS_OF_SECRETS = "password passwd passphrase passwort pass pwd secret secrets token credential credentials"
_SECRET_WORDS = frozenset(_WORDS_OF_SECRETS.split())
_SECRET_PAIRS = frozenset(
    ("apikey", "accesskey", "authkey", "privatekey", "secretkey", "signingkey", "encryptionkey")
)
_IN_TEXT = (
    # scheme://user:password@host; a port before a path with "@" in it is no password
    re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/?#@:]*:(?!\d{1,5}/)[^\s]+@", re.IGNORECASE),
    re.compile(
        r"(?:^|[\s;&?,])[\w-]*(?:password|passwd|pwd|secret|token|api_?key)\s*=\s*[^\s;&,${]", re.IGNORECASE
    ),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk_live_|AKIA)[A-Za-z0-9_-]{12,}"),
)


def find(document: object) -> Iterator[tuple[KeyPath, str]]:
    """Every place of a literal secret in a TOML document, with the message for it."""
    stack: list[tuple[KeyPath, object, bool]] = [((), document, False)]  # no recursion: dotted keys nest deep
    while stack:
        path, value, secret = stack.pop()
        if isinstance(value, dict):
            if secret and is_reference(value):
                continue
            stack.extend(((*path, key), item, secret or names_secret(key)) for key, item in value.items())
            if any(looks_secret(key) for key in value):
                yield path, "a key here has a secret in it"
        elif isinstance(value, list):
            stack.extend(((*path, index), item, secret) for index, item in enumerate(value))
        elif secret and value != "" and not isinstance(value, bool):
            yield path, f"a secret must not stand here in clear; {FORMS}"
        elif isinstance(value, str) and looks_secret(value):
            yield path, "has a password or token in it; leave it out here and refer to it as a secret"


def names_secret(key: str) -> bool:
    """Whether a value under `key` would be a secret: its last word, or last two, say so."""
    words = [word.lower() for word in _WORDS.findall(key) if not word.isdigit()]
    return bool(words) and (
        words[-1] in _SECRET_WORDS or words[-1] in _SECRET_PAIRS or "".join(words[-2:]) in _SECRET_PAIRS
    )


def looks_secret(text: str) -> bool:
    """Whether there is a password or token in `text`, to go by its form."""
    return any(pattern.search(text) for pattern in _IN_TEXT)


def is_reference(value: object) -> bool:
    """Whether `value` is one of the four forms."""
    return reference(value) is not None


def reference(value: object) -> SecretSource | None:
    """The reference that `value` writes; None when it is none."""
    match value:
        case {"env": str(name), **rest} if name and not rest:
            return SecretEnv(name)
        case {"file": str(path), **rest} if path and not rest:
            return SecretFile(path)
        case {"keyring": str(entry), **rest} if entry and not rest:
            return SecretKeyring(entry)
        case {"command": [str(program), *args], **rest} if program and not rest:
            words = [word for word in args if isinstance(word, str)]
            return SecretCommand((program, *words)) if len(words) == len(args) else None
    return None
