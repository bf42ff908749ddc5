from django.urls import path

from accounts import views

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
    path("notices", views.notices, name="notices"),
    path("notices/bell", views.notices_bell, name="notices_bell"),
    path("notices/read", views.notices_read, name="notices_read"),
    path("notices/<int:notice_id>/read", views.notice_read, name="notice_read"),
    path("mail", views.demo_mail, name="demo_mail"),
]
