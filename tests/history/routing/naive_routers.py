"""Routers as tutorials show them, kept to run beside ours."""

MONGO_APPS = {"analytics", "status"}


class MongoRouter:
    """Sends two apps to MongoDB."""

    def db_for_read(self, model, **hints):
        return "mongo" if model._meta.app_label in MONGO_APPS else None

    def db_for_write(self, model, **hints):
        return "mongo" if model._meta.app_label in MONGO_APPS else None

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == "mongo" if app_label in MONGO_APPS else None


class ReplicaRouter:
    """Reads from the replica, writes to the primary."""

    def db_for_read(self, model, **hints):
        return "replica1"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, obj1, obj2, **hints):
        return True if {obj1._state.db, obj2._state.db} <= {"default", "replica1"} else None

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return True
