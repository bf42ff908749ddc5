import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_webhook_permissions")]

    operations = [
        migrations.CreateModel(
            name='CountedRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minute', models.DateTimeField(verbose_name='minute')),
                ('method', models.CharField(max_length=8, verbose_name='method')),
                ('path', models.CharField(max_length=200, verbose_name='path')),
                ('status', models.PositiveSmallIntegerField(verbose_name='answer')),
                ('code', models.CharField(blank=True, max_length=64, verbose_name='code')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='address')),
                ('count', models.PositiveIntegerField(verbose_name='times')),
                ('last_request_id', models.CharField(blank=True, max_length=64, verbose_name='last request id')),
                ('key', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='crm.servicekey', verbose_name='service key')),
            ],
            options={
                'verbose_name': 'read by a service key',
                'verbose_name_plural': 'reads by service keys',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['path', 'minute'], name='counted_read_path')],
                'constraints': [models.UniqueConstraint(fields=('minute', 'key', 'method', 'path', 'status', 'code', 'address'), name='counted_read_once')],
            },
        ),
    ]
