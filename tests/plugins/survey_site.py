"""A Django project whose routers are surveyed: two apps, routers of every temper, SQLite files."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from django_site import Site

SURVEY = Path(__file__).parents[2] / "plugins" / "devdash_databases" / "probing" / "survey.py"
SQLITE = "django.db.backends.sqlite3"

SHOP = """
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=20)

class Order(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE)

    def __init__(self, *args, **kwargs):
        raise AssertionError("a survey makes no rows of its own")
"""

STATS = """
from django.db import models

class Visit(models.Model):
    by = models.ForeignKey("shop.Customer", models.CASCADE)
"""

ROUTERS = """
import random
from django.db import OperationalError, connections

class Mongo:
    def db_for_read(self, model, **hints):
        return "mongo" if model._meta.app_label == "stats" else None
    db_for_write = db_for_read
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == "mongo" if app_label == "stats" else None

class Replica:
    def db_for_read(self, model, **hints):
        return "replica"
    def db_for_write(self, model, **hints):
        return "default"
    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return True

class Chance(Replica):
    def db_for_read(self, model, **hints):
        return random.choice(["replica", "mongo"])

class Many(Replica):
    def db_for_read(self, model, **hints):
        return f"replica{random.randrange(1000)}"

class Atomic(Replica):
    def db_for_read(self, model, **hints):
        return "default" if connections["default"].in_atomic_block else "replica"

class Asks(Replica):
    def db_for_read(self, model, **hints):
        try:
            connections["replica"].ensure_connection()
        except OperationalError:
            return "default"
        return "replica"

class Queries(Replica):
    def db_for_read(self, model, **hints):
        try:
            connections["replica"].cursor().execute("SELECT 1")
        except OperationalError:
            return "default"
        return "replica"

class Curious:
    def db_for_read(self, model, **hints):
        try:
            connections["replica"].cursor()
        except OperationalError:
            pass
    def allow_migrate(self, db, app_label, **hints):
        return db == "default"

class Raises:
    def db_for_read(self, model, **hints):
        raise KeyError("canary")

class Lost:
    def db_for_write(self, model, **hints):
        return "nowhere"

class Refuses:
    def allow_migrate(self, db, app_label, **hints):
        return False

class Related:
    def allow_relation(self, obj1, obj2, **hints):
        return True
"""


def made_in(folder: Path) -> Path:
    """The project's code, below `folder`; beside it the survey's file, and nothing of devdash."""
    source = folder / "src"
    for app, models in (("shop", SHOP), ("stats", STATS)):
        (source / app).mkdir(parents=True)
        (source / app / "__init__.py").touch()
        (source / app / "models.py").write_text(models)
    (source / "house.py").write_text(ROUTERS)
    shutil.copy(SURVEY, source)
    return source


def site(folder: Path, *routers: str, aliases: Sequence[str] = ("default", "replica", "mongo")) -> Site:
    """The project with the routers of these names, from `house` unless dotted."""
    source = folder / "src" if (folder / "src").exists() else made_in(folder)
    databases = {alias: {"ENGINE": SQLITE, "NAME": str(folder / alias)} for alias in aliases}
    dotted = [name if "." in name else f"house.{name}" for name in routers]
    return Site(databases, apps=("shop", "stats"), routers=dotted, path=(source,))
