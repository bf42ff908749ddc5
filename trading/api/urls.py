from django.urls import path

from forexpro.core.http.converters import register_converters
from trading.api import accounts, explanations, journal, opening, orders, positions, symbols

register_converters()

app_name = "trading-api"
urlpatterns = [
    path("account-options", opening.AccountOptionsView.as_view(), name="account-options"),
    path("accounts", opening.AccountListView.as_view(), name="accounts"),
    path("accounts/<id:account_id>", accounts.AccountDetailView.as_view(), name="account"),
    path("accounts/<id:account_id>/changes", accounts.ChangesView.as_view(), name="changes"),
    path("accounts/<id:account_id>/deals", accounts.DealListView.as_view(), name="deals"),
    path(
        "accounts/<id:account_id>/events/<id:seq>/explanation",
        explanations.ExplanationView.as_view(),
        name="explanation",
    ),
    path(
        "accounts/<id:account_id>/events/<id:seq>/explanation/document",
        explanations.ExplanationDocumentView.as_view(),
        name="explanation-document",
    ),
    path("accounts/<id:account_id>/journal", journal.JournalView.as_view(), name="journal"),
    path("accounts/<id:account_id>/ledger", accounts.LedgerView.as_view(), name="ledger"),
    path("accounts/<id:account_id>/orders", orders.OrderListPlaceView.as_view(), name="orders"),
    path("accounts/<id:account_id>/orders/preview", orders.OrderPreviewView.as_view(), name="order-preview"),
    path("accounts/<id:account_id>/orders/<id:order_id>", orders.OrderView.as_view(), name="order"),
    path("accounts/<id:account_id>/positions", positions.PositionListView.as_view(), name="positions"),
    path("accounts/<id:account_id>/positions/close-all", positions.CloseAllView.as_view(), name="close-all"),
    path("accounts/<id:account_id>/positions/<id:position_id>", positions.PositionView.as_view(), name="position"),
    path(
        "accounts/<id:account_id>/positions/<id:position_id>/close",
        positions.PositionCloseView.as_view(),
        name="position-close",
    ),
    path(
        "accounts/<id:account_id>/positions/<id:position_id>/close-by",
        positions.PositionCloseByView.as_view(),
        name="position-close-by",
    ),
    path("accounts/<id:account_id>/symbols", symbols.AccountSymbolsView.as_view(), name="symbols"),
]
