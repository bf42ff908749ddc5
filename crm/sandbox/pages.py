"""The sandbox's two pages. Whatever the platform says is escaped."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape
from typing import Any

OPEN = ("requested", "in_review")
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
EMPTY_DESK = "Nothing waits for a decision. A client who asks for money in or out appears here."


def _page(title: str, content: str, *, back: bool = False) -> str:
    way = "<a href='/'>Clients</a> <span aria-hidden='true'>›</span> " if back else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)} | CRM sandbox</title><link rel="stylesheet" href="/static/sandbox.css">
<link rel="icon" href="/static/icon.svg">
<script type="module" src="/static/sandbox.js"></script></head>
<body><header><a class="brand" href="/"><img src="/static/icon.svg" alt="" width="20" height="20">CRM sandbox</a>
<p>Plays the CRM: calls the service API, and shows the webhooks that come.</p></header>
<main><h1>{way}{escape(title)}</h1>{content}</main>
<aside aria-labelledby="webhooks-title"><header><h2 id="webhooks-title">Webhooks</h2>
<p id="stream" data-state="connecting">Connecting</p></header>
<p class="empty" id="no-webhooks">None yet. Each one appears here once its signature is verified.</p>
<ol id="webhooks" aria-live="polite"></ol></aside>
</body></html>"""


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], *, empty: str) -> str:
    names = list(heads)
    lines = [
        "".join(
            f"<td{' class=number' if name == 'Amount' else ''} data-label='{escape(name)}'>{cell}</td>"
            for name, cell in zip(names, row, strict=True)
        )
        for row in rows
    ]
    if not lines:
        return f"<p class='empty'>{escape(empty)}</p>"
    head = "".join(
        f"<th scope='col'{' class=number' if name == 'Amount' else ''}>{escape(name) or '<span>Actions</span>'}</th>"
        for name in names
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _button(action: str, label: str, *, tone: str = "", new_tab: bool = False, named: str = "") -> str:
    target = " target='_blank'" if new_tab else ""
    name = f" aria-label='{escape(named)}'" if named else ""
    return (
        f"<form method='post' action='{escape(action)}'{target}>"
        f"<button class='{tone}'{name}>{escape(label)}</button></form>"
    )


def _words(code: str) -> str:
    return escape(code.replace("_", " ").capitalize())


def _status(code: str) -> str:
    return f"<span class='status {TONES.get(code, '')}'>{_words(code)}</span>"


def _money(request: Mapping[str, Any]) -> str:
    return escape(f"{Decimal(request['amount']):,f} {request['currency']}")


def _link(client: Mapping[str, Any] | None, id: str) -> str:
    name = client["full_name"] or client["email"] if client is not None else f"Client {id}"
    return f"<a href='/clients/{escape(id)}'>{escape(name)}</a>"


def clients_page(clients: list[Any], deposits: list[Any], withdrawals: list[Any]) -> str:
    known = {client["id"]: client for client in clients}
    waiting = [
        (
            kind,
            _link(known.get(request["user_id"]), request["user_id"]),
            _money(request),
            _status(request["status"]),
            _decisions(
                f"/clients/{request['user_id']}/{kind.lower()}s/{request['id']}",
                f"{kind.lower()} {request['id']}",
                is_open=request["status"] in OPEN,
            ),
        )
        for kind, requests in (("Deposit", deposits), ("Withdrawal", withdrawals))
        for request in requests
    ]
    rows = [
        (
            _link(client, client["id"]),
            escape(client["email"]),
            _status(client["kyc"]["status"]),
            _status(client["access_level"]),
            _button(
                f"/clients/{client['id']}/visit",
                "View as client",
                new_tab=True,
                named=f"View as client: {client['full_name']}",
            ),
        )
        for client in clients
    ]
    new = (
        "<form class='new' method='post' action='/clients'>"
        "<label>Name <input name='full_name' required maxlength='150' autocomplete='off'></label>"
        "<label>E-mail <input name='email' type='email' required autocomplete='off'></label>"
        "<button>Create client</button></form>"
    )
    desk = _table(["What", "Client", "Amount", "Status", ""], waiting, empty=EMPTY_DESK)
    everybody = _table(
        ["Name", "E-mail", "Verification", "Access", ""], rows, empty="The platform has no client yet. Create one."
    )
    return _page("Clients", _section("To decide", desk) + _section("All clients", new + everybody))


def client_page(client: Any, deposits: list[Any], withdrawals: list[Any], documents: list[Any]) -> str:
    base = f"/clients/{client['id']}"
    facts = (
        f"<div class='facts'><p>{escape(client['email'])}</p><p>{_status(client['status'])}</p>"
        f"<p>Access: {_words(client['access_level'])}</p>"
        f"{_button(f'{base}/visit', 'View as client', tone='primary', new_tab=True)}</div>"
    )
    content = facts
    for kind, requests in (("deposits", deposits), ("withdrawals", withdrawals)):
        rows = [
            (
                escape(request["method"]),
                _money(request),
                _status(request["status"]),
                _decisions(
                    f"{base}/{kind}/{request['id']}",
                    f"{kind.removesuffix('s')} {request['id']}",
                    is_open=request["status"] in OPEN,
                ),
            )
            for request in requests
        ]
        empty = f"This client has asked for no {kind} yet."
        content += _section(kind.capitalize(), _table(["Method", "Amount", "Status", ""], rows, empty=empty))
    shown = [
        (
            _words(document["kind"]),
            _status(document["status"]),
            _decisions(
                f"{base}/kyc/{document['id']}",
                document["kind"].replace("_", " "),
                is_open=document["status"] == "in_review",
            ),
        )
        for document in documents
    ]
    papers = _table(["Kind", "Status", ""], shown, empty="This client has sent no document yet.")
    return _page(client["full_name"] or client["email"], content + _section("Documents", papers), back=True)


def refused_page(code: str, message: str) -> str:
    told = f"<p class='refused' role='alert'>{escape(message)}</p><p class='empty'>Code <code>{escape(code)}</code></p>"
    return _page("Refused", f"{told}<p><a href='/'>To the clients</a></p>", back=True)


def _decisions(action: str, what: str, *, is_open: bool) -> str:
    if not is_open:
        return ""
    return _button(f"{action}/approve", "Approve", tone="primary", named=f"Approve {what}") + _button(
        f"{action}/decline", "Decline", named=f"Decline {what}"
    )
