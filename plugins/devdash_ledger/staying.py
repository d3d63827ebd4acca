"""Whether an entry stays: a program that had read the file before, and saves it right after, takes it out.

Nobody can keep that from happening, but it can be noticed and mended while the person waits.
"""

from pathlib import Path
from time import sleep

from devdash_ledger.append import Notebook, read

GRACE_S = 0.1
"""Longer than a small program takes from reading a file to saving it; hardly noticed by who waits."""


def is_gone(path: Path, text: str, notebook: Notebook) -> bool:
    """Whether `text`, which was written, is no longer there after `GRACE_S`, though it was not taken back.

    A program that sets the text otherwise has not taken it out.

    Raises:
        Unavailable: the file cannot be read.
    """
    sleep(GRACE_S)
    if _plain(text) in _plain(read(path).content.decode("utf-8", "replace")):
        return False
    return any(_plain(note.text) == _plain(text) for note in notebook.notes())


def forget(notebook: Notebook, text: str) -> None:
    """Undo must not look for what is gone. Under the journal's lock.

    Raises:
        Unavailable: the note cannot be taken away.
    """
    notes = notebook.notes()
    if notes and _plain(notes[-1].text) == _plain(text):
        notebook.keep(notes[:-1])


def _plain(text: str) -> str:
    return " ".join(text.split())
