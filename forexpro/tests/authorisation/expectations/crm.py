"""What the house's own programs do with a service key, and nobody else whoever they are. Every call is an event."""

from forexpro.tests.authorisation.access import SERVICE, Operation, changes

REASON = {"reason": "Looked into"}
NEW_CLIENT = {"email": "new-client@example.org", "full_name": "New Client"}
NEW_ENDPOINT = {"name": "Paris", "url": "https://crm.example.com/paris", "event_types": ["user.created"]}

TABLE: dict[str, Operation] = {
    "GET crm/users": changes(SERVICE),
    "POST crm/users": changes(SERVICE, **NEW_CLIENT),
    "POST crm/users/bulk": changes(SERVICE, users=[NEW_CLIENT]),
    "GET crm/users/<int:user_id>": changes(SERVICE),
    "PATCH crm/users/<int:user_id>": changes(SERVICE, flags=["vip"]),
    "GET crm/users/<int:user_id>/notes": changes(SERVICE),
    "POST crm/users/<int:user_id>/notes": changes(SERVICE, text="Called."),
    "GET crm/users/<int:user_id>/accounts": changes(SERVICE),
    "GET crm/users/<int:user_id>/positions": changes(SERVICE),
    "GET crm/users/<int:user_id>/deals": changes(SERVICE),
    "GET crm/users/<int:user_id>/deposits": changes(SERVICE),
    "GET crm/users/<int:user_id>/withdrawals": changes(SERVICE),
    "GET crm/users/<int:user_id>/kyc": changes(SERVICE),
    "POST crm/force-logout": changes(SERVICE, user_id="{user_id}", **REASON),
    "POST crm/password-reset": changes(SERVICE, user_id="{user_id}"),
    "GET crm/deposits": changes(SERVICE),
    "GET crm/withdrawals": changes(SERVICE),
    "POST crm/deposits/<int:deposit_id>/decision": changes(SERVICE, decision="approve"),
    "POST crm/withdrawals/<int:withdrawal_id>/decision": changes(SERVICE, decision="approve"),
    "GET crm/webhooks": changes(SERVICE),
    "POST crm/webhooks": changes(SERVICE, **NEW_ENDPOINT),
    "GET crm/webhooks/<int:endpoint_id>": changes(SERVICE),
    "PATCH crm/webhooks/<int:endpoint_id>": changes(SERVICE, ordered=True),
    "POST crm/webhooks/<int:endpoint_id>/rotate": changes(SERVICE, hours=1),
    "POST crm/webhooks/<int:endpoint_id>/enable": changes(SERVICE, {"endpoint_id": "disabled_endpoint_id"}),
    "POST crm/webhooks/<int:endpoint_id>/disable": changes(SERVICE),
    "POST crm/webhooks/<int:endpoint_id>/test": changes(SERVICE),
    "GET crm/webhooks/<int:endpoint_id>/deliveries": changes(SERVICE),
    "POST crm/webhooks/<int:endpoint_id>/replay": changes(SERVICE, status="delivered"),
    "POST sso/impersonate": changes(SERVICE, admin_id="17", client_id="{user_id}", **REASON),
    "POST crm/kyc/<int:document_id>/decision": changes(SERVICE, decision="decline", **REASON),
}
