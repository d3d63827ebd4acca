"""A question that hangs takes nothing from the ping before it."""

import threading
import time
from contextlib import nullcontext

import pytest

from devdash_databases.probing import lanes


class Stuck:
    """A connection that answers a ping, and whose server is stopped before the next question.

    Args:
        first: waited for before the ping.
    """

    vendor = "postgresql"
    connection = None

    def __init__(self, first: threading.Event | None = None) -> None:
        self._first = first
        self.settings_dict: dict[str, object] = {}
        self.description = (("x",),)

    def ensure_connection(self) -> None: ...

    def cursor(self) -> nullcontext["Stuck"]:
        return nullcontext(self)

    def close(self) -> None: ...

    def get_database_version(self) -> tuple[int, ...]:
        return (15, 1)

    def execute(self, sql: str, params: object = None) -> None:
        if self._first is not None:
            self._first.wait()
        if sql == "hang":
            threading.Event().wait()

    def fetchone(self) -> tuple[object, ...]:
        return (False, False)


def test_a_question_that_hangs_leaves_the_ping_and_is_told_as_hung() -> None:
    """So the process is ended, and the database is not said to be down."""
    lanes.open_lane("a", 1, lambda alias: Stuck())
    questions = {"postgresql": [{"key": "x", "sql": "hang"}]}
    answer = lanes.ping_all(aliases=["a"], timeout=0.5, questions=questions)
    assert answer["hung"] == ["a"]
    (ping,) = answer["pings"] if isinstance(answer["pings"], list) else []
    assert (ping["state"], ping["vendor"], ping["answers"]) == ("ok", "postgresql", {})


def test_what_the_probe_computes_itself_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty new connections take a second of its processor, or several where others want it too."""
    late = threading.Event()

    def computed() -> float:
        """Nothing at first; nearly a second when the ping's own time is over, and then it answers."""
        if not asked:
            asked.append(True)
            return 0.0
        late.set()
        return 0.9

    asked: list[bool] = []
    lanes.open_lane("b", 1, lambda alias: Stuck(late))
    monkeypatch.setattr(time, "process_time", computed)
    answer = lanes.ping_all(aliases=["b"], timeout=0.1)
    assert answer["hung"] == []
    (ping,) = answer["pings"] if isinstance(answer["pings"], list) else []
    assert ping["state"] == "ok"
