"""WSGI entry point: pages and REST in production, where throughput counts."""

import os

from django.core.wsgi import get_wsgi_application

from forexpro.serving import get_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")

application = get_wsgi_application()
get_ready()
