"""The dashboard without a devdash.toml: the four built-in panes, two by two."""

from collections.abc import Mapping
from types import MappingProxyType

PANES: Mapping[str, object] = MappingProxyType(
    {"battery": {}, "ledger": {}, "git": {"repos": ["."]}, "databases": {}}
)
"""What `[panes]` is when the file has none; "." is the file's folder, or the current one."""
