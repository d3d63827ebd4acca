"""The tables of the app `analytics`, as they began."""

from django.db import migrations, models

from devdash.history.moments import MomentField


class Migration(migrations.Migration):
    """See `devdash.history.analytics.models`."""

    initial = True

    operations = (
        migrations.CreateModel(
            name="Series",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("key", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=200)),
                ("pane", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                ("item", models.CharField(blank=True, max_length=200)),
                ("count", models.BigIntegerField(default=0)),
                ("raw_from", models.BigIntegerField(default=0)),
                ("five_from", models.BigIntegerField(default=0)),
                ("rolled", models.BigIntegerField()),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["host", "pane"], name="analytics_host_pane")],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("value", models.FloatField()),
                ("stored", models.BigIntegerField(null=True)),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False, on_delete=models.CASCADE, related_name="+", to="analytics.series"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["series", "timestamp"], name="analytics_sample_time")],
            },
        ),
        migrations.CreateModel(
            name="Hour",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("least", models.FloatField()),
                ("most", models.FloatField()),
                ("total", models.FloatField()),
                ("count", models.BigIntegerField()),
                ("last", models.FloatField()),
                ("last_at", models.BigIntegerField()),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False, on_delete=models.CASCADE, related_name="+", to="analytics.series"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["series", "timestamp", "is_active", "total", "count"],
                        name="analytics_hour_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FiveMinutes",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("least", models.FloatField()),
                ("most", models.FloatField()),
                ("total", models.FloatField()),
                ("count", models.BigIntegerField()),
                ("last", models.FloatField()),
                ("last_at", models.BigIntegerField()),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False, on_delete=models.CASCADE, related_name="+", to="analytics.series"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["series", "timestamp", "is_active", "total", "count"],
                        name="analytics_five_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("timestamp", MomentField()),
                ("is_active", models.BooleanField(default=True, editable=False)),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("token", models.UUIDField()),
                (
                    "series",
                    models.ForeignKey(
                        db_index=False, on_delete=models.CASCADE, related_name="+", to="analytics.series"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["series", "timestamp"], name="analytics_touched_series"),
                    models.Index(fields=["timestamp"], name="analytics_touched_time"),
                ],
            },
        ),
    )
