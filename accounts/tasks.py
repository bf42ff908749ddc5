"""What Celery workers run for this app."""

from celery import shared_task

from accounts.mails import mail_send, notice_mail_send
from accounts.services.sweeping import expired_forget
from accounts.services.tokens import families_forget

__all__ = ["forget_expired", "forget_old_tokens", "mail_send", "notice_mail_send"]


@shared_task
def forget_expired() -> None:
    expired_forget()


@shared_task
def forget_old_tokens() -> None:
    """Delete what is left of sign-ins of programs that expired long ago."""
    families_forget()
