"""`devdash init`: look around and write a devdash.toml, never over one that is there."""

import os
from argparse import Namespace
from pathlib import Path

from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain, reserved_stdout
from devdash.config.init import propose, render_config, write_config
from devdash.config.locate import NAME, user_folder


def init(arguments: Namespace) -> Exit:
    """Write a config, or print it with `--print`.

    It is written where `--config` or $DEVDASH_CONFIG says, else into the
    user's config folder, else, for want of a home, into the current one.

    Raises:
        UsageError: there is a config already, or the current folder is gone.
        ConfigError: the file cannot be written.
    """
    with reserved_stdout() as out:
        if arguments.print:
            out.write(_proposal())
            return Exit.OK
        path = _target(arguments.config)
        if os.path.lexists(path):
            raise UsageError(
                f"{path} is there already; it was not touched", "--print shows what would be written"
            )
        write_config(path, _proposal())
        out.write(f"wrote {path}\n")
        if arguments.config is None and os.path.lexists(NAME) and path != Path(NAME):
            complain(f"in this folder ./{NAME} goes first; --config {path} chooses the new one")
    return Exit.OK


def _target(option: str | None) -> Path:
    """Where the config belongs; absolute where that can be told."""
    named = option or os.environ.get("DEVDASH_CONFIG")
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111  # an unknown "~name" stays as it is
    folder = user_folder()
    return folder / NAME if folder else Path(NAME)


def _proposal() -> str:
    try:
        folder = Path.cwd()
    except OSError as error:
        raise UsageError("the current folder is not there any more") from error
    try:
        home = Path.home()
    except RuntimeError:
        home = folder
    return render_config(propose(home, folder))
