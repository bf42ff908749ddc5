"""The desks of the house; the apps grant each what it needs."""

from django.db import migrations

DESKS = ("Read-only", "Support", "Compliance", "Dealer", "Finance")


def create_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in DESKS:
        Group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles")]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
