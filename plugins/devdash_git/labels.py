"""Groups and tags: what the person calls some of the repositories, by where they are."""

import fnmatch
import os.path
from pathlib import Path

import msgspec


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name for repositories: one `[[panes.git.groups]]` or `[[panes.git.tags]]`.

    Attributes:
        name: the name.
        paths: folders, whose repositories at any depth are meant, or shell patterns of such folders;
            relative to the config file.
    """

    name: str
    paths: tuple[str, ...]


def labels_of(path: Path, labels: tuple[Label, ...], base: Path) -> tuple[str, ...]:
    """The names of the labels that mean the repository `path`, in their order, each once.

    By the text of the paths alone: a drive that does not answer is not touched.
    """
    places = [str(place) for place in (path, *path.parents)]
    found = (
        label.name
        for label in labels
        if any(
            fnmatch.fnmatchcase(place, _whole(pattern, base)) for pattern in label.paths for place in places
        )
    )
    return tuple(dict.fromkeys(found))


def _whole(pattern: str, base: Path) -> str:
    return os.path.normpath(base / Path(pattern).expanduser())
