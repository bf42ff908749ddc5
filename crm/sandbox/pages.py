"""The sandbox's two pages. Whatever the platform says is escaped."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from typing import Any

# How a status looks: what waits for somebody, what went well, what did not; the others are quiet.
TONES = {
    "requested": "waits",
    "in_review": "waits",
    "expired": "waits",
    "close_only": "waits",
    "approved": "good",
    "paid": "good",
    "full": "good",
    "active": "good",
    "declined": "bad",
    "failed": "bad",
    "rejected": "bad",
    "suspended": "bad",
    "none": "bad",
}
# What can be decided where something has which status.
DECISIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "deposits": dict.fromkeys(("requested", "in_review"), ("approve", "decline")),
    "withdrawals": dict.fromkeys(("requested", "in_review"), ("approve", "decline")) | {"approved": ("pay",)},
    "kyc": {"in_review": ("approve", "decline")},
}
LABELS = {"approve": "Approve", "decline": "Decline", "pay": "Mark as paid"}
EMPTY_DESK = "Nothing waits for a decision. A client who asks for money in or out appears here."
# Of however many there are; the others are found from what they do, in the webhooks beside.
CLIENTS_SHOWN = 25


# --- Pages -----------------------------------------------------------------------------------------
def clients_page(clients: list[Any], deposits: list[Any], withdrawals: list[Any]) -> str:
    """Return the page with what waits for a decision, and the clients who changed last."""
    names = {client["id"]: _name(client) for client in clients}
    waiting = [
        (
            what,
            _link(request["user_id"], names.get(request["user_id"], f"Client {request['user_id']}")),
            *_request(request["user_id"], kind, request),
        )
        for what, kind, requests in (("Deposit", "deposits", deposits), ("Withdrawal", "withdrawals", withdrawals))
        for request in requests
    ]
    shown = [
        (
            _link(client["id"], _name(client)),
            escape(client["email"]),
            _status(client["kyc"]["status"]),
            _status(client["access_level"]),
            _visit(client),
        )
        for client in clients[:CLIENTS_SHOWN]
    ]
    new = (
        "<form class='new' method='post' action='/clients'>"
        "<label>Name <input name='full_name' required maxlength='150' autocomplete='off'></label>"
        "<label>E-mail <input name='email' type='email' required autocomplete='off'></label>"
        "<button>Create client</button></form>"
    )
    more = f"<p class='empty'>The {CLIENTS_SHOWN} of {len(clients):,} clients who changed last.</p>"
    desk = _table(["What", "Client", "Amount", "Status", ""], waiting, empty=EMPTY_DESK)
    everybody = _table(
        ["Name", "E-mail", "Verification", "Access", ""], shown, empty="The platform has no client yet. Create one."
    )
    return _page(
        "Clients",
        _section("To decide", desk),
        _section("Clients", new + everybody + (more if len(clients) > CLIENTS_SHOWN else "")),
    )


def client_page(client: Any, deposits: list[Any], withdrawals: list[Any], documents: list[Any]) -> str:
    """Return the page of one client: what was asked for and sent, with what can be decided."""
    id = client["id"]
    facts = (
        f"<div class='facts'><p>{escape(client['email'])}</p><p>{_status(client['status'])}</p>"
        f"<p>Access: {_words(client['access_level'])}</p>{_visit(client, tone='primary')}</div>"
    )
    money = [
        _section(
            kind.capitalize(),
            _table(
                ["Method", "Amount", "Status", ""],
                [(escape(request["method"]), *_request(id, kind, request)) for request in requests],
                empty=f"This client has asked for no {kind} yet.",
            ),
        )
        for kind, requests in (("deposits", deposits), ("withdrawals", withdrawals))
    ]
    papers = _table(
        ["Kind", "Status", ""],
        [
            (
                _words(document["kind"]),
                _status(document["status"]),
                _decisions(id, "kyc", document, document["kind"].replace("_", " ")),
            )
            for document in documents
        ],
        empty="This client has sent no document yet.",
    )
    return _page(_name(client), facts, *money, _section("Documents", papers), back=True)


def refused_page(code: str, message: str) -> str:
    """Return the page that says what the platform refused."""
    told = f"<p class='refused' role='alert'>{escape(message)}</p><p class='empty'>Code <code>{escape(code)}</code></p>"
    return _page("Refused", told, "<p><a href='/'>To the clients</a></p>", back=True)


# --- What they are made of -------------------------------------------------------------------------
def _page(title: str, *content: str, back: bool = False) -> str:
    way = "<a href='/'>Clients</a> <span aria-hidden='true'>›</span> " if back else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)} | CRM sandbox</title><link rel="stylesheet" href="/static/sandbox.css">
<link rel="icon" href="/static/icon.svg">
<script type="module" src="/static/sandbox.js"></script></head>
<body><header><a class="brand" href="/"><img src="/static/icon.svg" alt="" width="20" height="20">CRM sandbox</a>
<p>Plays the CRM: calls the service API, and shows the webhooks that come.</p>
<a class="to-webhooks" href="#webhooks-title">Webhooks</a></header>
<main><h1>{way}{escape(title)}</h1>{"".join(content)}</main>
<aside aria-labelledby="webhooks-title"><header><h2 id="webhooks-title">Webhooks</h2>
<p id="stream" data-state="connecting">Connecting</p></header>
<p class="empty" id="no-webhooks">None yet. Each one appears here once its signature is verified.</p>
<ol id="webhooks" aria-live="polite"></ol></aside>
</body></html>"""


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(heads: list[str], rows: Iterable[Iterable[str]], *, empty: str) -> str:
    kinds = [" class='number'" if head == "Amount" else "" for head in heads]
    lines = ["".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) for row in rows]
    if not lines:
        return f"<p class='empty'>{escape(empty)}</p>"
    head = "".join(
        f"<th scope='col'{kind}>{escape(name) or '<span>Actions</span>'}</th>"
        for kind, name in zip(kinds, heads, strict=True)
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _request(client_id: str, kind: str, request: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return amount, status and buttons of a deposit or a withdrawal."""
    return (
        escape(f"{Decimal(request['amount']):,f} {request['currency']}"),
        _status(request["status"]),
        _decisions(client_id, kind, request, f"{kind.removesuffix('s')} {request['id']}"),
    )


def _decisions(client_id: str, kind: str, decided: Mapping[str, Any], what: str) -> str:
    return "".join(
        _button(
            f"/clients/{client_id}/{kind}/{decided['id']}/{decision}",
            LABELS[decision],
            what=what,
            tone="" if decision == "decline" else "primary",
        )
        for decision in DECISIONS[kind].get(decided["status"], ())
    )


def _visit(client: Mapping[str, Any], tone: str = "") -> str:
    return _button(f"/clients/{client['id']}/visit", "View as client", what=_name(client), tone=tone, new_tab=True)


def _button(action: str, label: str, *, what: str, tone: str = "", new_tab: bool = False) -> str:
    target = " target='_blank'" if new_tab else ""
    return (
        f"<form method='post' action='{escape(action)}'{target}>"
        f"<button class='{tone}' aria-label='{escape(f'{label}: {what}')}'>{escape(label)}</button></form>"
    )


def _words(code: str) -> str:
    return escape(code.replace("_", " ").capitalize())


def _status(code: str) -> str:
    return f"<span class='status {TONES.get(code, '')}'>{_words(code)}</span>"


def _name(client: Mapping[str, Any]) -> str:
    return str(client["full_name"] or client["email"])


def _link(client_id: str, name: str) -> str:
    return f"<a href='/clients/{escape(client_id)}'>{escape(name)}</a>"
