"""What the pages can do, and by which calls a program does the same, or why by none. Calls are operation ids.

One line for each operation of a page; the back office is staff's and the service API's.
"""

from dataclasses import dataclass

Calls = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Why no program needs a call for it."""

    reason: str


A_FORM = Page("shows a form; its fields are in the document")
OF_A_BROWSER = Page("is about the browser in front of somebody")
BY_MAIL = Page("is a link that was mailed to a person, who opens it in a browser")
A_PERSON = Page(
    "changes by what a person proves who they are: only a session in which the password or a code was given within "
    "ten minutes does, so that no stolen token locks its owner out"
)
A_VISIT = Page("is the way of the house's own people to look at a client's pages")

ACTIONS: dict[str, Calls | Page] = {
    # --- People
    "GET register": A_FORM,
    "POST register": Page("a client begins as a person in a browser, or is created by the CRM"),
    "GET check-mail": BY_MAIL,
    "GET verify": BY_MAIL,
    "POST verify": BY_MAIL,
    "GET verify/<str:token>": BY_MAIL,
    "POST verify/<str:token>": BY_MAIL,
    "GET sign-in": A_FORM,
    "POST sign-in": ("tokens_issue",),
    "GET sign-in/code": A_FORM,
    "POST sign-in/code": ("tokens_issue",),
    "POST sign-out": ("tokens_revoke",),
    "GET password/reset": A_FORM,
    "POST password/reset": BY_MAIL,
    "GET password/reset/<str:uid>/<str:token>": BY_MAIL,
    "POST password/reset/<str:uid>/<str:token>": BY_MAIL,
    "GET password/change": A_FORM,
    "POST password/change": A_PERSON,
    "GET confirm": A_FORM,
    "POST confirm": A_PERSON,
    "GET security": ("security_get",),
    "POST security/sessions/end": ("sessions_end_all",),
    "POST security/sessions/<int:signed_in_id>/end": ("sessions_end",),
    "POST security/programs/<uuid:family_id>/end": ("programs_end",),
    "GET security/two-step": A_PERSON,
    "POST security/two-step": A_PERSON,
    "GET security/two-step/off": A_FORM,
    "POST security/two-step/off": A_PERSON,
    "GET security/backup-codes": A_FORM,
    "POST security/backup-codes": A_PERSON,
    "GET security/email": A_FORM,
    "POST security/email": A_PERSON,
    "POST security/email/resend": A_PERSON,
    "POST security/email/cancel": A_PERSON,
    "GET security/email/<str:token>": BY_MAIL,
    "POST security/email/<str:token>": BY_MAIL,
    "GET profile": ("profile_get",),
    "POST profile": ("profile_change",),
    "GET notices": ("notices_list",),
    "GET notices/bell": ("notices_list",),
    "POST notices/read": ("notices_read_all",),
    "POST notices/<int:notice_id>/read": ("notices_read",),
    "GET security/api-keys": ("api_keys_list",),
    "GET security/api-keys/new": A_FORM,
    "POST security/api-keys/new": ("api_keys_create",),
    "GET security/api-keys/<int:api_key_id>/revoke": A_FORM,
    "POST security/api-keys/<int:api_key_id>/revoke": ("api_keys_revoke",),
    "GET sso/consume": A_VISIT,
    "POST sso/end": A_VISIT,
    "GET sso/over": A_VISIT,
    "GET mail": Page("shows the mails of the demo"),
    # --- The whole
    "GET ": ("accounts_list", "accounts_get", "positions_list", "journal_list"),
    "POST appearance": OF_A_BROWSER,
    "GET design": Page("shows what pages are made of"),
    "GET texts.json": OF_A_BROWSER,
    # --- Trading
    "GET trade": ("accounts_list",),
    "GET trade/demo": ("account_options",),
    "POST trade/demo": ("accounts_open",),
    "GET widgets/prices": ("market_symbols", "market_quotes"),
    "GET trade/<int:account_id>": ("accounts_get", "accounts_symbols", "market_candles", "market_quotes"),
    "GET trade/<int:account_id>/book": ("positions_list", "orders_list", "changes_list"),
    "GET trade/<int:account_id>/history": ("deals_list", "ledger_list"),
    "GET trade/<int:account_id>/journal": ("journal_list",),
    "GET trade/<int:account_id>/events/<int:seq>": ("events_explanation",),
    "GET trade/<int:account_id>/events/<int:seq>/document": ("events_explanation_document",),
    "POST trade/<int:account_id>/orders": ("orders_place", "orders_preview"),
    "GET trade/<int:account_id>/orders/<int:order_id>": ("orders_get",),
    "POST trade/<int:account_id>/orders/<int:order_id>": ("orders_modify",),
    "GET trade/<int:account_id>/orders/<int:order_id>/cancel": ("orders_get",),
    "POST trade/<int:account_id>/orders/<int:order_id>/cancel": ("orders_cancel",),
    "GET trade/<int:account_id>/positions/close": A_FORM,
    "POST trade/<int:account_id>/positions/close": ("positions_close_all",),
    "GET trade/<int:account_id>/positions/<int:position_id>": ("positions_get",),
    "POST trade/<int:account_id>/positions/<int:position_id>": ("positions_modify",),
    "GET trade/<int:account_id>/positions/<int:position_id>/close": ("positions_get",),
    "POST trade/<int:account_id>/positions/<int:position_id>/close": ("positions_close",),
    "GET trade/<int:account_id>/positions/<int:position_id>/close-by": ("positions_list",),
    "POST trade/<int:account_id>/positions/<int:position_id>/close-by": ("positions_close_by",),
    # --- Money
    "GET funding": ("deposits_list", "withdrawals_list", "transfers_list", "accounts_get"),
    "GET funding/account": ("account_options",),
    "POST funding/account": ("accounts_open",),
    "GET funding/deposit": ("payment_methods_list",),
    "POST funding/deposit": ("deposits_quote", "deposits_create"),
    "GET funding/withdraw": ("payment_methods_list",),
    # The call takes a session in which somebody was just asked for the password, as the page does.
    "POST funding/withdraw": ("withdrawals_quote", "withdrawals_create"),
    "GET funding/transfer": A_FORM,
    "POST funding/transfer": ("transfers_quote", "transfers_create"),
    "GET funding/deposits/<int:deposit_id>": ("deposits_get", "deposits_proofs"),
    "POST funding/deposits/<int:deposit_id>/proof": ("deposits_send_proof",),
    "GET funding/deposits/<int:deposit_id>/proofs/<int:proof_id>": Page(
        "shows somebody the file that they have sent: a program has it already, and `deposits_proofs` names it"
    ),
    "POST funding/deposits/<int:deposit_id>/cancel": ("deposits_cancel",),
    "GET funding/withdrawals/<int:withdrawal_id>": ("withdrawals_get",),
    "POST funding/withdrawals/<int:withdrawal_id>/cancel": ("withdrawals_cancel",),
    # --- Verification
    "GET verification": ("kyc_status", "kyc_documents_list", "kyc_documents_get"),
    "GET verification/<slug:requirement>": Page("leads to the page of verification"),
    "POST verification/<slug:requirement>": ("kyc_documents_send",),
}
