"""What somebody who visits a client may see and do here; views of the API say which scope they take."""

from accounts.models import Scope
from accounts.visits import allow_in_visits, hide_from_visits

# Papers of the client: in the back office a look at one takes a permission, and is an event.
hide_from_visits("trading:deposit_proof_file")

allow_in_visits(
    Scope.TRADE,
    "trading:orders",
    "trading:order",
    "trading:order_cancel",
    "trading:close_all",
    "trading:position",
    "trading:position_close",
    "trading:position_close_by",
)
allow_in_visits(
    Scope.FUNDING,
    "trading:deposit_new",
    "trading:deposit_proof",
    "trading:deposit_cancel",
    "trading:withdrawal_new",
    "trading:withdrawal_cancel",
    "trading:transfer_new",
    # No API key does this; a visit that may move money may.
    "funding-api:withdrawals",
)
