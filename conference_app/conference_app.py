"""Composition root: builds the Reflex app from pages, routes and adapters. No logic of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import pkgutil
from collections.abc import AsyncIterator

import reflex as rx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from conference_app import database, database_health, pages, services
from conference_app.api.accounts import photos
from conference_app.api.consent import unsubscribe
from conference_app.api.contact import inbound_mail
from conference_app.api.documents.changes import routes as document_changes_routes
from conference_app.api.encryption import delivery_socket
from conference_app.api.encryption.delivery_socket import Delivery
from conference_app.api.http import security_txt
from conference_app.api.http.clean_paths import CleanPaths
from conference_app.api.http.first_language import FirstLanguage
from conference_app.api.http.health import health_route
from conference_app.api.http.incidents import Incidents
from conference_app.api.http.page_socket import PageSocket, needs
from conference_app.api.http.security_headers import SecurityHeaders
from conference_app.api.http.slow_bodies import SlowBodies
from conference_app.api.http.socket_limits import SocketLimits
from conference_app.api.legal import disclosure, transparency
from conference_app.api.mail import bounces
from conference_app.api.newsletters import sign_up
from conference_app.api.privacy.export import routes as privacy_export_routes
from conference_app.api.room.signalling_relay import SignalProxy
from conference_app.api.sign_in import cookies
from conference_app.components.frame.connection import guarded, page_notices
from conference_app.components.frame.page_registry import add_pages, head_components
from conference_app.config import settings
from conference_app.embedded import mail_sink
from conference_app.operation.address_limit import address_limit
from conference_app.operation.frontend.build import static_dir
from conference_app.operation.media_child import supervised_media
from conference_app.operation.private_logs import keep_logs_private, short_log
from conference_app.operation.processes import die_with_parent
from conference_app.services.documents import versions
from conference_app.services.jobs import worker
from conference_app.services.limits import redis
from conference_app.services.meetings import open_meetings
from conference_app.services.privacy import erasure
from conference_app.services.room import admissions
from conference_app.services.sign_in import sessions
from conference_app.session import LANGUAGE_COOKIE, Gate, StorableAddresses, hide_credentials, session_cookie
from conference_app.session.incidents import report_exception
from conference_app.session.tab_states import forget_closed_tabs
from conference_app.texts import DEFAULT_LANGUAGE

logging.basicConfig(
    level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=[short_log()]
)
keep_logs_private()
logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs whole URLs
for name in ("engineio.server", "socketio.server"):
    logging.getLogger(name).setLevel(logging.ERROR)  # without a level each adds a handler of its own

DEV_KIT = "conference_app.pages.site.dev_kit"

services.load_all()
erasure.also(mail_sink.forget_erased)
delivery = Delivery(admissions.admitted)
signal_proxy = SignalProxy(settings(), admissions.admits)
page_socket = PageSocket(needs(settings()))
connections = address_limit(settings())


@contextlib.asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """What one worker holds while it runs: the media process, jobs, mail, database connections."""
    die_with_parent()
    async with connections.watching(), supervised_media(settings()), mail_sink.running_sink(settings()):
        await worker.check_kinds()
        await versions.keep_current()
        tasks = [
            asyncio.create_task(worker.run_worker(), name="jobs"),
            asyncio.create_task(page_socket.watch(), name="page socket"),
            asyncio.create_task(forget_closed_tabs(app), name="closed tabs"),
            asyncio.create_task(delivery.watch(), name="encryption"),
        ]
        yield
        await delivery.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await signal_proxy.client.aclose()
    await redis.close()
    await database.dispose()


async def account_language(session_token: str) -> str | None:
    """The language of the account behind a session cookie."""
    person = await sessions.resolve(session_token)
    return person.language if person else None


def in_first_language(asgi: ASGIApp) -> ASGIApp:
    """Sends a visitor of / to the page in their language."""
    return FirstLanguage(
        asgi, choice_cookie=LANGUAGE_COOKIE, session_cookie=session_cookie(), of_account=account_language
    )


def at_clean_paths(asgi: ASGIApp) -> ASGIApp:
    """Serves the built pages without a redirect."""
    return CleanPaths(asgi, built=static_dir())


def page_modules(*, is_production: bool) -> list[str]:
    """Every module below `pages`, by its full name; the page that shows the kit is for developers alone."""
    found = [module.name for module in pkgutil.walk_packages(pages.__path__, f"{pages.__name__}.")]
    return [name for name in found if name != DEV_KIT or not is_production]


def with_security_headers(asgi: ASGIApp) -> ASGIApp:
    """Made when the app starts to serve: the built pages exist by then."""
    return SecurityHeaders(asgi, built=static_dir(), is_https=settings().is_https)


routes = [
    *cookies.routes,
    *photos.routes,
    *privacy_export_routes,
    *document_changes_routes,
    *unsubscribe.routes,
    *sign_up.routes,
    *inbound_mail.routes,
    *bounces.routes,
    *security_txt.routes,
    *disclosure.routes,
    *transparency.routes,
    *signal_proxy.routes,
    *delivery.routes,
    health_route(database_health.healthy, signal_proxy.is_up, page_socket.is_open, open_meetings.has_place),
]
plain_routes = Starlette(routes=routes, middleware=[Middleware(Incidents), Middleware(StorableAddresses)])
layers = [
    plain_routes,
    hide_credentials,
    page_socket.guarding,
    SocketLimits().guarding,
    delivery_socket.address_limits().guarding,
    at_clean_paths,
    in_first_language,
    with_security_headers,
    SlowBodies,
    connections.counting,
]

app = rx.App(
    toaster=None,
    head_components=head_components(),
    html_lang=DEFAULT_LANGUAGE,
    app_wraps={
        (55, "ErrorBoundary"): lambda _stateful: guarded(),
        (5, "Overlay"): lambda _stateful: page_notices(),
    },
    backend_exception_handler=report_exception,
    api_transformer=layers,
)
app.add_middleware(Gate())
app.register_lifespan_task(lifespan)

for name in page_modules(is_production=settings().is_production):
    importlib.import_module(name)  # registers its pages (page_registry.page)
if mail_sink.is_used(settings()):
    importlib.import_module("conference_app.embedded.dev_mail")
add_pages(app)
