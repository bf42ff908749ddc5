"""Every call of the service API with a body that works, and the scope that it takes."""

from crm.models import Scope

# Method, path with the names of objects, scope, body.
CALLS = [
    ("get", "users", Scope.READ, None),
    ("post", "users", Scope.CLIENTS, {"email": "new@example.com", "full_name": "New Client"}),
    ("post", "users/bulk", Scope.CLIENTS, {"users": [{"email": "new@example.com", "full_name": "New Client"}]}),
    ("get", "users/{user}", Scope.READ, None),
    ("patch", "users/{user}", Scope.CLIENTS, {"flags": ["vip"]}),
    ("get", "users/{user}/notes", Scope.READ, None),
    ("post", "users/{user}/notes", Scope.CLIENTS, {"text": "Called."}),
    ("get", "users/{user}/accounts", Scope.READ, None),
    ("get", "users/{user}/positions", Scope.READ, None),
    ("get", "users/{user}/deals", Scope.READ, None),
    ("get", "users/{user}/deposits", Scope.READ, None),
    ("get", "users/{user}/withdrawals", Scope.READ, None),
    ("get", "users/{user}/kyc", Scope.READ, None),
    ("post", "force-logout", Scope.SECURITY, {"user_id": "{user}", "reason": "Lost phone"}),
    ("post", "password-reset", Scope.SECURITY, {"user_id": "{user}"}),
    ("get", "deposits", Scope.READ, None),
    ("get", "withdrawals", Scope.READ, None),
    ("post", "deposits/{deposit}/decision", Scope.FUNDING, {"decision": "approve"}),
    ("post", "withdrawals/{withdrawal}/decision", Scope.FUNDING, {"decision": "approve"}),
    ("post", "kyc/{document}/decision", Scope.KYC, {"decision": "decline", "reason": "Too dark."}),
    ("get", "webhooks", Scope.WEBHOOKS, None),
    ("post", "webhooks", Scope.WEBHOOKS, {"name": "New", "url": "https://crm.example.com/", "event_types": ["*"]}),
    ("get", "webhooks/{endpoint}", Scope.WEBHOOKS, None),
    ("patch", "webhooks/{endpoint}", Scope.WEBHOOKS, {"ordered": True}),
    ("post", "webhooks/{endpoint}/rotate", Scope.WEBHOOKS, {}),
    ("post", "webhooks/{endpoint}/enable", Scope.WEBHOOKS, {}),
    ("post", "webhooks/{endpoint}/disable", Scope.WEBHOOKS, {}),
    ("post", "webhooks/{endpoint}/test", Scope.WEBHOOKS, {}),
    ("get", "webhooks/{endpoint}/deliveries", Scope.WEBHOOKS, None),
    ("post", "webhooks/{endpoint}/replay", Scope.WEBHOOKS, {"type": "webhook.test"}),
]
NAMES = [f"{method} {path}" for method, path, _scope, _body in CALLS]


def call(program, method, path, body, objects):
    """Carry out one of `CALLS` on objects of a test."""
    path = path.format_map(objects)
    if method == "get":
        return program.get(path)
    named = {name: value.format_map(objects) if isinstance(value, str) else value for name, value in body.items()}
    return getattr(program, method)(path, named)
