"""The processes of this machine, by psutil. Blocking, for some tens of milliseconds: call it in a thread."""

from devdash_battery.drain import Look, Process


def look(boot: str, at: float) -> Look:
    """All processes that this user may see, as they are now, which is the wall time `at`."""
    import psutil

    # Asked first: it is what psutil reckons the times of birth from.
    booted = psutil.boot_time()
    found = []
    for process in psutil.process_iter(["pid", "name", "create_time", "cpu_times"]):
        told = process.info
        times, born = told["cpu_times"], told["create_time"]
        if times is not None and born is not None:
            used = round(times.user + times.system, 2)
            found.append(Process(told["pid"], round(born - booted, 2), used, told["name"] or ""))
    psutil.process_iter.cache_clear()
    return Look(at, boot, tuple(found))
