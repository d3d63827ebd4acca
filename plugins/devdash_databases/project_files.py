"""What of a Django project lies on the disk: its folder, its interpreter, and when its files were changed."""

from collections.abc import Sequence
from pathlib import Path

VENVS = (".venv", "venv", "env")
"""Names under which a virtual environment is looked for."""


def stamps_of(files: Sequence[str]) -> tuple[int, ...]:
    """When each was changed; 0 for one that is not there."""
    found: list[int] = []
    for file in files:
        try:
            found.append(Path(file).stat().st_mtime_ns)
        except OSError:
            found.append(0)
    return tuple(found)


def folder_of(path: Path) -> Path:
    """The folder of a project that is named by its folder or its manage.py."""
    return path.parent if path.suffix == ".py" else path


def find_python(path: Path, named: str) -> str:
    """The project's interpreter: the one that is named, or that of a virtual environment beside it.

    Args:
        path: the project's folder or its manage.py; absolute.
        named: an interpreter or a virtual environment, relative to the project; "" for none.

    Returns:
        "" when there is none: devdash's own is tried then.
    """
    folder = folder_of(path)
    if named:
        given = folder / Path(named).expanduser()
        return str(given / "bin" / "python") if given.is_dir() else str(given)
    for base in (folder, folder.parent):
        for name in VENVS:
            found = base / name / "bin" / "python"
            if found.is_file():
                return str(found)
    return ""
