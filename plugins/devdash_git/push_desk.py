"""The action `push`: sends one branch, as it is shown, to where it is shown; never by force."""

from collections.abc import Iterator

import msgspec

from devdash.api import (
    Action,
    Block,
    Level,
    Notice,
    ProcessTimeout,
    Scope,
)
from devdash_git.commits import Commit, commits, counted, table
from devdash_git.each_desk import EachDesk
from devdash_git.hands import Needless, Place, Refused, short
from devdash_git.plain import masked, printable
from devdash_git.problems import fetch_sentence, late
from devdash_git.push_target import PushTarget, own_folder, push_hook, push_target
from devdash_git.push_words import push_words
from devdash_git.refs import HEADS, Ref, ref

PUSH = Action(
    name="push",
    key="P",
    title="Push",
    permission="git.repo.push",
    scope=Scope.EITHER,
    help="Send the commits of the branch, or of all that are ahead, to their remote; never by force.",
)

ARGUMENTS = (
    "--no-force",
    "--no-force-with-lease",
    "--no-follow-tags",
    "--no-tags",
    "--recurse-submodules=no",
    "--progress",
    "--porcelain",
    "--end-of-options",
)
"""One branch and nothing else, whatever the config says. The refspec names the commit, without "+"."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One branch and where it is sent.

    Attributes:
        item: the repository.
        branch: its name, printable.
        commit: what is sent.
        target: where to.
        urls: where that is, fit to be shown.
        known: the commit that the remote's branch is known to be at; "": it is new there.
        ahead: how many commits are sent; of a new branch, how many no remote has.
        commits: the first of them.
        hook: the person's hook pre-push runs first.
    """

    item: str
    branch: str
    commit: str
    target: PushTarget
    urls: tuple[str, ...]
    known: str
    ahead: int
    commits: tuple[Commit, ...]
    hook: bool

    @property
    def destination(self) -> str:
        """Such as "origin/main"."""
        return f"{printable(self.target.remote)}/{printable(self.target.ref.removeprefix(HEADS))}"


class PushDesk(EachDesk[Step]):
    """Pushes the branch of one repository, or of all that are ahead."""

    actions = (PUSH,)

    verb = "Push"
    past = "Pushed"
    doing = "pushing"
    idle = "No repository has anything to push."

    def shown(self, step: Step) -> Iterator[Block]:
        """See `EachDesk.shown`."""
        range_ = f"{short(step.known)} → {short(step.commit)}" if step.known else "new there"
        where = f"{step.destination} ({', '.join(step.urls)})"
        heading = f"{step.item}: {step.branch} to {where}, {range_}, {counted(step.ahead, 'commit')}"
        yield table(step.item, step.commits, heading)
        if step.hook:
            yield Notice(Level.OK, f"The hook pre-push of {step.item} runs first.")

    async def step(self, item: str) -> Step:
        """See `EachDesk.step`."""
        place = await self._hands.place(item)
        place.must_be_at_rest()
        name = place.branch.decode("utf-8", "surrogateescape")
        own = await ref(self._hands, place, HEADS + name)
        if own is None or own.oid != place.commit:
            raise Refused(f"{place.name} changes just now.", "Try again.")
        target = push_target(place, own)
        hook = await self._permitted(place, target)
        known = await ref(self._hands, place, target.known)
        ahead, behind = await self._counts(place, own, known)
        if behind:
            raise Refused(
                f"{printable(name)} of {place.name} is behind what it would be pushed over: "
                f"{counted(behind, 'commit')} of {printable(target.remote)} would be lost.",
                "Fast-forward, merge or rebase first.",
            )
        if known is not None and not ahead:
            raise Needless(f"{place.name} has nothing to push.")
        without = ("--not", "--remotes") if known is None else (f"^{known.oid}",)
        return Step(
            item=item,
            branch=printable(name),
            commit=own.oid,
            target=target,
            urls=tuple(masked(printable(url)) for url in await self._urls(place, target)),
            known=known.oid if known is not None else "",
            ahead=ahead,
            commits=await commits(self._hands, place, own.oid, *without),
            hook=hook,
        )

    async def _permitted(self, place: Place, target: PushTarget) -> bool:
        """Refuse what would run programs of the repository's own; whether a hook runs."""
        named = place.identity.programs.fetching
        trust = f'If you trust it: trust = ["{printable(str(place.target.path))}"]'
        if named and not await self._means.observer.agrees(place.target, place.identity):
            listed = ", ".join(map(printable, named))
            raise Refused(
                f"The config of {place.name} names programs that a push would run: {listed}.", trust
            )
        urls = await self._urls(place, target)
        if not place.trusted and await self._hands.look(place, own_folder, place.identity, urls):
            raise Refused(f"{place.name} would push into a folder of its own, whose hooks would run.", trust)
        hook, came_along = await self._hands.look(place, push_hook, place.identity)
        if hook is not None and came_along and not place.trusted:
            raise Refused(
                f"{place.name} has a hook pre-push, which checks or adds to what is pushed.",
                f"Push in a terminal. {trust}",
            )
        return hook is not None

    async def _urls(self, place: Place, target: PushTarget) -> tuple[str, ...]:
        answer = await self._hands.ask(place, "remote", "get-url", "--push", "--all", "--", target.remote)
        return tuple(answer.decode("utf-8", "surrogateescape").splitlines())

    async def _counts(self, place: Place, own: Ref, known: Ref | None) -> tuple[int, int]:
        """Commits that the remote's branch lacks, and that it has more."""
        if known is None:
            answer = await self._hands.ask(place, "rev-list", "--count", own.oid, "--not", "--remotes")
            return int(answer), 0
        answer = await self._hands.ask(
            place, "rev-list", "--left-right", "--count", f"{own.oid}...{known.oid}"
        )
        ahead, _, behind = answer.partition(b"\t")
        return int(ahead), int(behind)

    async def do(self, step: Step) -> None:
        """See `EachDesk.do`."""
        place = await self._hands.place(step.item)
        refspec = f"{step.commit}:{step.target.ref}"
        try:
            answer = await self._means.git.push(
                place.identity.look.top,
                *ARGUMENTS,
                step.target.remote,
                refspec,
                timeout=self._means.config.fetch_timeout,
                ssh=place.identity.settings.last("core.sshcommand"),
                hooks=step.hook,
            )
        except ProcessTimeout as error:
            said, _ = fetch_sentence(late(error.err), "")
            raise Refused(
                f"{place.name}: not pushed: {said}.", "Fetch to see whether it arrived, then push again."
            ) from error
        if answer.code != 0:
            raise _rejected(place, answer.out, answer.err)


def _rejected(place: Place, out: bytes, err: bytes) -> Refused:
    _, message, hint = push_words(out, err)
    return Refused(f"{place.name}: not pushed: {message}", hint)
