"""What a project's aliases are used for, as far as its routers tell."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from devdash_databases.probing import engines
from devdash_databases.routes.surveyed import Survey

K = TypeVar("K", bound=Hashable)


def grouped(pairs: Iterable[tuple[K, str]]) -> dict[K, set[str]]:
    """Labels by key."""
    found: dict[K, set[str]] = {}
    for key, label in pairs:
        found.setdefault(key, set()).add(label)
    return found


class Use:
    """The aliases of a survey.

    Attributes:
        models: by their labels.
        known: those that DATABASES has.
        written: those that any model is written to.
        replicas: those that tests mirror, or that models written elsewhere are read from and none is
            written to.
    """

    def __init__(self, survey: Survey) -> None:
        self.models = {one.model: one for one in survey.models}
        self._vendors = {one.alias: engines.vendor_of(one.engine) for one in survey.aliases}
        self.known = frozenset(self._vendors)
        self.written = frozenset(alias for model in survey.models for alias in model.write.chosen)
        self._of = {
            model.model: frozenset((*model.read.chosen, *model.write.chosen)) for model in survey.models
        }
        read_apart = {
            alias
            for model in survey.models
            if model.write.chosen
            for alias in model.read.chosen
            if alias not in model.write.chosen
        }
        mirrored = {one.alias for one in survey.aliases if one.mirror}
        self.replicas = frozenset((read_apart - self.written) | mirrored) & self.known

    def vendor(self, alias: str) -> str | None:
        """The vendor that the alias's ENGINE names."""
        return self._vendors.get(alias)

    def aliases_of(self, model: str) -> frozenset[str]:
        """Where a model is read or written."""
        return self._of.get(model, frozenset())
