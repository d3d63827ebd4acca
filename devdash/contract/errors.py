"""What can go wrong on purpose: the tree of expected failures.

    DevdashError
    ├── PaneError                 a pane cannot do it now: becomes the pane's state
    │   ├── Unavailable           something it needs is absent: a program, a package, a file
    │   ├── ProcessError          a program that was run
    │   │   ├── ProgramMissing    … is not installed
    │   │   ├── ProcessTimeout    … did not end in time and was killed
    │   │   └── OutputTooLarge    … wrote more than was allowed and was killed
    │   └── WorkerError           a helper process
    │       ├── WorkerDied        … ended, or could not be started
    │       ├── WorkerTimeout     … did not answer in time and was killed
    │       ├── WorkerGarbage     … answered with something that is not an answer
    │       └── WorkerFailed      … answered that the call failed
    └── (the config room adds ConfigError, the command line UsageError)

Everything else that a plug-in raises is a bug: it is contained, shown as such,
and logged with its traceback (never with local variables: they hold secrets).
"""


class DevdashError(Exception):
    """Base of every failure that devdash expects.

    Args:
        message: one sentence for a person, without any secret.
        hint: the next step, as a sentence or a command; empty when there is none.
    """

    kind = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def one_line(message: str, hint: str) -> str:
    """A failure and its next step in one line."""
    return f"{message.removesuffix('.')}: {hint}" if hint else message


class PaneError(DevdashError):
    """A pane cannot read or act now. Raise it from `Pane.read` or `Pane.act`.

    The dashboard keeps the pane's last good data, dimmed, and shows the
    message, the hint, and when it tries again.
    """


class Unavailable(PaneError):
    """Something the pane needs is not there: a package, a program, a file."""

    kind = "unavailable"


class ProcessError(PaneError):
    """A program could not be run to its end."""

    kind = "process"


class ProgramMissing(ProcessError):
    """The program is not installed, or not on PATH."""

    kind = "program-missing"


class ProcessTimeout(ProcessError):
    """The program did not end in time; its process group was killed.

    Attributes:
        err: what it had written to its error output by then; it may hold secrets.
        out: the same of its output.
    """

    kind = "timeout"

    def __init__(self, message: str, hint: str = "", *, err: bytes = b"", out: bytes = b"") -> None:
        super().__init__(message, hint)
        self.err = err
        self.out = out


class OutputTooLarge(ProcessError):
    """The program wrote more than the limit; its process group was killed."""

    kind = "output-too-large"


class WorkerError(PaneError):
    """A helper process could not serve a call."""

    kind = "worker"


class WorkerDied(WorkerError):
    """The worker ended before it answered, or could not be started."""

    kind = "worker-died"


class WorkerTimeout(WorkerError):
    """The worker did not answer in time; its process group was killed."""

    kind = "timeout"


class WorkerGarbage(WorkerError):
    """The worker sent a line that is no answer, or one that is too long; it was killed."""

    kind = "worker-garbage"


class WorkerFailed(WorkerError):
    """The worker lives and says that the call failed.

    Args:
        failure: the failure's own kind, such as an exception's class name or
            the `kind` that a handler raised on purpose.
    """

    def __init__(self, failure: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.failure = failure

    @property
    def kind(self) -> str:  # type: ignore[override]  # narrows the class constant to this failure's own
        """The failure's own kind."""
        return self.failure
