from crm.models.counted_read import CountedRead
from crm.models.note import Note
from crm.models.request_changes import DepositChange, WithdrawalChange
from crm.models.service_key import AnsweredCall, Scope, ServiceKey, ServiceSecret

__all__ = [
    "AnsweredCall",
    "CountedRead",
    "DepositChange",
    "Note",
    "Scope",
    "ServiceKey",
    "ServiceSecret",
    "WithdrawalChange",
]
