"""A question that hangs takes nothing from the ping before it."""

import threading
from contextlib import nullcontext

from devdash_databases.probing import lanes


class Stuck:
    """A connection that answers a ping, and whose server is stopped before the next question."""

    vendor = "postgresql"
    connection = None

    def __init__(self) -> None:
        self.settings_dict: dict[str, object] = {}
        self.description = (("x",),)

    def ensure_connection(self) -> None: ...

    def cursor(self) -> nullcontext["Stuck"]:
        return nullcontext(self)

    def close(self) -> None: ...

    def get_database_version(self) -> tuple[int, ...]:
        return (15, 1)

    def execute(self, sql: str, params: object = None) -> None:
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
