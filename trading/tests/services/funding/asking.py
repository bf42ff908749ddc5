"""Requests with as little to say as possible."""

from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from trading.models import Deposit, Withdrawal
from trading.services.funding.requests import deposit_request, withdrawal_request
from trading.tests.factories import ORIGIN


def ask_deposit(account, method, amount="500", *, currency="USD", key=None, **arguments) -> Deposit:
    return deposit_request(
        **{"owner": account.owner} | arguments,
        account_id=account.pk,
        method_id=method.pk,
        currency=currency,
        amount=Decimal(amount),
        origin=ORIGIN,
        idempotency_key=key,
    )


def ask_withdrawal(account, method, amount="500", *, currency="USD", key=None, **arguments) -> Withdrawal:
    return withdrawal_request(
        **{"owner": account.owner, "details": "DE89 3704 0044 0532 0130 00, Ada"} | arguments,
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
