"""Requests to every plain route that takes anything, made of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from tests.conference_app.api.http_description import OPERATIONS


@dataclass(frozen=True, slots=True)
class Ask:
    """One method of one route, with the names of what it takes."""

    method: str
    path: str
    query: tuple[str, ...]
    fields: tuple[str, ...]

    async def request(self, client: httpx.AsyncClient, words: Mapping[str, str]) -> httpx.Response:
        """The answer, with a word for each name of the query and the form, and that of `path` for what the path holds."""
        return await client.request(
            self.method,
            re.sub(r"\{\w+\}", quote(words["path"]), self.path),
            params={name: words[name] for name in self.query},
            data={name: words[name] for name in self.fields} or None,
        )


def asks() -> Iterator[Ask]:
    """Every method of every route that takes anything."""
    for path, operations in OPERATIONS.items():
        for method, operation in operations.items():
            fields = tuple((operation.body or {}).get("properties", {}))
            if "{" in path or operation.query or fields:
                yield Ask(method, path, operation.query, fields)
