"""The floor of the price sockets: the way Channels' tutorial takes, one `group_send` and one frame per tick."""

from typing import Any

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path

from forexpro.core.realtime.connections import name


def channel_layer() -> RedisPubSubChannelLayer:
    """Return a channel layer under this installation's names."""
    return RedisPubSubChannelLayer(hosts=[settings.REDIS_URL], prefix=name("bench_groups"))


class NaiveConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        await self.accept()

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        for symbol in content["symbols"]:
            await self.channel_layer.group_add(f"prices.{symbol}", self.channel_name)

    async def price(self, message: dict[str, Any]) -> None:
        await self.send_json({"type": "prices", "prices": [message["price"]]})


django.setup()
settings.CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [settings.REDIS_URL], "prefix": name("bench_groups")},
    }
}
application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([re_path("", NaiveConsumer.as_asgi())])}
)
