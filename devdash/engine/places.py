"""Where devdash keeps what must last, what can be made again, and its crash logs.

platformdirs decides; its import waits until a place is needed.
"""

from pathlib import Path


def state_root() -> Path:
    """The user's state folder for devdash; may not exist."""
    from platformdirs import user_state_path

    return user_state_path("devdash", appauthor=False)


def cache_root() -> Path:
    """The user's cache folder for devdash; may not exist."""
    from platformdirs import user_cache_path

    return user_cache_path("devdash", appauthor=False)


def make_private(folder: Path) -> None:
    """Make `folder` for its owner only, unless it is there already: logs and records are nobody else's.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
