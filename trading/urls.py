from django.urls import path

from trading.views import demo_accounts, explanations, orders, positions, terminal

app_name = "trading"
urlpatterns = [
    path("trade", terminal.trade, name="trade"),
    path("trade/demo", demo_accounts.open_demo, name="open_demo"),
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
