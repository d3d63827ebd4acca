"""What devdash.toml says of one rule. The config room reads it, `devdash.alerts.rules` applies it."""

import msgspec

from devdash.contract.levels import Level
from devdash.contract.settings import DurationOrZero


class RuleChange(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"for_": "for"}
):
    """`[alerts.rules.PANE.NAME]`: a plug-in's rule changed, or, with `when`, one of the person's own.

    What is absent (None) stays as the plug-in has it, or has the default of `Rule`.

    Attributes:
        enabled: False switches the rule off.
        when: a condition over the pane's facts, such as "git.repos.*.ahead > 20".
        clear: where it is over; absent: where `when` does not hold. Goes with `when`.
        level: absent in a rule of one's own: attention.
        text: one line, in which "{item}" stands for the item's key.
        for_: must hold this long before it fires; `for` in the file.
        keep: must be clear this long before it is over.
        repeat: between repeats while it fires.
        escalate: an attention not acknowledged becomes critical after this.
        channels: names of the channels that are told; absent: `[alerts] channels`.
    """

    enabled: bool = True
    when: str | None = None
    clear: str | None = None
    level: Level | None = None
    text: str | None = None
    for_: DurationOrZero | None = None
    keep: DurationOrZero | None = None
    repeat: DurationOrZero | None = None
    max_repeats: int | None = None
    escalate: DurationOrZero | None = None
    resolve: bool | None = None
    action: str | None = None
    channels: tuple[str, ...] | None = None
