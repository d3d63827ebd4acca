"""A project that takes files over from another repository, for tests."""

import hashlib
from pathlib import Path

import msgspec
from git_builder import Builder, read

from devdash.api import Action, ActionRequest, Confirmation, Outcome, Report, Value
from devdash.engine.boundary import admit_outcome
from devdash.engine.context import Context
from devdash_git.config import GitConfig
from devdash_git.facts import GitFacts, VendoredFacts
from devdash_git.pane import GitPane

LOCK = "devdash-vendored.json"


def lines(*words: object) -> str:
    """A text of lines."""
    return "".join(f"{word}\n" for word in words)


class Bed:
    """A source and a project, with a git pane whose folder is the project.

    Attributes:
        source: the upstream repository.
        project: the repository that files are taken into.
        pane: of the project.
    """

    def __init__(self, builder: Builder, context: Context, **settings: object) -> None:
        self.builder = builder
        self.source = builder.root / "source"
        self.project = builder.root / "project"
        if not self.project.exists():
            builder.repository("source", commits=0)
            builder.git(self.source, "config", "uploadpack.allowFilter", "true")
            builder.repository("project")
        table = {"repos": (self.project,), **settings}
        self.pane = GitPane(
            GitConfig(vendored_lock=self.project / LOCK, **table),  # type: ignore[arg-type]  # by the caller
            context,
        )

    @property
    def url(self) -> str:
        """The source as a URL, so that git talks to it as to a server."""
        return f"file://{self.source}"

    def upstream(self, name: str, text: str) -> str:
        """Commit a file upstream; the commit."""
        (self.source / name).parent.mkdir(parents=True, exist_ok=True)
        self.builder.commit(self.source, name, text)
        return self.builder.head(self.source)

    def here(self, name: str) -> str:
        """The text of a file in the project."""
        return (self.project / name).read_text()

    async def read(self) -> Report:
        """A reading."""
        return await read(self.pane)

    async def facts(self) -> dict[str, VendoredFacts]:
        """The vendored files by path."""
        report = await self.read()
        assert isinstance(report.facts, GitFacts)
        return {one.path: one for one in report.facts.vendored}

    async def states(self) -> dict[str, str]:
        """The states by path."""
        return {path: one.state for path, one in (await self.facts()).items()}

    def action(self, name: str) -> Action:
        """An action of the pane."""
        return next(one for one in self.pane.actions() if one.name == name)

    def request(self, name: str, item: str | None = None, **values: str) -> ActionRequest:
        """A request with the fields' defaults."""
        fields = self.action(name).fields
        filled = tuple(
            Value(field.name, values.pop("as_" if field.name == "as" else field.name, field.default))
            for field in fields
        )
        assert not values, values
        return ActionRequest(name, item, filled)

    async def ask(self, name: str, item: str | None = None, **values: str) -> Confirmation | None:
        """The question of an action."""
        request = self.request(name, item, **values)
        return await self.pane.confirmation(self.action(name), request)

    async def do(self, name: str, item: str | None = None, **values: str) -> Outcome:
        """An action, its question answered with yes."""
        await self.ask(name, item, **values)
        return admit_outcome("git", await self.pane.act(self.request(name, item, **values)))

    async def vendor(self, path: str = "file", to: str = "", ref: str = "") -> Outcome:
        """Begin to track `path`."""
        source = f"{self.url}@{ref}" if ref else self.url
        return await self.do("vendor", source=source, path=path, **({"as_": to} if to else {}))

    def lock(self) -> dict[str, object]:
        """The lock file."""
        return msgspec.json.decode((self.project / LOCK).read_bytes(), type=dict[str, object])


def blob(text: str) -> str:
    """What git calls a content."""
    data = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def project_files(folder: Path) -> dict[str, bytes]:
    """All files of a work tree, without .git."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
