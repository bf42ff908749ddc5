from django.urls import path

from accounts.api import api_keys, notices, profile, security, views
from forexpro.core.http.converters import register_converters

register_converters()

app_name = "accounts-api"
urlpatterns = [
    path("api-keys", api_keys.ApiKeyListView.as_view(), name="api-keys"),
    path("api-keys/<id:api_key_id>", api_keys.ApiKeyView.as_view(), name="api-key"),
    path("auth/token", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", views.TokenRefreshView.as_view(), name="token-refresh"),
    path("auth/token/revoke", views.TokenRevokeView.as_view(), name="token-revoke"),
    path("notices", notices.NoticeListView.as_view(), name="notices"),
    path("notices/read", notices.NoticesReadView.as_view(), name="notices-read"),
    path("notices/<id:notice_id>/read", notices.NoticeReadView.as_view(), name="notice-read"),
    path("profile", profile.ProfileView.as_view(), name="profile"),
    path("security", security.SecurityView.as_view(), name="security"),
    path("security/programs/<uuid:family_id>", security.ProgramView.as_view(), name="program"),
    path("security/sessions/end", security.OtherSessionsView.as_view(), name="sessions-end"),
    path("security/sessions/<id:signed_in_id>", security.SessionView.as_view(), name="session"),
]
