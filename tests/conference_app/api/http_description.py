"""What each plain HTTP route takes and may answer, as OpenAPI 3.1: what Schemathesis holds the routes to.

A route that nobody described here fails a test, and so does a description of no route.
A parameter that may be anything, since what does not fit is ignored, is described as any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute, Route

OWN = "own"
"""Stands in a path for the caller's own token or identifier, which is known only when the test runs."""

_HTML, _TEXT, _JSON, _ZIP, _WEBP = "text/html", "text/plain", "application/json", "application/zip", "image/webp"
_TEXT_SCHEMA: dict[str, Any] = {"type": "string"}
_ANY_SEGMENT: dict[str, Any] = {"type": "string", "minLength": 1}
_OWN_OR_ANY: dict[str, Any] = {"anyOf": [{"const": OWN}, _ANY_SEGMENT]}
_NO_STORE: dict[str, Any] = {"Cache-Control": {"required": True, "schema": {"const": "no-store"}}}
_LOCATION: dict[str, Any] = {"Location": {"required": True, "schema": {"type": "string", "pattern": r"^/(?![/\\])"}}}
_RETRY: dict[str, Any] = {"Retry-After": {"required": True, "schema": {"const": "1"}}}


@dataclass(frozen=True, slots=True)
class Answer:
    """One status: its content type (none: no content), its headers, and the schema of its JSON."""

    content_type: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=lambda: _TEXT_SCHEMA)

    def as_openapi(self) -> dict[str, Any]:
        """The response object."""
        content = {self.content_type: {"schema": dict(self.schema)}} if self.content_type else {}
        return {"description": "", "headers": dict(self.headers), "content": content}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route."""

    answers: Mapping[int, Answer]
    query: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None
    body_types: tuple[str, ...] = ("application/x-www-form-urlencoded",)
    needs_body: bool = True


def _form(*required: str, **fields: Mapping[str, Any]) -> dict[str, Any]:
    """An urlencoded form; further fields are ignored, as browsers' extensions add some."""
    return {"type": "object", "properties": {name: dict(one) for name, one in fields.items()}, "required": [*required]}


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_GO = Answer(headers=_NO_STORE | _LOCATION)
_PAGE = Answer(_HTML, _NO_STORE)
_REFUSED = Answer(_TEXT, _NO_STORE)
_BYTES: dict[str, Any] = {"type": "string", "format": "binary"}
_EMAIL: dict[str, Any] = {"type": "string", "pattern": r"^[a-z]{1,20}@example\.(com|org)$"}
_RAW_MAIL = ("application/octet-stream",)
_MAIL = "From: eve@example.com\r\nTo: contact@localhost\r\nSubject: Hello\r\n\r\nA question.\r\n"

_OUTCOMES = ("stored", "known", "machine", "unreadable", "too many", "report")
_TAKEN: dict[str, Any] = {
    "type": "object",
    "properties": {"outcome": _one_of(*_OUTCOMES)},
    "required": ["outcome"],
    "additionalProperties": False,
}
_UP_OR_DOWN = {name: _one_of("ok", "down") for name in ("database", "media", "pages")}
_HEALTH: dict[str, Any] = {
    "type": "object",
    "properties": {"status": _one_of("ok", "degraded", "down"), "version": _TEXT_SCHEMA, "rooms": _one_of("ok", "full")}
    | _UP_OR_DOWN,
    "required": ["status", "version", "database", "media", "pages", "rooms"],
    "additionalProperties": False,
}


def _error(code: str) -> Answer:
    schema = {"type": "object", "properties": {"error": {"const": code}}, "required": ["error"]}
    return Answer(_JSON, schema=schema)


_PREFERENCES = {
    "GET": Operation({200: _PAGE, 404: _PAGE}, query=("lang",)),
    "POST": Operation(
        {200: _PAGE, 400: _PAGE, 404: _PAGE, 413: _PAGE},
        query=("lang",),
        body=_form(
            "act",
            "purpose",
            act=_one_of("stop", "give", "undo", "stop_all", "reason"),
            purpose=_one_of("newsletter"),
            reason=_TEXT_SCHEMA,
        ),
    ),
}
_UNSUBSCRIBE = _PREFERENCES | {
    "POST": Operation(
        {200: _PAGE, 400: _PAGE, 404: _PAGE, 413: _PAGE},
        query=("lang",),
        body=_BYTES,
        body_types=_RAW_MAIL,
        needs_body=False,
    )
}
"""A post of a mail program stops the mail, whatever it says or lacks."""
_NEWSLETTER = {
    "GET": Operation({200: _PAGE}, query=("lang",)),
    "POST": Operation(
        {200: _PAGE, 403: _PAGE, 413: _PAGE, 422: _PAGE},
        body=_form("email", "agreed", email=_EMAIL, agreed=_one_of("on")),
    ),
}
_CONFIRMATION = {
    "GET": Operation({200: _PAGE, 404: _PAGE}, query=("lang",)),
    "POST": Operation({200: _PAGE, 404: _PAGE, 413: _PAGE}, body=_form(act=_TEXT_SCHEMA)),
}
_CHANGES = {"GET": Operation({200: _PAGE}, query=("lang",))}
_EXPORT = {"GET": Operation({200: Answer(_ZIP, _NO_STORE), 404: _PAGE})}
_NOT_AN_UPGRADE = {"GET": Operation({426: Answer(_TEXT)})}
_VALIDATE = {"GET": Operation({401: Answer(_TEXT), 503: Answer(_TEXT, _RETRY)}, query=("access_token",))}

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "/auth/enter": {"GET": Operation({303: _GO}, query=("next", "zone"))},
    "/auth/sign-out": {
        "POST": Operation({303: _GO, 403: _REFUSED}, body=_form(csrf_token=_TEXT_SCHEMA, next=_TEXT_SCHEMA)),
    },
    "/auth/language": {
        "POST": Operation(
            {303: _GO, 403: _REFUSED}, body=_form("language", language=_one_of("en", "pl"), next=_TEXT_SCHEMA)
        ),
    },
    "/auth/language/{code}": {"GET": Operation({303: _GO}, query=("next",))},
    "/account/photo": {
        "GET": Operation({200: Answer(_WEBP, _NO_STORE), 404: _REFUSED}),
        "POST": Operation(
            {204: Answer(headers=_NO_STORE)} | dict.fromkeys((400, 403, 413, 415, 429), _REFUSED),
            body=_BYTES,
            body_types=("image/jpeg", "image/png", "image/webp"),
        ),
    },
    "/room-photo/{link}": {"GET": Operation({200: Answer(_WEBP, _NO_STORE), 404: _REFUSED})},
    "/privacy-export/{export_id}": _EXPORT,
    "/privacy-export/{export_id}/{token}": _EXPORT,
    "/privacy/changes": _CHANGES,
    "/pl/privacy/changes": _CHANGES,
    "/transparency": _CHANGES,
    "/pl/transparency": _CHANGES,
    "/staff/legal/{request_id}/file": {
        "POST": Operation(
            {200: Answer(_ZIP, _NO_STORE), 404: _PAGE, 422: _PAGE},
            body=_form(csrf_token=_TEXT_SCHEMA, reason=_TEXT_SCHEMA, table=_TEXT_SCHEMA),
        ),
    },
    "/u/{token}": _UNSUBSCRIBE,
    "/pl/u/{token}": _UNSUBSCRIBE,
    "/preferences/{token}": _PREFERENCES,
    "/pl/preferences/{token}": _PREFERENCES,
    "/newsletter": _NEWSLETTER,
    "/pl/newsletter": _NEWSLETTER,
    "/newsletter/confirm/{token}": _CONFIRMATION,
    "/pl/newsletter/confirm/{token}": _CONFIRMATION,
    "/mail/inbound": {
        "POST": Operation(
            {202: Answer(_JSON, schema=_TAKEN), 403: _error("not_allowed"), 413: _error("too_large")},
            body=_BYTES,
            body_types=_RAW_MAIL,
            needs_body=False,
        ),
    },
    "/mail/bounce": {
        "POST": Operation(
            {204: Answer(), 403: Answer(_TEXT), 413: Answer(_TEXT)}, body=_BYTES, body_types=_RAW_MAIL, needs_body=False
        ),
    },
    "/.well-known/security.txt": {"GET": Operation({200: Answer(_TEXT)})},
    "/rtc": _NOT_AN_UPGRADE,
    "/rtc/v1": _NOT_AN_UPGRADE,
    "/rtc/validate": _VALIDATE,
    "/rtc/v1/validate": _VALIDATE,
    "/healthz": {"GET": Operation(dict.fromkeys((200, 503), Answer(_JSON, _NO_STORE, _HEALTH)))},
}  # fmt: skip
"""By path and method, for every route of the composition root."""


def methods_of(routes: Iterable[BaseRoute]) -> dict[str, set[str]]:
    """The methods of each path that takes plain HTTP; HEAD is GET without its body."""
    found: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route):
            found.setdefault(route.path, set()).update((route.methods or set()) - {"HEAD"})
    return found


def description(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of those `routes` that are described."""
    paths = {
        path: {
            method.lower(): _as_openapi(path, OPERATIONS[path][method])
            for method in sorted(methods & OPERATIONS[path].keys())
        }
        for path, methods in methods_of(routes).items()
        if path in OPERATIONS
    }
    return {"openapi": "3.1.0", "info": {"title": "Parley", "version": "1"}, "paths": paths}


def _as_openapi(path: str, operation: Operation) -> dict[str, Any]:
    named = re.findall(r"\{(\w+)\}", path)
    segments = {name: _ANY_SEGMENT if name == "code" else _OWN_OR_ANY for name in named}
    in_path = [{"name": name, "in": "path", "required": True, "schema": one} for name, one in segments.items()]
    in_query = [{"name": name, "in": "query", "schema": _TEXT_SCHEMA} for name in operation.query]
    made: dict[str, Any] = {
        "parameters": [*in_path, *in_query],
        "responses": {str(status): answer.as_openapi() for status, answer in operation.answers.items()},
    }
    if operation.body is not None:
        examples = {"examples": {"mail": {"value": _MAIL}}} if operation.body_types == _RAW_MAIL else {}
        content = {kind: {"schema": dict(operation.body)} | examples for kind in operation.body_types}
        made["requestBody"] = {"required": operation.needs_body, "content": content}
    return made
