"""WSGI entry point: pages and REST in production (`docs/decisions/`), where throughput counts."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")

application = get_wsgi_application()
