"""A virtual environment away from the checkout, with what a distribution declares and nothing else.

Downloading the dependencies anew would take minutes and the network. They are
taken from the environment that runs the tests instead, by symlink, one
distribution at a time: those that the installed wheel requires, and what they
require. What is not declared is not there, so an undeclared import fails, and
so does one that only works because the checkout is near.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


class VersionConflict(Exception):
    """The environment that runs the tests does not satisfy what was installed."""


class FreshVenv:
    """The virtual environment in `folder`; `create` makes one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.site_packages = next(folder.glob("lib/python*/site-packages"))

    @classmethod
    def create(cls, folder: Path) -> "FreshVenv":
        """Make one in `folder`, which must not exist; pip is not in it."""
        venv.create(folder, symlinks=True, with_pip=False)
        return cls(folder)

    def install(self, wheel: Path, *, extras: tuple[str, ...] = ()) -> None:
        """Install `wheel` with pip, and link what it requires, its `extras` included."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python")]
        install = ["install", "--quiet", "--no-index", "--no-deps", str(wheel)]
        subprocess.run([*pip, *install], check=True, capture_output=True, text=True, timeout=50)
        name = wheel.name.partition("-")[0]
        for needed in closure(self._own(name), extras):
            self._link(needed)

    def run(
        self, *argv: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 50
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment with a home of its own and nothing else from outside."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        clean = {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
        return subprocess.run(
            [str(self.bin / argv[0]), *argv[1:]],
            cwd=cwd,
            env={**clean, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def without(self, extra: str, folder: Path) -> "FreshVenv":
        """A copy in `folder`, as if `extra` had not been asked for. Its scripts lead to the first."""
        shutil.copytree(self.folder, folder, symlinks=True)
        bare = FreshVenv(folder)
        own = self._own("devdash")
        kept = {needed.metadata["Name"] for needed in closure(own, ())}
        for needed in closure(own, (extra,)):
            if needed.metadata["Name"] not in kept:
                for top in _tops(needed):
                    (bare.site_packages / top).unlink(missing_ok=True)
        return bare

    def _own(self, name: str) -> Distribution:
        return next(iter(Distribution.discover(name=name, path=[str(self.site_packages)])))

    def _link(self, needed: Distribution) -> None:
        """Link every top-level entry of `needed` that lives in site-packages; scripts stay behind."""
        for top in {
            file.parts[0] for file in needed.files or () if file.parts[0] not in ("..", "__pycache__")
        }:
            source, target = Path(str(needed.locate_file(top))), self.site_packages / top
            if source.exists() and not target.exists():
                target.symlink_to(source)


def _tops(needed: Distribution) -> set[str]:
    """The top-level entries of `needed` in site-packages."""
    return {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}


def closure(start: Distribution, extras: tuple[str, ...]) -> Iterator[Distribution]:
    """What `start` requires with `extras`, and what that requires, each once.

    Raises:
        PackageNotFoundError: something of it is not installed here.
        VersionConflict: something of it is here in a version that does not satisfy `start`.
    """
    return followed([Requirement(text) for text in start.requires or ()], extras)


def followed(requirements: Iterable[Requirement], extras: tuple[str, ...]) -> Iterator[Distribution]:
    """The distributions that `requirements` lead to, each once; see `closure`."""
    seen: set[tuple[str, str]] = set()
    waiting = [one for one in requirements if _applies(one, ("", *extras))]
    while waiting:
        requirement = waiting.pop()
        needed = distribution(requirement.name)
        if not requirement.specifier.contains(needed.version, prereleases=True):
            raise VersionConflict(f"{requirement} is wanted, but {needed.version} is here")
        name = canonicalize_name(requirement.name)
        if not any(known == name for known, _ in seen):
            yield needed
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += [
                    one for text in needed.requires or () if _applies(one := Requirement(text), (extra,))
                ]


def _applies(requirement: Requirement, extras: tuple[str, ...]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
