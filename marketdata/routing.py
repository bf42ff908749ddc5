from django.urls import path

from marketdata import consumers

websocket_urlpatterns = [
    path("ws/prices", consumers.PriceConsumer.as_asgi()),
    path("ws/price-stream", consumers.WidgetConsumer.as_asgi()),
    path("stream", consumers.TwelveDataConsumer.as_asgi()),
]
