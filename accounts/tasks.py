"""What Celery workers run for this app."""

from celery import shared_task

from accounts.mails import mail_send, notice_mail_send
from accounts.services.sweeping import expired_forget
from accounts.services.visits import visits_over_end

__all__ = ["end_visits", "forget_expired", "mail_send", "notice_mail_send"]


@shared_task
def forget_expired() -> None:
    expired_forget()


@shared_task
def end_visits() -> None:
    visits_over_end()
