from django.urls import path

from trading.views import explanations, funding, opening, orders, positions, terminal

app_name = "trading"
urlpatterns = [
    path("funding", funding.funding, name="funding"),
    path("funding/account", opening.open_live, name="open_live"),
    path("funding/deposit", funding.deposit_new, name="deposit_new"),
    path("funding/withdraw", funding.withdrawal_new, name="withdrawal_new"),
    path("funding/transfer", funding.transfer_new, name="transfer_new"),
    path("funding/deposits/<int:deposit_id>", funding.deposit, name="deposit"),
    path("funding/deposits/<int:deposit_id>/proof", funding.deposit_proof, name="deposit_proof"),
    path(
        "funding/deposits/<int:deposit_id>/proofs/<int:proof_id>", funding.deposit_proof_file, name="deposit_proof_file"
    ),
    path("funding/deposits/<int:deposit_id>/cancel", funding.deposit_cancel_view, name="deposit_cancel"),
    path("funding/withdrawals/<int:withdrawal_id>", funding.withdrawal, name="withdrawal"),
    path("funding/withdrawals/<int:withdrawal_id>/cancel", funding.withdrawal_cancel_view, name="withdrawal_cancel"),
    path("trade", terminal.trade, name="trade"),
    path("trade/demo", opening.open_demo, name="open_demo"),
    path("trade/<int:account_id>", terminal.terminal, name="terminal"),
    path("trade/<int:account_id>/book", terminal.book, name="book"),
    path("trade/<int:account_id>/history", terminal.history, name="history"),
    path("trade/<int:account_id>/journal", terminal.journal_page, name="journal"),
    path("trade/<int:account_id>/events/<int:seq>", explanations.why, name="why"),
    path("trade/<int:account_id>/events/<int:seq>/document", explanations.why_document, name="why_document"),
    path("trade/<int:account_id>/orders", orders.place, name="orders"),
    path("trade/<int:account_id>/orders/<int:order_id>", orders.change, name="order"),
    path("trade/<int:account_id>/orders/<int:order_id>/cancel", orders.cancel, name="order_cancel"),
    path("trade/<int:account_id>/positions/close", positions.close_all, name="close_all"),
    path("trade/<int:account_id>/positions/<int:position_id>", positions.levels, name="position"),
    path("trade/<int:account_id>/positions/<int:position_id>/close", positions.close, name="position_close"),
    path("trade/<int:account_id>/positions/<int:position_id>/close-by", positions.close_by, name="position_close_by"),
]
