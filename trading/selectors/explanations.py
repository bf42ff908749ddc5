"""Why something happened to an account: the decision behind an event, with all that it was decided on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from forexpro.core.refusals import Refused
from trading.engine.codec import EVENT_TYPES, command_from_payload, from_json, from_payload
from trading.engine.events import AccountOpened, PolicyChanged
from trading.engine.evolve import fold
from trading.engine.explanation import Explanation, market_seen
from trading.engine.market import Instrument, Market, Quote
from trading.engine.state import AccountState, Policy
from trading.models import ConditionsVersion, TradingAccount
from trading.selectors.funding_sentences import FUNDING_EVENTS
from trading.selectors.journal import DECIDED_ON, AccountEvent, account_stream, events_between

_FIRST_OF_DECISION = """
    SELECT seq FROM core_event WHERE stream = %s AND seq <= %s AND payload ? 'decided_on' ORDER BY seq DESC LIMIT 1
"""
# What staff or the opening of the account settled, or a step of a request, and no decision of the engine.
UNEXPLAINED = frozenset({AccountOpened.type, PolicyChanged.type, "account.group_changed", *FUNDING_EVENTS})


@dataclass(frozen=True, slots=True)
class ExplainedDecision:
    """A decision on an account as it was recorded: `events` are all that it caused, `explanation` what it rests on."""

    account_id: int
    events: tuple[AccountEvent, ...]
    explanation: Explanation
    conditions_since: datetime

    def to_document(self) -> dict[str, Any]:
        """Return the decision as JSON that stands for itself."""
        return self.explanation.to_document() | {
            "account_id": self.account_id,
            "first_seq": self.events[0].seq,
            "last_seq": self.events[-1].seq,
        }


def explained_decision(account: TradingAccount, seq: int) -> ExplainedDecision:
    """Return the decision that caused the event number `seq` of an account; refuses where the engine caused none."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_OF_DECISION, [account_stream(account.pk), seq])
        row = cursor.fetchone()
    first = events_between(account.pk, row[0], row[0])[0] if row else None
    if first is None or seq >= first.seq + first.payload[DECIDED_ON]["events"]:
        raise Refused(
            "event_not_explained",
            _("There is no decision of the trading engine behind this entry."),
            {"account_id": account.pk, "seq": seq},
            http_status=404,
        )
    inputs = first.payload[DECIDED_ON]
    events = tuple(events_between(account.pk, first.seq, first.seq + inputs["events"] - 1))
    conditions = ConditionsVersion.objects.get(group_id=inputs["group"], version=inputs["conditions"])
    return ExplainedDecision(
        account_id=account.pk,
        events=events,
        explanation=_explanation(account.pk, events, inputs, conditions.document),
        conditions_since=conditions.effective_from,
    )


def _explanation(
    account_id: int, events: tuple[AccountEvent, ...], inputs: Mapping[str, Any], conditions: Mapping[str, Any]
) -> Explanation:
    state = _state_before(account_id, events[0].seq)
    policy = from_json(Policy, conditions["policy"]).with_account_rules(state.policy)
    state = replace(state, policy=policy)
    command = command_from_payload(inputs["command"])
    instruments = [from_json(Instrument, payload) for payload in conditions["instruments"]]
    quotes = [from_json(Quote, payload) for payload in inputs["quotes"]]
    market = Market(
        now=datetime.fromisoformat(inputs["now"]),
        instruments={instrument.symbol: instrument for instrument in instruments},
        quotes={quote.symbol: quote for quote in quotes},
    )
    return Explanation(
        state=state,
        command=command,
        market=market_seen(state, command, market),
        events=tuple(from_payload(event.type, event.payload) for event in events if event.type in EVENT_TYPES),
        refusal=next((event.payload["code"] for event in events if event.type not in EVENT_TYPES), None),
    )


def _state_before(account_id: int, seq: int) -> AccountState:
    events = events_between(account_id, 1, seq - 1, limit=seq)
    return fold(account_id, (from_payload(event.type, event.payload) for event in events if event.type in EVENT_TYPES))
