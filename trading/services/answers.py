"""What a request to an account is answered with."""

from dataclasses import dataclass

from forexpro.core.refusals import Refused
from trading.selectors.journal import AccountEvent

REFUSED = "order.refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The events that a request caused, none where it changed nothing; `seq` is the stream's newest after them.

    `repeated` tells that the idempotency key was known and the events are those of the first time.
    """

    account_id: int
    seq: int
    events: tuple[AccountEvent, ...]
    repeated: bool = False

    @property
    def order_id(self) -> int | None:
        """The id of the order that was placed."""
        for event in self.events:
            if event.type == "order.placed":
                return int(event.payload["order"]["id"])
        return None

    @property
    def position_ids(self) -> list[int]:
        """The ids of the positions that were opened, changed or closed, each once, in the order of the events."""
        ids = [
            event.payload["position"]["id"] if "position" in event.payload else event.payload["position_id"]
            for event in self.events
            if event.type.startswith("position.")
        ]
        return list(dict.fromkeys(ids))

    @property
    def is_refusal(self) -> bool:
        """Whether the request was refused, and the events only say so."""
        return any(event.type == REFUSED for event in self.events)

    def raise_refusal(self) -> None:
        """Raise the refusal that was recorded, if the request was refused."""
        for event in self.events:
            if event.type == REFUSED:
                refusal = event.payload
                raise Refused(
                    refusal["code"],
                    refusal["message"],
                    refusal["details"],
                    http_status=refusal["http_status"],
                )
