"""The Celery application: `celery -A forexpro.celery worker` and `… beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")

app = Celery("forexpro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
