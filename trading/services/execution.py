"""Ask the engine about one account and record its answer: lock, load, decide, record, commit."""

import dataclasses
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from django.db import transaction
from django.utils.translation import gettext as _

from forexpro.core.database import pipelined
from forexpro.core.events.chain import NewEvent, Origin
from forexpro.core.idempotency import ensure_key_fits, key_reused, request_in_progress
from forexpro.core.refusals import Refused
from marketdata.ticks import Tick
from trading.engine.codec import command_payload
from trading.engine.commands import Command, PlaceOrder
from trading.engine.decide import decide
from trading.engine.evidence import quote_record
from trading.engine.market import Market
from trading.locks import locking, locking_for
from trading.selectors.journal import account_stream, events_between
from trading.selectors.market import group_market, newest_ticks
from trading.selectors.state import Answered, LoadedAccount, loaded_account, loading
from trading.services.answers import REFUSED, Answer
from trading.services.recording import Outcome, Request, record_outcomes


def execute(account_id: int, command: Command, *, origin: Origin, idempotency_key: str | None) -> Answer:
    """Carry out a client's command and return its events; raises `Refused` after recording the refusal.

    The same key with the same command returns the first answer, whatever it was.
    """
    ticks = newest_ticks()
    with transaction.atomic(durable=True):
        answer = execute_apply(account_id, command, ticks=ticks, origin=origin, idempotency_key=idempotency_key)
    answer.raise_refusal()
    return answer


def execute_apply(
    account_id: int, command: Command, *, ticks: Mapping[str, Tick], origin: Origin, idempotency_key: str | None
) -> Answer:
    """Do what `execute` does inside the caller's transaction; a refusal is in the answer and not raised."""
    request = None if idempotency_key is None else Request(idempotency_key, request_hash(command))
    loaded = lock_and_load(account_id, places_order=isinstance(command, PlaceOrder), idempotency_key=idempotency_key)
    if request is not None and loaded.answered is not None:
        return first_answer(account_id, request, loaded.answered)
    if isinstance(command, PlaceOrder) and loaded.next_order_id is not None:
        command = dataclasses.replace(command, order_id=loaded.next_order_id)
    now = datetime.now(UTC)
    market = group_market(loaded.conditions, ticks, now)
    outcome = decided(loaded, command, market, request)
    (answer,) = record_outcomes([outcome], origin=origin, occurred_at=now)
    return answer


def decided(loaded: LoadedAccount, command: Command, market: Market, request: Request | None = None) -> Outcome:
    """Return what the engine decides on a locked account: events, or the remark that and why it refuses."""
    try:
        events = decide(loaded.state, command, market)
    except Refused as refusal:
        remark = NewEvent(account_stream(loaded.state.id), REFUSED, refusal_payload(refusal, command, market))
        return Outcome(loaded, remarks=[remark], decided_on=(command, market), request=request)
    return Outcome(loaded, events=events, decided_on=(command, market), request=request)


def request_hash(command: Command) -> str:
    """Return hex SHA-256 of what a command asks for, whatever id a new order will get."""
    asked = command_payload(command)
    if isinstance(command, PlaceOrder):
        asked["order_id"] = 0
    return hash_of(asked)


def hash_of(asked: Mapping[str, Any]) -> str:
    """Return hex SHA-256 of what was asked, as JSON-ready values by name."""
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


def refusal_payload(refusal: Refused, command: Command, market: Market) -> dict[str, Any]:
    """Return what is recorded of a refusal: what was asked, why not, and the quote it was judged by."""
    asked = command_payload(command)
    name = asked.pop("command")
    quote = market.quotes.get(str(asked.get("symbol")))
    return {
        "command": name,
        "asked": asked,
        "code": refusal.code,
        "message": refusal.message,
        "details": refusal.details,
        "http_status": refusal.http_status,
        "evidence": {} if quote is None else {"tick": quote_record(quote)},
    }


def lock_and_load(account_id: int, *, places_order: bool = False, idempotency_key: str | None = None) -> LoadedAccount:
    """Lock, then load: two statements, so that what is loaded is what the lock was waited for, in one round trip.

    Refuses `account_not_found`, `idempotency_key_invalid`, and `request_in_progress` where the key is in use.
    """
    if idempotency_key is not None:
        ensure_key_fits(idempotency_key)
    lock = locking(account_id) if idempotency_key is None else locking_for(account_id, idempotency_key)
    load = loading(account_id, places_order=places_order, idempotency_key=idempotency_key)
    with pipelined() as raw:
        locked = psycopg.Cursor(raw).execute(*lock)
        loaded = psycopg.Cursor(raw).execute(*load)
    row = loaded.fetchone()
    if row is None:
        raise Refused("account_not_found", _("There is no such trading account."), http_status=404)
    if locked.fetchone() is None:
        raise request_in_progress(idempotency_key)
    return loaded_account(row)


def first_answer(account_id: int, request: Request, answered: Answered) -> Answer:
    """Return what a request was answered the first time; refuses `idempotency_key_reused` for another body."""
    ensure_same_request(request, answered.request_hash)
    events = events_between(account_id, answered.first_seq, answered.last_seq)
    return Answer(account_id, answered.last_seq, tuple(events), repeated=True)


def ensure_same_request(request: Request, answered_hash: str) -> None:
    """Refuse `idempotency_key_reused` where the key of `request` was answered for something else."""
    if answered_hash != request.hash:
        raise key_reused(request.key)
