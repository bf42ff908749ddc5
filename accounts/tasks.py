"""What Celery workers run for this app."""

from accounts.mails import mail_send, notice_mail_send

__all__ = ["mail_send", "notice_mail_send"]
