"""The sandbox's web server: takes webhooks, shows them live, and calls the platform when somebody presses a button."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from crm.sandbox.pages import client_page, clients_page, refused_page
from crm.sandbox.platform import Platform, Refused
from crm.sandbox.webhooks import Inbox, NotVerified

HOST = "127.0.0.1"
STATIC = Path(__file__).parent / "static"
PLATFORM = web.AppKey("platform", Platform)
INBOX = web.AppKey("inbox", Inbox)
# Whoever reads the client's page is told who visited, and reads why a request was declined.
WHO, VISIT_REASON, DECLINED = "sandbox", "Looking at it from the CRM sandbox", "Declined in the CRM sandbox."
DOCUMENT_VALID = timedelta(days=365)

routes = web.RouteTableDef()


# --- Webhooks --------------------------------------------------------------------------------------
@routes.post("/hooks")
async def hook(request: web.Request) -> web.Response:
    try:
        request.app[INBOX].receive(await request.read(), request.headers)
    except NotVerified:
        return web.Response(status=401)
    return web.Response(status=204)  # for one that is known already, too: it is not to come again


@routes.get("/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Send what comes in as server-sent events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    try:
        async for shown in request.app[INBOX].watch():
            await response.write(f"data: {shown}\n\n".encode() if shown else b": still here\n\n")
    except ConnectionResetError:
        pass  # the page was closed
    return response


# --- Pages and buttons -----------------------------------------------------------------------------
@routes.get("/")
async def clients(request: web.Request) -> web.Response:
    platform = request.app[PLATFORM]
    return _html(
        clients_page(
            await platform.clients(), await platform.waiting("deposits"), await platform.waiting("withdrawals")
        )
    )


@routes.post("/clients")
async def client_create(request: web.Request) -> web.Response:
    form = await request.post()
    created = await request.app[PLATFORM].client_create(str(form["email"]), str(form["full_name"]))
    raise web.HTTPSeeOther(f"/clients/{created['id']}")


@routes.get(r"/clients/{client:\d+}")
async def client(request: web.Request) -> web.Response:
    platform, id = request.app[PLATFORM], int(request.match_info["client"])
    return _html(
        client_page(
            await platform.client(id),
            await platform.requests(id, "deposits"),
            await platform.requests(id, "withdrawals"),
            await platform.documents(id),
        )
    )


@routes.post(r"/clients/{client:\d+}/visit")
async def visit(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther(await request.app[PLATFORM].visit(int(request.match_info["client"]), WHO, VISIT_REASON))


@routes.post(r"/clients/{client:\d+}/{kind:deposits|withdrawals|kyc}/{id:\d+}/{decision:approve|decline|pay}")
async def decide(request: web.Request) -> web.Response:
    platform, client_id = request.app[PLATFORM], int(request.match_info["client"])
    kind, id, decision = (request.match_info[name] for name in ("kind", "id", "decision"))
    details: dict[str, object] = {"reason": DECLINED} if decision == "decline" else {}
    if kind == "kyc" and decision == "approve":
        # Somebody has looked at all of it, in a real CRM.
        document = next((one for one in await platform.documents(client_id) if one["id"] == id), None)
        if document is None:
            raise web.HTTPNotFound
        expires_on = (datetime.now(UTC) + DOCUMENT_VALID).date().isoformat()
        details = {"checked": document["checklist"], "expires_on": expires_on}
    await platform.decide(kind, int(id), decision, **details)
    raise web.HTTPSeeOther(f"/clients/{client_id}")


# --- Around every request --------------------------------------------------------------------------
@web.middleware
async def tell_refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refusal:
        return _html(refused_page(refusal.code, refusal.message), refusal.status)
    except (aiohttp.ClientError, TimeoutError):
        return _html(refused_page("unreachable", "The platform does not answer. Is it running?"), 502)


@web.middleware
async def only_from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse other sites whose pages, or whose names, lead a browser on this machine here: buttons move money."""
    if request.path != "/hooks":  # signed
        own = {f"{name}:{request.app[PORT]}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        if request.host not in own or (origin is not None and origin != f"http://{request.host}"):
            raise web.HTTPForbidden
    return await handler(request)


async def _connect(app: web.Application) -> AsyncIterator[None]:
    app[PLATFORM] = Platform(app[URL], app[KEY])
    yield
    await app[PLATFORM].close()


URL = web.AppKey("url", str)
KEY = web.AppKey("key", str)
PORT = web.AppKey("port", int)


def sandbox(*, url: str, key: str, secret: str, port: int) -> web.Application:
    """Return the sandbox for a platform, a service key and the secret of the webhook endpoint that leads here."""
    app = web.Application(middlewares=[only_from_here, tell_refusals])
    app[URL], app[KEY], app[PORT], app[INBOX] = url, key, port, Inbox(secret)
    app.add_routes(routes)
    app.router.add_static("/static", STATIC)
    app.cleanup_ctx.append(_connect)
    app.on_shutdown.append(app[INBOX].close)
    return app


def serve(app: web.Application) -> None:
    """Serve until Ctrl-C, to this machine alone."""
    web.run_app(app, host=HOST, port=app[PORT], print=None, access_log=None, shutdown_timeout=2)


def _html(page: str, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)


def is_loopback(url: str) -> bool:
    """Tell whether an address is one of this machine alone."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
