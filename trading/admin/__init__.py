"""Accounts, groups and trading in the back office. Money and state are read-only; every button calls a service."""

from trading.admin import accounts as accounts
from trading.admin import bookings as bookings
from trading.admin import conditions as conditions
from trading.admin import funding as funding
from trading.admin import groups as groups
from trading.admin import ledger as ledger
from trading.admin import orders as orders
from trading.admin import panels as panels
from trading.admin import positions as positions
