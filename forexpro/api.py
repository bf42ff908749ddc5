"""How programs call: who is let in and how often, and how the API describes itself."""

from corsheaders.defaults import default_headers

from forexpro.environment import env

# Pages of other sites that may call the API: by what their visitors' programs show, never by our cookies.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/(api|market|udf)/"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key", "x-api-key", "x-request-id"]
CORS_EXPOSE_HEADERS = ["Retry-After", "X-Request-ID"]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.SessionAuthentication",
        "accounts.api.authentication.CredentialAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "accounts.api.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["forexpro.core.http.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["forexpro.core.http.parsers.OrjsonParser"],
    "DEFAULT_SCHEMA_CLASS": "forexpro.core.http.schema.ApiSchema",
    "EXCEPTION_HANDLER": "forexpro.core.http.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_CLASSES": [
        "forexpro.core.http.throttles.AnonymousThrottle",
        "forexpro.core.http.throttles.UserThrottle",
    ],
}
# Requests per seconds, minutes, hours or days (`600/15m`). New orders have their account group's.
RATE_LIMITS = {
    "anonymous": env.rate("RATE_LIMIT_ANONYMOUS", "100/15m"),
    "user": env.rate("RATE_LIMIT_USER", "600/15m"),
    "credentials": env.rate("RATE_LIMIT_CREDENTIALS", "100/15m"),
    "previews": env.rate("RATE_LIMIT_PREVIEWS", "5/s"),
    "uploads": env.rate("RATE_LIMIT_UPLOADS", "30/h"),
    "service": env.rate("RATE_LIMIT_SERVICE", "600/m"),
    "webhook_tests": env.rate("RATE_LIMIT_WEBHOOK_TESTS", "5/m"),
    "mails": env.rate("RATE_LIMIT_MAILS", "60/h"),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ForexPro API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "SCHEMA_PATH_PREFIX": r"/api(/v1)?",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "ENUM_SUFFIX": "",
    # Ids are opaque text, whichever converter a route takes them with.
    "PATH_CONVERTER_OVERRIDES": {"int": {"type": "string", "pattern": "^[0-9]{1,18}$"}},
    "ENUM_NAME_OVERRIDES": {
        "AccountKind": "trading.models.account.TradingAccount.Kind",
        "AccountStatus": "trading.models.account.TradingAccount.Status",
        "DeliveryStatus": "forexpro.core.models.webhooks.WebhookDelivery.Status",
        "DocumentKind": "kyc.models.document.Document.Kind",
        "FundingStatus": "trading.models.funding.Status",
        "PaymentKind": "trading.models.funding.PaymentMethod.Kind",
        "PaymentDirection": "trading.models.funding.Direction",
        "DealEntry": "trading.models.deal.Deal.Entry",
        "ClientStatus": ["active", "suspended"],
        "KeyScope": "accounts.models.api_key.Scope",
        "PositionMode": "trading.models.account.PositionMode",
        "VisitScope": ["trade", "funding"],
        "OrderStatus": "trading.models.order.Order.Status",
        "OrderType": "trading.models.order.Order.Type",
        "DocumentStatus": "kyc.models.document.Document.Status",
        "VerificationLevel": "kyc.models.case.Level",
        "VerificationStatus": "kyc.models.case.VerificationCase.Status",
    },
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "WEBHOOKS": "crm.api.webhook_schema.WEBHOOKS",
}
