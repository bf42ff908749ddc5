from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JSONCatalog

from forexpro import pages
from forexpro.health import HealthView
from trading.views.overview import overview

urlpatterns = [
    # First, because programs call them most: each pattern before it is tried in vain.
    path("api/v1/", include("trading.api.urls")),
    path("api/v1/", include("trading.api.funding.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/kyc/", include("kyc.api.urls")),
    path("", overview, name="overview"),
    path("", include("accounts.urls")),
    path("", include("kyc.urls")),
    path("", include("marketdata.urls")),
    path("", include("trading.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("forexpro.core.http.schema_urls")),
    path("api/health", HealthView.as_view(), name="health"),
    path("appearance", pages.appearance_change, name="appearance"),
    path("design", pages.design, name="design"),
    path("crm/", include("crm.api.urls")),
    path("sso/", include("crm.sso.urls")),
    path("market/", include("marketdata.api.urls")),
    path("texts.json", JSONCatalog.as_view(), name="script_texts"),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error
