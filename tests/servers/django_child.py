"""Run by `django_site`: sets Django up as told on standard input, calls one function, tells its answer.

What Django's commands print goes to standard error; the answer is one line of JSON.
"""

import importlib
import json
import os
import sys

job = json.load(sys.stdin)
answer_to = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
sys.path[:0] = job["path"]
if job["pymysql"]:
    import pymysql

    pymysql.version_info = (2, 2, 1, "final", 0)
    pymysql.install_as_MySQLdb()

import django  # noqa: E402 - after the driver's disguise
from django.conf import settings  # noqa: E402

settings.configure(**job["settings"])
django.setup()

module, _, name = job["call"].partition(":")
answer = getattr(importlib.import_module(module), name)(**job["given"])
answer_to.write(json.dumps(answer, default=str))
answer_to.close()
