"""What Celery workers run for this app."""

from celery import shared_task

from accounts.mails import mail_send, notice_mail_send
from accounts.services.tokens import families_forget

__all__ = ["forget_old_tokens", "mail_send", "notice_mail_send"]


@shared_task
def forget_old_tokens() -> None:
    """Delete what is left of sign-ins of programs that expired long ago."""
    families_forget()
