"""A worker whose import goes wrong in the way that DEVDASH_TEST names. Python 3.8."""

import gc
import os
import sys
import time

how = os.environ["DEVDASH_TEST"]
print("settings that print", flush=True)

if how == "sys.exit":
    sys.exit(3)
if how == "os._exit":
    os._exit(4)
if how == "kill":
    os.kill(os.getpid(), 9)
if how == "raise":
    raise ValueError("password is hunter2")
if how == "import":
    import no_such_module  # noqa: F401
if how == "syntax":
    eval(compile("a = = 'hunter2'", "settings.py", "exec"))
if how == "hang":
    time.sleep(1000)
if how == "slow":
    time.sleep(0.2)

if how == "garbage":
    looked_for = gc.isenabled()
    CALLS = {"ping": lambda: f"{looked_for} {gc.isenabled()}"}
elif how == "modules":
    dear = {"threading", "queue", "signal", "typing", "pathlib", "asyncio"}
    CALLS = {"ping": lambda: " ".join(sorted(dear & set(sys.modules)))}
elif how != "no-calls":
    CALLS = {"ping": lambda: "pong"}
