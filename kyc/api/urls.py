from django.urls import path

from kyc.api import views

app_name = "kyc-api"
urlpatterns = [
    path("status", views.StatusView.as_view(), name="status"),
    path("documents", views.DocumentListView.as_view(), name="documents"),
    path("documents/<int:document_id>", views.DocumentView.as_view(), name="document"),
]
