"""WSGI entry point: pages and REST in production (`docs/decisions/`), where throughput counts."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from forexpro.core.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forexpro.settings")

application = get_wsgi_application()
# Now, and not with the first request.
import_module(settings.ROOT_URLCONF)
collect_seldom()
