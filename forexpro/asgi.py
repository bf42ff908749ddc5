"""ASGI entry point: pages, REST and WebSockets."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.core.asgi import get_asgi_application
from django.urls import re_path

from forexpro.serving import get_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")

# Django first: what the routes import needs its apps.
pages = get_asgi_application()

from accounts.realtime import WithCredentials  # noqa: E402  # Django is set up first
from forexpro.core.realtime.origins import SameSiteValidator  # noqa: E402  # Django is set up first
from forexpro.core.realtime.sessions import with_viewer  # noqa: E402  # Django is set up first
from marketdata.routing import websocket_urlpatterns as market_sockets  # noqa: E402  # Django is set up first
from trading.routing import websocket_urlpatterns as account_sockets  # noqa: E402  # Django is set up first

# The first match counts: /ws/prices is trading's, which knows accounts and the prices of their groups.
sockets = URLRouter([*account_sockets, *market_sockets, re_path("", WebsocketDenier.as_asgi())])
application = ProtocolTypeRouter({"http": pages, "websocket": SameSiteValidator(with_viewer(WithCredentials(sockets)))})
get_ready()
