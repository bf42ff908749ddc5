from django.urls import path

from marketdata import views

app_name = "marketdata"
urlpatterns = [
    path("widgets/prices", views.prices_widget, name="prices_widget"),
]
