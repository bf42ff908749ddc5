from django.urls import path

from accounts import api_key_pages, notice_pages, security_pages, views, visit_pages

app_name = "accounts"

urlpatterns = [
    path("register", views.register, name="register"),
    path("check-mail", views.check_mail, name="check_mail"),
    path("verify", views.verification_resend, name="verification_resend"),
    path("verify/<str:token>", views.verify_email, name="verify_email"),
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/code", views.sign_in_code, name="sign_in_code"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("password/reset", views.password_reset, name="password_reset"),
    path("password/reset/<str:uid>/<str:token>", views.password_reset_confirm, name="password_reset_confirm"),
    path("password/change", security_pages.password_change, name="password_change"),
    path("confirm", security_pages.confirm, name="confirm"),
    path("security", security_pages.security, name="security"),
    path("security/sessions/end", security_pages.other_sessions_end, name="other_sessions_end"),
    path("security/sessions/<int:signed_in_id>/end", security_pages.session_end, name="session_end"),
    path("security/programs/<uuid:family_id>/end", security_pages.program_end, name="program_end"),
    path("security/two-step", security_pages.totp_set_up, name="totp_set_up"),
    path("security/two-step/off", security_pages.totp_off, name="totp_off"),
    path("security/backup-codes", security_pages.backup_codes, name="backup_codes"),
    path("security/email", security_pages.email_change, name="email_change"),
    path("security/email/resend", security_pages.email_change_resend, name="email_change_resend"),
    path("security/email/cancel", security_pages.email_change_cancel, name="email_change_cancel"),
    path("security/email/<str:token>", security_pages.email_change_confirm, name="email_change_confirm"),
    path("profile", views.profile, name="profile"),
    path("notices", notice_pages.notices, name="notices"),
    path("notices/bell", notice_pages.notices_bell, name="notices_bell"),
    path("notices/read", notice_pages.notices_read, name="notices_read"),
    path("notices/<int:notice_id>/read", notice_pages.notice_read, name="notice_read"),
    path("security/api-keys", api_key_pages.api_keys, name="api_keys"),
    path("security/api-keys/new", api_key_pages.api_key_new, name="api_key_new"),
    path("security/api-keys/<int:api_key_id>/revoke", api_key_pages.api_key_end, name="api_key_end"),
    path("sso/consume", visit_pages.visit_begin, name="visit_begin"),
    path("sso/end", visit_pages.visit_end, name="visit_end"),
    path("sso/over", visit_pages.visit_over, name="visit_over"),
    path("mail", views.demo_mail, name="demo_mail"),
]
