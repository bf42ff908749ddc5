from django.urls import path

from forexpro.core.http.converters import register_converters
from kyc.api import views

register_converters()

app_name = "kyc-api"
urlpatterns = [
    path("status", views.StatusView.as_view(), name="status"),
    path("documents", views.DocumentListView.as_view(), name="documents"),
    path("documents/<id:document_id>", views.DocumentView.as_view(), name="document"),
]
