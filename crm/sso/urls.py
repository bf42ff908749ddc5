from django.urls import path

from crm.sso import views

app_name = "crm-sso"
urlpatterns = [path("impersonate", views.ImpersonateView.as_view(), name="impersonate")]
