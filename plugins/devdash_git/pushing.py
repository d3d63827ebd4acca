"""One branch, sent to one branch of a remote: planned, shown, and done exactly so; never by force."""

from collections.abc import Iterator

import msgspec

from devdash.api import Block, Level, Notice, ProcessTimeout, Text
from devdash_git.commits import Commit, commits, counted, table
from devdash_git.desk import Means
from devdash_git.hands import Hands, Needless, Place, Refused, short
from devdash_git.plain import first_words, masked, printable, trust_hint
from devdash_git.problems import fetch_sentence, late
from devdash_git.push_target import PushTarget, new_target, own_folder, push_hook, push_target
from devdash_git.push_words import push_words
from devdash_git.refs import HEADS, Ref, ref

ARGUMENTS = (
    "--no-force",
    "--no-follow-tags",
    "--no-tags",
    "--recurse-submodules=no",
    "--progress",
    "--porcelain",
)
"""One branch and nothing else, whatever the config says. The refspec names the commit, without "+"."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One branch and where it is sent.

    Attributes:
        item: the repository.
        branch: its name; bytes that are not UTF-8 as surrogates.
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


class Pusher:
    """Plans pushes, and does them.

    Args:
        means: git, config and the rest.
        hands: looks at repositories.
    """

    def __init__(self, means: Means, hands: Hands) -> None:
        self._means = means
        self._hands = hands

    async def step(self, item: str, *, branch: str = "", remote: str = "", publish: bool = True) -> Step:
        """What would be sent where. It only looks.

        Args:
            branch: which; "": the current one.
            remote: where to, under its own name; "": as git would decide.
            publish: a branch that has no upstream is sent to the remote that there is, and follows it then.

        Raises:
            Needless: there is nothing to be sent.
            PaneError: it cannot be sent, and why.
        """
        place = await self._hands.place(item)
        place.must_be_at_rest()
        name = branch or place.branch.decode("utf-8", "surrogateescape")
        own = await ref(self._hands, place, HEADS + name)
        if own is None and branch:
            raise Refused(f"{place.name} has no local branch {printable(branch)}.", "git branch lists them.")
        if own is None or (not branch and own.oid != place.commit):
            raise Refused(f"{place.name} changes just now.", "Try again.")
        if publish or remote:
            target = new_target(place, own, remote) or push_target(place, own)
        else:
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
        if known is not None and not ahead and not target.follows:
            raise Needless(f"{place.name} has nothing to push.")
        without = ("--not", "--remotes") if known is None else (f"^{known.oid}",)
        return Step(
            item=item,
            branch=name,
            commit=own.oid,
            target=target,
            urls=tuple(masked(printable(url)) for url in await self._urls(place, target)),
            known=known.oid if known is not None else "",
            ahead=ahead,
            commits=await commits(self._hands, place, own.oid, *without),
            hook=hook,
        )

    def shown(self, step: Step) -> Iterator[Block]:
        """What a person has to know of `step` before."""
        range_ = f"{short(step.known)} → {short(step.commit)}" if step.known else "new there"
        urls = ", ".join(step.urls)
        what = f"{printable(step.branch)} to {step.destination}, {range_}, {counted(step.ahead, 'commit')}"
        heading = f"{step.item}: {what} ({urls})"  # a small screen cuts its end
        yield table(step.item, step.commits, heading)
        if step.target.follows:
            upstream = f"{step.destination} is its upstream then."
            yield Text(upstream if step.known else f"It is new at {urls}; {upstream}")
        if step.hook:
            yield Notice(Level.OK, f"The hook pre-push of {step.item} runs first.")

    async def do(self, step: Step) -> None:
        """Send it.

        Raises:
            PaneError: it was not sent, or the server did not take it; nothing is lost.
        """
        place = await self._hands.place(step.item)
        if step.ahead or not step.known:
            await self._send(place, step)
        if step.target.follows:
            await self._follow(place, step)

    async def _send(self, place: Place, step: Step) -> None:
        # An empty lease: the branch must not be there yet. git checks that, and the server once more.
        new = step.target.fresh and not step.known
        lease = f"--force-with-lease={step.target.ref}:" if new else "--no-force-with-lease"
        try:
            answer = await self._means.git.push(
                place.identity.look.top,
                *(*ARGUMENTS, lease, "--end-of-options"),
                step.target.remote,
                f"{step.commit}:{step.target.ref}",
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
            _, message, hint = push_words(answer.out, answer.err)
            raise Refused(f"{place.name}: not pushed: {message}", hint)

    async def _follow(self, place: Place, step: Step) -> None:
        """Write down the upstream, as `git push -u` does: the remote first, so that half of it is none."""
        for key, value in (("remote", step.target.remote), ("merge", step.target.ref)):
            answer = await self._hands.change(place, "config", f"branch.{step.branch}.{key}", value)
            if answer.code != 0:
                raise Refused(
                    f"{place.name}: pushed, but its upstream is not set: {first_words(answer.err)}",
                    f"git branch --set-upstream-to={step.destination} sets it.",
                )

    async def _permitted(self, place: Place, target: PushTarget) -> bool:
        """Refuse what would run programs of the repository's own; whether a hook runs."""
        named = place.identity.programs.fetching
        trust = f'If you trust it: trust = ["{printable(str(place.target.path))}"]'
        if named and not await self._means.observer.agrees(place.target, place.identity):
            listed = ", ".join(map(printable, named))
            raise Refused(
                f"The config of {place.name} names programs that a push would run: {listed}.",
                trust_hint(place.target.name),
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
