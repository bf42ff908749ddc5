# Tasks are queued through the configured Celery application in every process, not only in workers.
from forexpro.celery import app as celery_app

__all__ = ["celery_app"]
