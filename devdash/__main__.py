"""`python -m devdash`."""

from devdash.cli.main import entry

entry()
