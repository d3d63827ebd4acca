"""The contract between devdash and a pane: all that a plug-in imports.

A plug-in is a class. It observes a part of the world and returns a `Report`;
it offers `Action`s and `Rule`s; it never draws. The same report becomes the
screen, `devdash status`, its JSON, and what tests compare.

    from devdash.api import Level, Pane, PaneConfig, Report, Text

    class Config(PaneConfig, frozen=True):
        greeting: str = "hello"

    class Hello(Pane[Config]):
        Config = Config
        title = "Hello"

        async def read(self) -> Report:
            return Report(Level.OK, self.config.greeting, (Text(self.config.greeting),))

What a pane returns is checked where it enters the core, against the clauses
in `devdash.engine.boundary` (rows as long as their table is wide, percents within 0–100,
unique keys …). A violation names the plug-in and the clause, and fails that
pane alone.

`docs/plugins.md` builds a plug-in from nothing.
"""

from devdash.contract.actions import (
    Action,
    ActionRequest,
    AskNext,
    Confirmation,
    CopyText,
    Effect,
    Field,
    FieldKind,
    OpenEditor,
    Outcome,
    PrintText,
    RunProgram,
    Scope,
    Value,
)
from devdash.contract.conditions import Conditions
from devdash.contract.context import Completed, PaneContext, Worker
from devdash.contract.desk import Desk, StaffedPane
from devdash.contract.errors import (
    DevdashError,
    OutputTooLarge,
    PaneError,
    ProcessError,
    ProcessTimeout,
    ProgramMissing,
    Unavailable,
    WorkerDied,
    WorkerError,
    WorkerFailed,
    WorkerGarbage,
    WorkerTimeout,
)
from devdash.contract.exchange import exchanged
from devdash.contract.levels import Level, worst
from devdash.contract.mounts import Mounts, Reached, follow
from devdash.contract.pane import Pane
from devdash.contract.report import Attention, Facts, Report, Sample
from devdash.contract.rules import Condition, Presence, Rule, Words
from devdash.contract.settings import (
    ConfigProblem,
    Duration,
    DurationOrZero,
    PaneConfig,
    Percent,
    Secret,
    SecretCommand,
    SecretEnv,
    SecretFile,
    SecretKeyring,
)
from devdash.contract.state_file import keep_file
from devdash.contract.view import (
    Align,
    Block,
    Cell,
    Column,
    Meter,
    Notice,
    Pair,
    Pairs,
    Row,
    Sparkline,
    Table,
    Text,
    Tone,
)

__all__ = [
    "Action",
    "ActionRequest",
    "Align",
    "AskNext",
    "Attention",
    "Block",
    "Cell",
    "Column",
    "Completed",
    "Condition",
    "Conditions",
    "ConfigProblem",
    "Confirmation",
    "CopyText",
    "Desk",
    "DevdashError",
    "Duration",
    "DurationOrZero",
    "Effect",
    "Facts",
    "Field",
    "FieldKind",
    "Level",
    "Meter",
    "Mounts",
    "Notice",
    "OpenEditor",
    "Outcome",
    "OutputTooLarge",
    "Pair",
    "Pairs",
    "Pane",
    "PaneConfig",
    "PaneContext",
    "PaneError",
    "Percent",
    "Presence",
    "PrintText",
    "ProcessError",
    "ProcessTimeout",
    "ProgramMissing",
    "Reached",
    "Report",
    "Row",
    "Rule",
    "RunProgram",
    "Sample",
    "Scope",
    "Secret",
    "SecretCommand",
    "SecretEnv",
    "SecretFile",
    "SecretKeyring",
    "Sparkline",
    "StaffedPane",
    "Table",
    "Text",
    "Tone",
    "Unavailable",
    "Value",
    "Words",
    "Worker",
    "WorkerDied",
    "WorkerError",
    "WorkerFailed",
    "WorkerGarbage",
    "WorkerTimeout",
    "exchanged",
    "follow",
    "keep_file",
    "worst",
]
