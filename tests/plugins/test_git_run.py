"""The environment and the options that git gets."""

import subprocess
from pathlib import Path

import pytest

from devdash_git.run import LOCAL_VARIABLES, environment, ssh_command


def test_every_variable_that_git_calls_local_is_removed() -> None:
    """Whatever version is installed here."""
    named = subprocess.run(
        ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
    )
    assert set(named.stdout.split()) <= set(LOCAL_VARIABLES)
    changes = environment(Path("/x/y"))
    assert all(changes[name] is None for name in LOCAL_VARIABLES)


def test_reading_may_use_no_network_and_a_fetch_only_what_runs_nothing() -> None:
    assert environment(Path("/x"))["GIT_ALLOW_PROTOCOL"] == "none"
    assert environment(Path("/x/y"))["GIT_CEILING_DIRECTORIES"] == "/x"


@pytest.mark.parametrize(
    ("inherited", "configured", "expected"),
    [
        ({}, None, "ssh -oBatchMode=yes"),
        ({}, "ssh -i ~/.ssh/work", "ssh -i ~/.ssh/work -oBatchMode=yes"),
        ({"GIT_SSH_COMMAND": "/usr/bin/ssh -F x"}, "ssh -i y", "/usr/bin/ssh -F x -oBatchMode=yes"),
        ({"GIT_SSH_COMMAND": '"/opt/my tools/ssh" -v'}, None, '"/opt/my tools/ssh" -v -oBatchMode=yes'),
        ({"GIT_SSH": "/opt/ssh"}, None, None),
        ({"GIT_SSH": "/opt/ssh"}, "ssh -v", "ssh -v -oBatchMode=yes"),
        ({}, "plink.exe -i key", "plink.exe -i key -batch"),
        ({}, "my-wrapper --flag", "my-wrapper --flag"),
    ],
)
def test_the_person_s_ssh_is_kept_and_made_to_ask_nothing(
    inherited: dict[str, str], configured: str | None, expected: str | None
) -> None:
    assert ssh_command(inherited, configured) == expected
