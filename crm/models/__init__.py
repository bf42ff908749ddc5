from crm.models.note import Note
from crm.models.service_key import AnsweredCall, Scope, ServiceKey, ServiceSecret

__all__ = ["AnsweredCall", "Note", "Scope", "ServiceKey", "ServiceSecret"]
