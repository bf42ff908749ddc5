"""Visits at clients, what was looked at in them, and whose desks begin them and see them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.roles import Role, grant

GRANTS = (
    (["accounts.visit.view_as_client"], (Role.SUPPORT, Role.COMPLIANCE, Role.ADMIN)),
    (["accounts.visit.view_visit"], (Role.READ_ONLY, Role.COMPLIANCE, Role.BACK_OFFICE, Role.ADMIN)),
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_changes_of_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_id', models.UUIDField(editable=False, unique=True)),
                ('issuer', models.CharField(max_length=100, verbose_name='let in by')),
                ('admin_id', models.CharField(max_length=100, verbose_name='number of the visitor')),
                ('admin_name', models.CharField(max_length=150, verbose_name='visitor')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), blank=True, default=list, size=None, verbose_name='may')),
                ('granted_at', models.DateTimeField(verbose_name='allowed')),
                ('token_expires_at', models.DateTimeField(verbose_name='token good until')),
                ('begun_at', models.DateTimeField(null=True, verbose_name='begun')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='ends at the latest')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('end_reason', models.CharField(blank=True, choices=[('left', 'Left'), ('time', 'Its time was over'), ('withdrawn', 'The permission was withdrawn'), ('signed_out', 'The client was signed out everywhere')], max_length=16, verbose_name='ended because')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='program')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to=settings.AUTH_USER_MODEL, verbose_name='client')),
            ],
            options={
                'verbose_name': 'visit',
                'verbose_name_plural': 'visits',
                'permissions': [('view_as_client', 'Can look at the pages of clients as they see them')],
            },
        ),
        migrations.CreateModel(
            name='VisitStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(max_length=8, verbose_name='method')),
                ('path', models.CharField(max_length=300, verbose_name='page')),
                ('refused', models.BooleanField(verbose_name='refused')),
                ('times', models.PositiveIntegerField(default=1, verbose_name='times')),
                ('first_at', models.DateTimeField(verbose_name='first')),
                ('last_at', models.DateTimeField(verbose_name='last')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='accounts.visit', verbose_name='visit')),
            ],
            options={
                'verbose_name': 'step of a visit',
                'verbose_name_plural': 'steps of a visit',
                'ordering': ['first_at', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['client', '-begun_at'], name='visit_of_client'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('begun_at__isnull', False), ('ended_at__isnull', True)), fields=['ends_at'], name='visit_under_way'),
        ),
        migrations.AddConstraint(
            model_name='visitstep',
            constraint=models.UniqueConstraint(fields=('visit', 'method', 'path', 'refused'), name='visit_step_once'),
        ),
        *(migrations.RunPython(grant(permissions, *roles), migrations.RunPython.noop) for permissions, roles in GRANTS),
    ]
