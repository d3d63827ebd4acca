"""The history: what happened, kept by a small Django app in a database.

Two sides: the modules that speak to a worker process (`recorder`, `spool`, `wire`) never import
Django; `worker` and the apps below it run in that process only. `routers` is for anyone's project.
"""
