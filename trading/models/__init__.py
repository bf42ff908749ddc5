from trading.models.account import TradingAccount
from trading.models.booking import Booking
from trading.models.conditions import ConditionsVersion, Configuration
from trading.models.deal import Deal
from trading.models.funding import (
    Deposit,
    DepositProof,
    FundingLimit,
    PaymentMethod,
    PaymentTerms,
    Transfer,
    Withdrawal,
)
from trading.models.group import AccountGroup, GroupInstrument
from trading.models.idempotency import IdempotencyRecord
from trading.models.ledger import LedgerAccount, LedgerTransaction, Posting
from trading.models.order import Order
from trading.models.position import Position
from trading.models.runner import EngineCheckpoint

__all__ = [
    "AccountGroup",
    "Booking",
    "ConditionsVersion",
    "Configuration",
    "Deal",
    "Deposit",
    "DepositProof",
    "EngineCheckpoint",
    "FundingLimit",
    "GroupInstrument",
    "IdempotencyRecord",
    "LedgerAccount",
    "LedgerTransaction",
    "Order",
    "PaymentMethod",
    "PaymentTerms",
    "Position",
    "Posting",
    "TradingAccount",
    "Transfer",
    "Withdrawal",
]
