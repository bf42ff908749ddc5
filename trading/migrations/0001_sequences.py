"""The numbers that orders, positions and accounts are known by."""

from django.db import migrations

CREATE = """
CREATE SEQUENCE trading_order_id AS bigint;
CREATE SEQUENCE trading_account_number AS bigint START 10000001;
"""
DROP = """
DROP SEQUENCE trading_account_number;
DROP SEQUENCE trading_order_id;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [migrations.RunSQL(CREATE, DROP)]
