"""What an ASGI server runs, for hosts that have one. The project itself is served by WSGI (config/wsgi.py)."""

from __future__ import annotations

import os
import sys

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_asgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"marginalia: {error}")
