"""The OpenAPI document and a page to read and try it."""

from csp.decorators import csp_replace
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[], throttle_classes=[]), name="schema"),
    path(
        "docs/",
        # Swagger UI writes its own styles, which no hash may stand beside; its scripts come from the sidecar package.
        csp_replace({"style-src": ["'self'", "'unsafe-inline'"]})(SpectacularSwaggerSplitView.as_view()),
        name="docs",
    ),
]
