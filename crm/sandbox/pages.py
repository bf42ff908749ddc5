"""The sandbox's two pages. Whatever the platform says is escaped."""

from collections.abc import Iterable
from html import escape
from typing import Any

OPEN = ("requested", "in_review")


def _page(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><link rel="stylesheet" href="/static/sandbox.css">
<link rel="icon" href="/static/icon.svg">
<script type="module" src="/static/sandbox.js"></script></head>
<body><header><a href="/">CRM sandbox</a></header><main><h1>{escape(title)}</h1>{content}</main>
<aside><h2>Webhooks</h2><p>Verified, newest first.</p><ol id="webhooks" aria-live="polite"></ol></aside>
</body></html>"""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _button(action: str, label: str, *, new_tab: bool = False) -> str:
    target = " target='_blank'" if new_tab else ""
    return f"<form method='post' action='{escape(action)}'{target}><button>{escape(label)}</button></form>"


def clients_page(clients: list[Any], deposits: list[Any], withdrawals: list[Any]) -> str:
    names = {client["id"]: client["full_name"] for client in clients}
    waiting = [
        (
            kind,
            f"<a href='/clients/{escape(request['user_id'])}'>{escape(names.get(request['user_id'], ''))}</a>",
            escape(f"{request['amount']} {request['currency']}"),
            escape(request["status"]),
            _decisions(
                f"/clients/{request['user_id']}/{kind.lower()}s/{request['id']}", is_open=request["status"] in OPEN
            ),
        )
        for kind, requests in (("Deposit", deposits), ("Withdrawal", withdrawals))
        for request in requests
    ]
    wait = "<h2>Waiting</h2>" + _table(["", "Client", "Amount", "Status", ""], waiting) if waiting else ""
    rows = [
        (
            f"<a href='/clients/{escape(client['id'])}'>{escape(client['full_name'])}</a>",
            escape(client["email"]),
            escape(client["kyc"]["status"]),
            escape(client["access_level"]),
            _button(f"/clients/{client['id']}/visit", "View as client", new_tab=True),
        )
        for client in clients
    ]
    new = (
        "<form method='post' action='/clients'><label>Name <input name='full_name' required maxlength='150'></label>"
        "<label>E-mail <input name='email' type='email' required></label><button>Create client</button></form>"
    )
    return _page(
        "Clients", wait + "<h2>All clients</h2>" + new + _table(["Name", "E-mail", "Verification", "Access", ""], rows)
    )


def client_page(client: Any, deposits: list[Any], withdrawals: list[Any], documents: list[Any]) -> str:
    base = f"/clients/{client['id']}"
    facts = f"<p>{escape(client['email'])}, {escape(client['status'])}, access {escape(client['access_level'])}</p>"
    content = facts + _button(f"{base}/visit", "View as client", new_tab=True)
    for kind, requests in (("deposits", deposits), ("withdrawals", withdrawals)):
        rows = [
            (
                escape(f"{request['amount']} {request['currency']}"),
                escape(request["method"]),
                escape(request["status"]),
                _decisions(f"{base}/{kind}/{request['id']}", is_open=request["status"] in OPEN),
            )
            for request in requests
        ]
        content += f"<h2>{kind.capitalize()}</h2>" + _table(["Amount", "Method", "Status", ""], rows)
    shown = [
        (
            escape(document["kind"]),
            escape(document["status"]),
            _decisions(f"{base}/kyc/{document['id']}", is_open=document["status"] == "in_review"),
        )
        for document in documents
    ]
    return _page(client["full_name"], f"{content}<h2>Documents</h2>{_table(['Kind', 'Status', ''], shown)}")


def refused_page(code: str, message: str) -> str:
    return _page("Refused", f"<p>{escape(message)}</p><p><code>{escape(code)}</code></p><a href='/'>Clients</a>")


def _decisions(action: str, *, is_open: bool) -> str:
    if not is_open:
        return ""
    return _button(f"{action}/approve", "Approve") + _button(f"{action}/decline", "Decline")
