"""What the forms of deposits, withdrawals and transfers accept; whether it can be done is for the services to say."""

from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from forexpro.core.refusals import Refused
from forexpro.core.templatetags.components import money
from forexpro.core.uploads.types import ACCEPTED
from trading.forms import SubmissionForm
from trading.models import PaymentTerms, TradingAccount
from trading.models.funding import Direction
from trading.selectors.accounts import accounts_of_user
from trading.selectors.funding import offered_terms
from trading.services.funding.requests import DETAILS_LENGTH_MAX


class AccountField(forms.ModelChoiceField):
    """One of a person's accounts, with its balance."""

    def label_from_instance(self, account: Any) -> str:
        return f"{account.number} · {money(account.balance, account.currency)}"


class TermsField(forms.ModelChoiceField):
    """A method and the currency in which money comes or goes."""

    def label_from_instance(self, terms: Any) -> str:
        return f"{terms.method.name}, {terms.currency}"


class AmountField(forms.DecimalField):
    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "number"})
        defaults: dict[str, Any] = {"max_digits": 20, "decimal_places": 8, "widget": widget}
        super().__init__(**defaults | options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= 0:
            raise forms.ValidationError(_("Enter an amount above zero."))


class ConfirmedForm(SubmissionForm):
    """A form that is looked at again before it counts; `quote` holds the rate that was shown."""

    quote = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    # What refusals call the fields of the form.
    REFUSED_FIELDS = {"method": "terms"}

    def add_refusal(self, refusal: Refused) -> None:
        """Say why not, beside the field that is to be changed where there is one."""
        named = str(refusal.details.get("field", ""))
        field = self.REFUSED_FIELDS.get(named, named)
        self.add_error(field if field in self.fields else None, refusal.message)


class PaymentForm(ConfirmedForm):
    """What deposits and withdrawals have in common."""

    direction: Direction
    account = AccountField(label=_("Account"), queryset=TradingAccount.objects.none(), empty_label=None)
    terms = TermsField(label=_("Method"), queryset=PaymentTerms.objects.none(), empty_label=None)

    def __init__(self, *arguments: Any, user: User | AnonymousUser, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["account"].queryset = live_accounts(user)  # type: ignore[attr-defined]  # of fields of models
        self.fields["terms"].queryset = offered_terms(self.direction)  # type: ignore[attr-defined]  # likewise

    def asked(self) -> dict[str, Any]:
        """Return what is asked for by the names of the services' arguments."""
        entered = self.cleaned_data
        return {
            "account_id": entered["account"].pk,
            "method_id": entered["terms"].method_id,
            "currency": entered["terms"].currency,
            "amount": entered["amount"],
        }


class DepositForm(PaymentForm):
    direction = Direction.DEPOSIT
    amount = AmountField(label=_("Amount"), help_text=_("In the currency of the method."))
    reference = forms.CharField(
        label=_("Your reference"),
        max_length=140,
        required=False,
        help_text=_("What your bank or wallet calls the payment, if you know it already."),
    )


class ProofForm(forms.Form):
    """A file that shows a payment. What is in it is looked at by whoever keeps it."""

    proof = forms.FileField(
        label=_("Proof of payment"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("A confirmation of your bank or wallet: JPEG, PNG, HEIC or PDF. It makes us faster."),
    )


class WithdrawalForm(PaymentForm):
    direction = Direction.WITHDRAWAL
    amount = AmountField(label=_("Amount"), help_text=_("In the currency of the account; the fee is a part of it."))
    details = forms.CharField(
        label=_("Where to pay to"),
        max_length=DETAILS_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=_("Account number and holder, or the address of a wallet. Stored encrypted."),
    )
    reference = forms.CharField(label=_("Your reference"), max_length=140, required=False)


class TransferForm(ConfirmedForm):
    source = AccountField(label=_("From"), queryset=TradingAccount.objects.none(), empty_label=None)
    target = AccountField(label=_("To"), queryset=TradingAccount.objects.none(), empty_label=None)
    amount = AmountField(label=_("Amount"), help_text=_("In the currency of the account that it leaves."))

    def __init__(self, *arguments: Any, user: User | AnonymousUser, **options: Any) -> None:
        super().__init__(*arguments, **options)
        accounts = accounts_of_user(user).filter(status=TradingAccount.Status.ACTIVE).order_by("kind", "number")
        for name in ("source", "target"):
            self.fields[name].queryset = accounts  # type: ignore[attr-defined]  # of fields of models
        # Money goes from the first account to another one, unless somebody says otherwise.
        self.initial.setdefault("target", next((account.pk for account in accounts[1:2]), None))

    def asked(self) -> dict[str, Any]:
        """Return what is asked for by the names of the service's arguments."""
        entered = self.cleaned_data
        return {"source_id": entered["source"].pk, "target_id": entered["target"].pk, "amount": entered["amount"]}


def live_accounts(user: User | AnonymousUser) -> Any:
    """Return the accounts that money can be paid into and out of."""
    return accounts_of_user(user).filter(kind=TradingAccount.Kind.LIVE, status=TradingAccount.Status.ACTIVE)
