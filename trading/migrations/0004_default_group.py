"""The groups that an installation starts with."""

from django.db import migrations


def create_groups(apps, schema_editor):
    group = apps.get_model("trading", "AccountGroup")
    group.objects.create(name="Retail", is_default=True)
    group.objects.create(name="Professional", margin_call_level=80, stop_out_level=30, orders_per_minute=120)


class Migration(migrations.Migration):
    dependencies = [("trading", "0003_invariants")]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
