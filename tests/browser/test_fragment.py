"""What stands behind the # of an address reaches no server: not by the socket, not by a request."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, WebSocket, expect

from tests.browser.participants import until
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MARKER = "v1.bWFya2VyLWluLXRoZS1mcg.YWdtZW50LW9mLWEtbGluaw"


def sent_by(page: Page) -> list[str]:
    """All that `page` sends from now on: frames of its sockets, addresses, headers and bodies of its requests."""
    sent: list[str] = []

    def keep_frames(socket: WebSocket) -> None:
        sent.append(socket.url)
        socket.on("framesent", lambda frame: sent.append(frame if isinstance(frame, str) else frame.decode("latin-1")))

    def keep_request(request: Request) -> None:
        # A request's own address is what goes over the line, where Chromium shows the fragment to its debugger.
        sent.extend((request.url.partition("#")[0], str(request.headers), request.post_data or ""))

    page.on("websocket", keep_frames)
    page.on("request", keep_request)
    return sent


@pytest.mark.parametrize("way", ["/sign-in", "/m/aaaaa-bbbbb-ccccc"])
def test_a_fragment_is_in_nothing_that_the_page_sends(visitor: Callable[..., Visitor], way: str) -> None:
    page = visitor().page
    sent = sent_by(page)
    page.goto(f"{way}#{MARKER}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    until(lambda: any("asPath" in one for one in sent), page, "that the server is told where the page is")
    assert [one for one in sent if MARKER in one] == []
