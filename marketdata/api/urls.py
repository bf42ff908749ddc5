from django.urls import path

from marketdata.api import views

app_name = "market"
urlpatterns = [
    path("symbols", views.SymbolListView.as_view(), name="symbols"),
    path("quotes", views.QuoteListView.as_view(), name="quotes"),
    path("candles", views.CandleListView.as_view(), name="candles"),
]
