"""Third-party panes that do as their tables say: what the command line is tested with."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from devdash.api import (
    Action,
    ActionRequest,
    AskNext,
    Attention,
    Cell,
    Column,
    ConfigProblem,
    Confirmation,
    CopyText,
    Facts,
    Field,
    FieldKind,
    Level,
    Meter,
    OpenEditor,
    Outcome,
    Pane,
    PaneConfig,
    PaneError,
    Percent,
    PrintText,
    Report,
    Row,
    RunProgram,
    Scope,
    Table,
    Text,
    Unavailable,
    Value,
)


class StubConfig(PaneConfig, frozen=True):
    """How a stub behaves: its level, and what it says when it fails ("" when it does not)."""

    level: Level = Level.OK
    fail: str = ""
    percent: Percent = 50
    password: str = ""

    def problems(self) -> Iterable[ConfigProblem]:
        if self.percent == 13:
            yield ConfigProblem("percent", "13 brings bad luck")


class StubFacts(Facts, frozen=True):
    """Facts of several types."""

    count: int
    ratio: float
    name: str
    nothing: None = None
    parts: tuple[str, ...] = ("a", "b")


class Stub(Pane[StubConfig]):
    """Has the level that its table says."""

    Config = StubConfig
    title = "Stub"

    async def read(self) -> Report:
        if self.config.fail:
            raise Unavailable(self.config.fail, "mend it")
        level = self.config.level
        wanting = level in (Level.ATTENTION, Level.CRITICAL)
        return Report(
            level,
            f"all is {level}",
            (Meter(self.config.percent, "half"), Text("a line of text")),
            StubFacts(2, 0.5, "naïve"),
            (Attention("thing:low", level, "the thing is low", "touch"),) if wanting else (),
        )

    def actions(self) -> Sequence[Action]:
        return (Action(name="touch", key="t", title="Touch", permission="stub.thing.write"),)


class Doer(Pane[PaneConfig]):
    """Two rows, and an action of every sort."""

    title = "Doer"

    def __init__(self, config: PaneConfig, context: object) -> None:
        super().__init__(config, context)  # type: ignore[arg-type]  # no test needs its type
        self._started = False

    async def start(self) -> None:
        self._started = True

    async def read(self) -> Report:
        rows = (Row("one", (Cell("one"),)), Row("two", (Cell("two"),)))
        return Report(Level.OK, "two rows", (Table((Column("name"),), rows),))

    def actions(self) -> Sequence[Action]:
        fields = (
            Field(name="name", label="Name"),
            Field(name="times", label="Times", kind=FieldKind.INTEGER, default="1"),
            Field(name="mood", label="Mood", kind=FieldKind.CHOICE, choices=("calm", "wild"), default="calm"),
            Field(name="loud", label="Loud", kind=FieldKind.FLAG, default="no"),
        )
        return (
            action("greet", "e", fields=fields),
            action("touch", "t", scope=Scope.ITEM),
            action("either", "i", scope=Scope.EITHER),
            action("several", "s", scope=Scope.EITHER, many=True),
            action("burn", "b", verb="delete", confirm="Burn it all?"),
            action("copy", "c", verb="copy"),
            action("edit", "o"),
            action("shell", "n"),
            action("program", "m"),
            action("hand", "h"),
            action("refuse", "f"),
            action("crash", "C"),
            action("half", "l"),
            action("print", "P", verb="export"),
            action("fold", "v"),
            action("next", "y"),
            action("glance", "w", verb="show", screen=True),
        )

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        return (Value("times", str(len(draft.value("name")))),)

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        asked = await super().confirmation(action, request)
        if asked is None:
            return None
        return Confirmation(asked.question, (Text("everything will be gone"),), danger=True)

    async def act(self, request: ActionRequest) -> Outcome:
        assert self._started, "acted before it was started"
        match request.action:
            case "greet":
                said = ", ".join(f"{value.name}={value.value}" for value in request.values)
                return Outcome(message=said)
            case "copy":
                return Outcome(
                    message="copied", blocks=(Text("what it is"),), effects=(CopyText("copied text"),)
                )
            case "edit":
                return Outcome(message="opening", effects=(OpenEditor(str(Path("/some/file")), 7),))
            case "shell":
                shell = ("sh", "-c", "echo ${SECRET-unset} in $PWD; exit 3")
                run = RunProgram(argv=shell, folder="/", unset=("SECRET",), judged=False)
                return Outcome(message="opening", effects=(run,))
            case "program":
                return Outcome(message="opening", effects=(RunProgram(argv=("false",), folder="/"),))
            case "hand":
                return Outcome(message="done", blocks=(Text("and more\nto read"),))
            case "print":
                return Outcome(message="printed", effects=(PrintText("a;b\r\n\x1b[1m\tno end"),))
            case "fold":
                return Outcome(message="")
            case "next":
                given = (Value("name", "it's me"),)
                return Outcome(message="go on", effects=(AskNext("greet", given),), reread=False)
            case "half":
                return Outcome(level=Level.ATTENTION, message="half done")
            case "refuse":
                raise PaneError("not today", "come back tomorrow")
            case "crash":
                raise KeyError("hunter2")
        return Outcome(message=f"{request.action} {', '.join(request.rows) or 'all'}")


def action(
    name: str,
    key: str,
    *,
    verb: str = "write",
    scope: Scope = Scope.PANE,
    fields: tuple[Field, ...] = (),
    confirm: str = "",
    screen: bool = False,
    many: bool = False,
) -> Action:
    """An action on a thing."""
    return Action(
        name=name,
        key=key,
        title=name.capitalize(),
        permission=f"doer.thing.{verb}",
        scope=scope,
        screen=screen,
        many=many,
        fields=fields,
        confirm=confirm,
    )


class Crooked(Pane[PaneConfig]):
    """Breaks the contract as soon as it is built: one of its keys is the dashboard's own."""

    title = "Crooked"

    async def read(self) -> Report:
        return Report(Level.OK, "never seen")

    def actions(self) -> Sequence[Action]:
        return (action("quit", "q"),)


class Stubborn(Pane[PaneConfig]):
    """Never ends reading, and swallows every cancellation."""

    title = "Stubborn"

    async def read(self) -> Report:
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
