from django.urls import path

from kyc import views

app_name = "kyc"

urlpatterns = [
    path("verification", views.verification, name="verification"),
    path("verification/<slug:requirement>", views.send, name="send"),
]
