from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_desks_set_what_the_house_sets")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("funding", "Deposits and withdrawals"),
                    ("verification", "Verification"),
                    ("security", "Security"),
                    ("operations", "Operation"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        )
    ]
