"""A laptop's day, from plug to plug: exactly what is told, and when."""

from alert_desk import AlertDesk, judged

from devdash.alerts.model import Terms
from devdash.contract.levels import Level

LOW = Terms(
    pane="battery",
    name="low",
    level=Level.ATTENTION,
    keep_s=120,
    repeat_s=120,
    max_repeats=3,
    inhibited_by=("critical",),
)
CRITICAL = Terms(pane="battery", name="critical", level=Level.CRITICAL, keep_s=120, resolve=True)
FULL = Terms(
    pane="battery",
    name="full",
    level=Level.ATTENTION,
    for_s=60,
    keep_s=120,
    repeat_s=120,
    max_repeats=1,
)
POLL_S = 120.0


class Day:
    """A battery that is read every two minutes, and a loop that toasts each time something is wrong."""

    def __init__(self) -> None:
        self.desk = AlertDesk()
        self.naive = 0
        self.percent = 70.0
        self.plugged = False

    def read(self) -> None:
        percent, plugged = self.percent, self.plugged
        self.naive += (percent >= 85) if plugged else (percent <= 20)
        self.desk.read(
            *(
                judged(terms, [""] if enter else [], [""] if clear else [], [""])
                for terms, enter, clear in (
                    (LOW, percent <= 20 and not plugged, percent >= 25 or plugged),
                    (CRITICAL, percent <= 5 and not plugged, percent >= 8 or plugged),
                    (FULL, percent >= 85 and plugged, percent <= 80 or not plugged),
                )
            )
        )

    def plug(self, plugged: bool) -> None:
        """The kernel tells at once."""
        self.plugged = plugged
        self.read()

    def pass_(self, seconds: float, percent_an_hour: float = 0.0, until: float | None = None) -> None:
        """Let time pass, and the charge change, until it is `until` at the furthest."""
        for _ in range(int(seconds // POLL_S)):
            self.desk.wait(POLL_S)
            self.percent = min(self.percent + percent_an_hour * POLL_S / 3600, 100.0)
            if until is not None:
                self.percent = max(self.percent, until) if percent_an_hour < 0 else min(self.percent, until)
            self.read()

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [
            (_clock(when), notice.alert.id.rule, notice.occasion.value) for when, notice in self.desk.told
        ]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02d}:{int(seconds) % 60:02d}"


def test_the_notifications_of_a_day_are_exactly_these() -> None:
    """Plug in, reach 85, stay eight hours, flap, unplug, drain to 4 %, suspend, resume, plug in."""
    day = Day()
    day.plug(True)
    day.pass_(3600, 30, until=98.0)
    day.pass_(8 * 3600)
    for _ in range(20):
        day.plug(False)
        day.desk.wait(4)
        day.plug(True)
        day.desk.wait(8)
    day.plug(False)
    day.pass_(5 * 3600, -25, until=4.0)
    day.desk.sleep(8 * 3600)
    day.pass_(600)
    day.plug(True)
    day.pass_(1800, 30)

    assert day.told == [
        ("0:31:00", "full", "fired"),  # 85 % at 0:30, and a minute later still
        ("0:33:00", "full", "repeated"),
        ("9:06:00", "full", "closed"),  # the flapping is over, unplugged for two minutes
        ("12:12:00", "low", "fired"),
        ("12:14:00", "low", "repeated"),
        ("12:16:00", "low", "repeated"),
        ("12:18:00", "low", "repeated"),
        ("12:48:00", "critical", "fired"),
        ("12:48:00", "low", "closed"),  # the worse one says it all
        ("22:16:00", "critical", "closed"),  # it slept on, was still empty, and then was plugged in
        ("22:16:00", "critical", "resolved"),
    ]
    assert len(day.desk.loud) == 8
    assert day.naive == 338
