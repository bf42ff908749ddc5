"""Requests with as little to say as possible."""

from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from trading.models import Deposit, Withdrawal
from trading.services.funding.requests import deposit_request, withdrawal_request
from trading.tests.factories import ORIGIN

IBAN = "DE89 3704 0044 0532 0130 00, Ada"


def ask_deposit(account, method, amount="500", **arguments) -> Deposit:
    return _ask(deposit_request, account, method, amount, **arguments)


def ask_withdrawal(account, method, amount="500", **arguments) -> Withdrawal:
    return _ask(withdrawal_request, account, method, amount, **{"details": IBAN} | arguments)


def _ask(service, account, method, amount, *, currency="USD", key=None, **arguments):
    return service(
        **{"owner": account.owner} | arguments,
        account_id=account.pk,
        method_id=method.pk,
        currency=currency,
        amount=Decimal(amount),
        origin=ORIGIN,
        idempotency_key=key,
    )


def picture(shade=0, name="receipt.png"):
    content = BytesIO()
    Image.new("RGB", (320, 240), (shade, 90, 30)).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/png")
