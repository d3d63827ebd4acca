"""The tables of the app `history`, as they began."""

from django.db import migrations, models

from devdash.history.moments import MomentField


class Migration(migrations.Migration):
    """See `devdash.history.events.models`."""

    initial = True

    operations = (
        migrations.CreateModel(
            name="EventTally",
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
            name="Host",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ActionEvent",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("uid", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("pane", models.CharField(max_length=200)),
                ("level", models.CharField(max_length=16)),
                ("action", models.CharField(max_length=200)),
                ("item", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("took_s", models.FloatField()),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["timestamp"], name="history_action_time")],
            },
        ),
        migrations.CreateModel(
            name="AlertEvent",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("uid", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("pane", models.CharField(max_length=200)),
                ("level", models.CharField(max_length=16)),
                ("rule", models.CharField(max_length=200)),
                ("item", models.CharField(blank=True, max_length=200)),
                ("occasion", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True)),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["timestamp"], name="history_alert_time")],
            },
        ),
    )
