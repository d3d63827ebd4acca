"""What a person is shown before a file is taken over, and after."""

from collections.abc import Sequence

from devdash.api import Block, Confirmation, Level, Notice, Outcome, Text, Tone
from devdash_git.plain import printable
from devdash_git.vendored.merging import Hunk
from devdash_git.vendored.taking import Done, Plan

MOST_LINES = 300
"""Lines of differences shown at once."""

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.ACCENT}

BINARY = "They are no texts; their lines cannot be shown."


def hunk_blocks(hunks: Sequence[Hunk] | None, *, numbered: bool = False) -> tuple[Block, ...]:
    """Changes as a diff shows them; `numbered` as take-hunks counts them."""
    if hunks is None:
        return (Text(BINARY, Tone.DIM),)
    blocks: list[Block] = []
    for number, hunk in enumerate(hunks, start=1):
        if len(blocks) >= MOST_LINES:
            blocks.append(Text(f"… and {_changes(len(hunks) - number + 1)} more", Tone.DIM))
            break
        head, *body = hunk.shown
        blocks.append(Text(f"change {number} {head}" if numbered else head, Tone.ACCENT))
        blocks += (Text(line, _TONES.get(line[:1], Tone.PLAIN)) for line in body[:MOST_LINES])
        if len(body) > MOST_LINES:
            blocks.append(Text(f"… and {len(body) - MOST_LINES} lines more", Tone.DIM))
    return tuple(blocks)


def question(plan: Plan, hunks: Sequence[Hunk] | None) -> Confirmation:
    """What is asked before one file is taken. `hunks` are the changes to the project's file."""
    name = printable(plan.file.to)
    blocks: list[Block] = []
    if plan.marked:
        blocks.append(
            Notice(
                Level.ATTENTION,
                f"{_conflicts(plan.conflicts)}, written between conflict markers.",
                "Settle them in an editor afterwards.",
            )
        )
    elif plan.conflicts:
        side = "upstream's" if plan.discards else "yours"
        blocks.append(Notice(Level.ATTENTION, f"{_conflicts(plan.conflicts)}; {side} is chosen there."))
    if plan.writes and plan.mine is not None:
        blocks.append(Text("What it is now is kept in the project's object store.", Tone.DIM))
    if not plan.writes:
        return Confirmation(
            f"Note that {name} is up to date with upstream? The file stays as it is.", tuple(blocks)
        )
    if plan.mine is None:
        count = plan.result.count(b"\n")
        blocks.append(Text(f"A new file of {count} {'line' if count == 1 else 'lines'}.", Tone.DIM))
    ask = f"Write {name} anew?" if plan.mine is None else f"Change {name} like this?"
    return Confirmation(ask, (*blocks, *hunk_blocks(hunks)), danger=plan.marked or plan.discards)


def question_of_all(plans: Sequence[Plan], left: Sequence[str]) -> Confirmation:
    """What is asked before several files are taken."""
    blocks: list[Block] = [Text(_line(plan)) for plan in plans[:MOST_LINES]]
    if len(plans) > MOST_LINES:
        blocks.append(Text(f"… and {len(plans) - MOST_LINES} more"))
    blocks += (Text(f"not taken: {reason}", Tone.DIM) for reason in left[:MOST_LINES])
    files = "file" if len(plans) == 1 else "files"
    return Confirmation(f"Take {len(plans)} {files} over from upstream?", tuple(blocks))


def _line(plan: Plan) -> str:
    name = printable(plan.file.to)
    if not plan.writes:
        return f"{name}: noted as up to date"
    if plan.mine is None:
        return f"{name}: a new file"
    merged = plan.result != plan.base
    return f"{name}: merged with your own changes" if merged else f"{name}: as upstream"


def outcome(done: Sequence[Done], failed: Sequence[str]) -> Outcome:
    """What became of taking files."""
    names = ", ".join(printable(one.plan.file.to) for one in done[:3])
    more = f" and {len(done) - 3} more" if len(done) > 3 else ""
    kept = [(one.plan.file.to, name) for one in done for name in one.kept]
    message = f"Took {names}{more} over." if done else "Nothing was taken over."
    if len(done) == 1 and not done[0].plan.writes:
        message = f"Noted {names} as up to date."
    if len(done) == 1 and done[0].plan.marked:
        message = f"Took {names} over; settle {_conflicts(done[0].plan.conflicts)} between the markers."
    blocks: list[Block] = [Text(f"{reason}", Tone.WARN) for reason in failed]
    if len(kept) == 1:
        message += f" As it was: git cat-file blob {kept[0][1]}"
    elif kept:
        blocks += (Text(f"{printable(to)} as it was: git cat-file blob {name}") for to, name in kept)
    level = Level.OK if not failed else Level.ATTENTION if done else Level.CRITICAL
    return Outcome(level=level, message=message, blocks=tuple(blocks))


def _conflicts(count: int) -> str:
    return f"{count} {'conflict' if count == 1 else 'conflicts'}"


def _changes(count: int) -> str:
    return f"{count} {'change' if count == 1 else 'changes'}"
