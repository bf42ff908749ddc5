from django.urls import path

from trading import consumers

websocket_urlpatterns = [
    path("ws/prices", consumers.AccountPriceConsumer.as_asgi()),
    path("ws/account/<str:account_id>", consumers.AccountConsumer.as_asgi()),
]
