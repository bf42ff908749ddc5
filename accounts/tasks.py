"""What Celery workers run for this app."""

from celery import shared_task

from accounts.mails import mail_send, notice_mail_send
from accounts.services.sweeping import expired_forget

__all__ = ["forget_expired", "mail_send", "notice_mail_send"]


@shared_task
def forget_expired() -> None:
    expired_forget()
