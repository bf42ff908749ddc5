from django.urls import path

from crm.api import bulk, clients, decisions, history, requests, webhooks

app_name = "crm-api"
urlpatterns = [
    path("users", clients.ClientsView.as_view(), name="users"),
    path("users/bulk", bulk.ClientsBulkView.as_view(), name="users-bulk"),
    path("users/<int:user_id>", clients.ClientView.as_view(), name="user"),
    path("users/<int:user_id>/notes", clients.NotesView.as_view(), name="notes"),
    path("users/<int:user_id>/accounts", history.AccountsView.as_view(), name="accounts"),
    path("users/<int:user_id>/positions", history.PositionsView.as_view(), name="positions"),
    path("users/<int:user_id>/deals", history.DealsView.as_view(), name="deals"),
    path("users/<int:user_id>/deposits", history.DepositsView.as_view(), name="deposits"),
    path("users/<int:user_id>/withdrawals", history.WithdrawalsView.as_view(), name="withdrawals"),
    path("users/<int:user_id>/kyc", history.VerificationView.as_view(), name="kyc"),
    path("force-logout", clients.ForceLogoutView.as_view(), name="force-logout"),
    path("password-reset", clients.PasswordResetView.as_view(), name="password-reset"),
    path("deposits", requests.AllDepositsView.as_view(), name="all-deposits"),
    path("withdrawals", requests.AllWithdrawalsView.as_view(), name="all-withdrawals"),
    path("deposits/<int:deposit_id>/decision", decisions.DepositDecisionView.as_view(), name="deposit-decision"),
    path(
        "withdrawals/<int:withdrawal_id>/decision",
        decisions.WithdrawalDecisionView.as_view(),
        name="withdrawal-decision",
    ),
    path("kyc/<int:document_id>/decision", decisions.KycDecisionView.as_view(), name="kyc-decision"),
    path("webhooks", webhooks.EndpointsView.as_view(), name="webhooks"),
    path("webhooks/<int:endpoint_id>", webhooks.EndpointView.as_view(), name="webhook"),
    path("webhooks/<int:endpoint_id>/rotate", webhooks.RotateView.as_view(), name="webhook-rotate"),
    path("webhooks/<int:endpoint_id>/enable", webhooks.EnableView.as_view(), name="webhook-enable"),
    path("webhooks/<int:endpoint_id>/disable", webhooks.DisableView.as_view(), name="webhook-disable"),
    path("webhooks/<int:endpoint_id>/test", webhooks.TestEventView.as_view(), name="webhook-test"),
    path("webhooks/<int:endpoint_id>/deliveries", webhooks.DeliveriesView.as_view(), name="webhook-deliveries"),
    path("webhooks/<int:endpoint_id>/replay", webhooks.ReplayView.as_view(), name="webhook-replay"),
]
