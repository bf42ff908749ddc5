"""What Celery workers run for this app. Each may run again at any time."""

from celery import shared_task

from kyc.services.expiry import documents_expire, expiry_remind
from kyc.services.retention import documents_erase
from kyc.services.sweeping import orphaned_files_delete


@shared_task
def look_after_expiry() -> None:
    documents_expire()
    expiry_remind()


@shared_task
def delete_orphaned_files() -> None:
    orphaned_files_delete()


@shared_task
def erase_documents() -> None:
    documents_erase()
