"""Starts the shell of a database with its password in the environment, as Django's dbshell does.

A process of its own, on the terminal: it reads what to run from a private file, removes that file, and
becomes the shell. So no command line ever holds a password. Standard library only.
"""

import json
import os
import sys
from pathlib import Path

UNSET = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")


def main(file: str) -> None:
    """Become what `file` says: `argv`, and `env`, variables that are added."""
    given = json.loads(Path(file).read_text(encoding="utf-8"))
    Path(file).unlink()
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    argv: list[str] = given["argv"]
    try:
        os.execvpe(argv[0], argv, {**environment, **given["env"]})  # noqa: S606  # no shell reads it
    except OSError as error:
        sys.exit(f"{argv[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1])
