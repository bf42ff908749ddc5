from django.urls import path

from accounts import api_key_pages, views

app_name = "accounts"

urlpatterns = [
    path("register", views.register, name="register"),
    path("check-mail", views.check_mail, name="check_mail"),
    path("verify", views.verification_resend, name="verification_resend"),
    path("verify/<str:token>", views.verify_email, name="verify_email"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("password/reset", views.password_reset, name="password_reset"),
    path("password/reset/<str:uid>/<str:token>", views.password_reset_confirm, name="password_reset_confirm"),
    path("password/change", views.password_change, name="password_change"),
    path("profile", views.profile, name="profile"),
    path("security/api-keys", api_key_pages.api_keys, name="api_keys"),
    path("security/api-keys/new", api_key_pages.api_key_new, name="api_key_new"),
    path("security/api-keys/<int:api_key_id>/revoke", api_key_pages.api_key_end, name="api_key_end"),
    path("mail", views.demo_mail, name="demo_mail"),
]
