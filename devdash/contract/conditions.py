"""`Conditions`: what the machine lives on just now, for work that can wait."""

import msgspec


class Conditions(msgspec.Struct, frozen=True):
    """What is known of power and network. None: it cannot be told; who has to decide takes it as usual.

    Attributes:
        on_battery: no plug is in. False on a machine without a battery.
        metered: the network is paid for by the amount, as on a phone.
        online: there is a network that leads anywhere.
    """

    on_battery: bool | None = None
    metered: bool | None = None
    online: bool | None = None
