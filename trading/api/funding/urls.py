from django.urls import path

from forexpro.core.http.converters import register_converters
from trading.api.funding import views

register_converters()

app_name = "funding-api"
urlpatterns = [
    path("deposits", views.DepositListView.as_view(), name="deposits"),
    path("deposits/quote", views.DepositQuoteView.as_view(), name="deposit-quote"),
    path("deposits/<id:deposit_id>", views.DepositView.as_view(), name="deposit"),
    path("deposits/<id:deposit_id>/proof", views.DepositProofView.as_view(), name="deposit-proof"),
    path("payment-methods", views.PaymentMethodsView.as_view(), name="payment-methods"),
    path("transfers", views.TransferListView.as_view(), name="transfers"),
    path("transfers/quote", views.TransferQuoteView.as_view(), name="transfer-quote"),
    path("withdrawals", views.WithdrawalListView.as_view(), name="withdrawals"),
    path("withdrawals/quote", views.WithdrawalQuoteView.as_view(), name="withdrawal-quote"),
    path("withdrawals/<id:withdrawal_id>", views.WithdrawalView.as_view(), name="withdrawal"),
]
