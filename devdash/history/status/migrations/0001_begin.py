"""The tables of the app `status`, as they began."""

from django.db import migrations, models

from devdash.history.moments import MomentField


class Migration(migrations.Migration):
    """See `devdash.history.status.models`."""

    initial = True

    operations = (
        migrations.CreateModel(
            name="LevelTally",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("key", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("pane", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LevelChange",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("uid", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("pane", models.CharField(max_length=200)),
                ("level", models.CharField(max_length=16)),
                ("summary", models.TextField(blank=True)),
                ("seen", MomentField()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["host", "pane", "timestamp"], name="status_pane_time"),
                    models.Index(fields=["timestamp"], name="status_time"),
                ],
            },
        ),
    )
