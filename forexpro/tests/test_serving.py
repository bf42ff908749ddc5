"""What a web server has done before its first request."""

import subprocess
import sys

import pytest
from django.conf import settings

from forexpro.core.garbage import YOUNG_OBJECTS

ASKED = "import gc, sys, {module}; print('forexpro.urls' in sys.modules, gc.get_threshold()[0])"


@pytest.mark.parametrize("module", ["forexpro.wsgi", "forexpro.asgi"])
def test_pages_are_loaded_and_garbage_is_looked_for_seldom(module):
    command = [sys.executable, "-c", ASKED.format(module=module)]
    told = subprocess.run(command, cwd=settings.BASE_DIR, check=True, stdout=subprocess.PIPE)
    assert told.stdout.split() == [b"True", str(YOUNG_OBJECTS).encode()]
