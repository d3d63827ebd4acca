"""The battery pane as the dashboard runs it: a real context, a real tree."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from power_dumps import Attributes, write_tree

from devdash.api import ActionRequest, CopyText, Level, Text, Tone, Unavailable
from devdash.engine.context import Context
from devdash.engine.offers import admit_actions, admit_rules
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts
from devdash_battery.pane import BatteryPane

MakeContext = Callable[..., Context]
FULL = {"type": "Battery", "present": "1", "status": "Full", "capacity": "100"}
LIMITED = FULL | {"charge_control_end_threshold": "100"}
MOUSE = {"type": "Battery", "scope": "Device", "capacity": "40"}


def pane_on(tree: Path, context: MakeContext, **config: int) -> BatteryPane:
    return BatteryPane(BatteryConfig(sysfs=tree, **config), context(name="battery"))


def copied(effects: tuple[object, ...]) -> str:
    (effect,) = effects
    assert isinstance(effect, CopyText)
    return effect.text


async def test_it_reads_its_tree(tmp_path: Path, context: MakeContext) -> None:
    """Each reading looks anew."""
    tree = write_tree(tmp_path / "tree", {"BAT0": LIMITED})
    pane = pane_on(tree, context)
    assert (await pane.read()).summary == "100 % · full · plugged in"
    (tree / "BAT0" / "uevent").unlink()
    (tree / "BAT0" / "status").write_text("Discharging\n")
    report = await pane.read()
    assert isinstance(report.facts, BatteryFacts)
    assert (report.level, report.facts.plugged) == (Level.OK, False)


async def test_no_tree_is_a_calm_state(tmp_path: Path, context: MakeContext) -> None:
    """A desktop, a container: nothing to alarm anyone with."""
    tree = tmp_path / "nothing"
    report = await pane_on(tree, context).read()
    assert (report.level, report.summary, report.attention) == (Level.OK, "no battery", ())
    assert report.blocks == (Text(f"There is no battery in {tree}.", Tone.DIM),), "a wrong path is seen"


async def test_copy_limit_gives_a_command_that_works(tmp_path: Path, context: MakeContext) -> None:
    """Run without sudo on our own tree, the copied line writes the control, odd folder names included."""
    tree = write_tree(tmp_path / "my tree; $HOME", {"BAT0": LIMITED, "BAT1": LIMITED})
    outcome = await pane_on(tree, context).act(ActionRequest("copy-limit"))
    command = copied(outcome.effects)
    assert command.count("sudo tee") == 2
    subprocess.run(["sh", "-c", command.replace("sudo ", "")], check=True, capture_output=True)
    for name in ("BAT0", "BAT1"):
        assert (tree / name / "charge_control_end_threshold").read_text() == "85\n"
    assert outcome.reread is False


async def test_copy_limit_for_one_pack(tmp_path: Path, context: MakeContext) -> None:
    """The row under the cursor decides; a mouse's row means the battery; `full` is rounded to fives."""
    supplies: dict[str, Attributes] = {"BAT0": LIMITED, "BAT1": LIMITED, "hidpp_battery_0": MOUSE}
    tree = write_tree(tmp_path / "tree", supplies)
    pane = pane_on(tree, context, full=83)
    one = copied((await pane.act(ActionRequest("copy-limit", "BAT1"))).effects)
    assert one == f"echo 80 | sudo tee {tree}/BAT1/charge_control_end_threshold"
    both = copied((await pane.act(ActionRequest("copy-limit", "hidpp_battery_0"))).effects)
    assert both.endswith(one)
    assert both != one
    with pytest.raises(Unavailable, match="there is no battery BAT7"):
        await pane.act(ActionRequest("copy-limit", "BAT7"))


async def test_copy_limit_leaves_a_good_limit_alone(tmp_path: Path, context: MakeContext) -> None:
    """A pack that is limited to 60 is not raised to 85 along with its neighbour."""
    limited = FULL | {"charge_control_end_threshold": "60"}
    tree = write_tree(tmp_path / "tree", {"BAT0": limited, "BAT1": LIMITED})
    command = copied((await pane_on(tree, context).act(ActionRequest("copy-limit"))).effects)
    assert (command.count("BAT0"), command.count("BAT1")) == (0, 1)


@pytest.mark.parametrize("supplies", [{}, {"hidpp_battery_0": LIMITED | MOUSE}])
async def test_copy_limit_without_a_battery_says_so(
    supplies: dict[str, Attributes], tmp_path: Path, context: MakeContext
) -> None:
    """None, or a mouse's: nothing is said of limits, as if there were a battery."""
    pane = pane_on(write_tree(tmp_path / "tree", supplies), context)
    with pytest.raises(Unavailable, match="this machine has no battery"):
        await pane.act(ActionRequest("copy-limit"))


async def test_copy_limit_without_a_control_says_so(tmp_path: Path, context: MakeContext) -> None:
    """One sentence instead of a command that fails."""
    pane = pane_on(write_tree(tmp_path / "tree", {"BAT0": FULL}), context)
    with pytest.raises(Unavailable, match="no battery here has a charge limit"):
        await pane.act(ActionRequest("copy-limit"))


async def test_copy_limit_when_full_is_100(tmp_path: Path, context: MakeContext) -> None:
    """Then a limit is the opposite of what was asked for."""
    pane = pane_on(write_tree(tmp_path / "tree", {"BAT0": LIMITED}), context, full=100)
    with pytest.raises(Unavailable, match="`full` is 100"):
        await pane.act(ActionRequest("copy-limit"))


async def test_copy_gives_the_summary(tmp_path: Path, context: MakeContext) -> None:
    """One line for a chat or a log."""
    pane = pane_on(write_tree(tmp_path / "tree", {"BAT0": LIMITED}), context)
    outcome = await pane.act(ActionRequest("copy"))
    assert copied(outcome.effects) == "100 % · full · plugged in"
    assert outcome.message == "The battery's state."  # not "copied": on the command line it is printed


async def test_actions_and_rules_keep_the_contract(tmp_path: Path, context: MakeContext) -> None:
    """Keys, names, permissions and times pass the boundary."""
    pane = pane_on(tmp_path, context)
    assert [action.name for action in admit_actions("battery", pane.actions())] == [
        "copy-limit",
        "drain",
        "copy",
    ]
    rules = admit_rules("battery", pane.rules(), pane.actions())
    assert [rule.name for rule in rules] == ["critical", "low", "draining", "full", "peripheral-low"]


def test_psutil_is_not_imported_on_linux_nor_anything_of_the_engine() -> None:
    """The plug-in costs its own modules only, and knows nothing but the contract."""
    code = (
        "import sys, devdash_battery.pane as p; from devdash_battery.system import read_supplies, tree_of; "
        "from pathlib import Path; read_supplies(tree_of(Path('/nowhere'))); "
        "print([m for m in sys.modules if m.split('.')[0] in ('psutil', 'textual', 'django')"
        " or m.startswith(('devdash.engine', 'devdash.tui'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
