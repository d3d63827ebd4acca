"""`devdash check PANE --NAME`: the pane's own action `check-NAME`, whose outcome is the exit code.

A word of its own in `check` because that is where a CI run looks; the core knows no pane, so the name leads
to an action, with its permission and its fields.
"""

from argparse import Namespace

from devdash.cli import run, status
from devdash.cli.exits import Exit, UsageError


def check(arguments: Namespace) -> Exit:
    """Without a name: all panes, or those that were named, read once.

    Raises:
        UsageError: a closer check of several panes or of none, or one that the pane does not have.
    """
    if not arguments.words:
        return status.check(arguments)
    name, *words = arguments.words
    if len(arguments.pane) != 1 or not name.startswith("--") or name == "--":
        raise UsageError(
            "a closer check is of one pane, whose name comes first",
            "such as devdash check databases --routers",
        )
    wish = Namespace(
        config=arguments.config,
        pane=arguments.pane[0],
        action=f"check-{name.removeprefix('--')}",
        set=[],
        yes=False,
        words=words,
    )
    return run.run(wish)
