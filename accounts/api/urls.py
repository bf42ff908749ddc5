from django.urls import path

from accounts.api import views

app_name = "accounts-api"
urlpatterns = [
    path("auth/token", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", views.TokenRefreshView.as_view(), name="token-refresh"),
    path("auth/token/revoke", views.TokenRevokeView.as_view(), name="token-revoke"),
]
