"""Puts what devdash does in a repository beside what was seen of it."""

from msgspec.structs import replace

from devdash_git.jobs import Jobs
from devdash_git.observation import Observation

Observations = tuple[Observation, ...]


class Noter:
    """Adds the jobs.

    Args:
        jobs: where they are noted.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._last: tuple[Observations, int, Observations] | None = None

    def with_jobs(self, seen: Observations) -> Observations:
        """`seen` with the jobs."""
        revision = self._jobs.revision
        if not revision:
            return seen
        if self._last is not None and self._last[0] is seen and self._last[1] == revision:
            return self._last[2]
        noted = tuple(map(self._noted, seen))
        self._last = (seen, revision, noted)
        return noted

    def _noted(self, seen: Observation) -> Observation:
        job = self._jobs.of(seen.target.name)
        return seen if seen.job == job else replace(seen, job=job)
