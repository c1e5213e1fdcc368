"""One product with a lying media server, and one call in it, for all tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocket

from tests.browser.lying.call import Call
from tests.browser.lying.people import DEAF, MADE_UP, Person
from tests.browser.lying.server import LyingMedia, lying_environment
from tests.browser.members import Members
from tests.browser.participants import Participant, messages, until
from tests.browser.product import Product

Come = Callable[..., Participant]


@pytest.fixture(scope="module")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module's own product."""
    return tmp_path_factory.mktemp("lied-to") / "data"


@pytest.fixture(scope="module")
def environment(app_data: Path) -> dict[str, str]:
    """The environment of product and lying media server."""
    return lying_environment(app_data)


@pytest.fixture(scope="module")
def media(app_data: Path, environment: dict[str, str]) -> Iterator[LyingMedia]:
    """The media server."""
    server = LyingMedia(environment, app_data.with_name("media-log"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def lied_to(app_data: Path, environment: dict[str, str], media: LyingMedia) -> Iterator[Product]:
    """The product that uses it."""
    product = Product(environment, app_data.with_name("log"))
    yield product
    product.stop()


@pytest.fixture(scope="module")
def wire() -> list[bytes]:
    """What passes the product's sockets: messages of both directions."""
    return []


@pytest.fixture(scope="module")
def come(
    wire: list[bytes],
    browser: Browser,
    lied_to: Product,
    app_data: Path,
    environment: dict[str, str],
    members_of: Callable[[dict[str, str]], Members],
) -> Iterator[Come]:
    """Make people at fresh profiles, camera and microphone allowed."""
    made = []

    def hear(socket: WebSocket) -> None:
        def note(message: str | bytes) -> None:
            wire.append(message.encode() if isinstance(message, str) else message)

        socket.on("framesent", note)
        socket.on("framereceived", note)

    def make(made_up: str = "") -> Participant:
        context = browser.new_context(base_url=lied_to.url, permissions=["camera", "microphone"], locale="en-GB")
        context.set_default_timeout(30_000)
        if made_up:
            context.add_init_script(made_up)
        made.append(context)
        person = Participant(context, app_data, members_of(environment))
        person.page.on("websocket", hear)
        return person

    yield make
    for context in made:
        context.close()


@pytest.fixture(scope="module")
def whole_call(come: Come, media: LyingMedia) -> Call:
    """All three inside, all seen by all."""
    host, tomasz, maria = come(), come(MADE_UP), come(DEAF)
    host.given_account("anna")
    code = host.start("Plans")
    tomasz.join(code, "Tomasz")
    maria.join(code, "Maria")
    identities = {}

    def are_in() -> bool:
        identities.update({name: identity for identity, name in media.do("people").items()})
        return len(identities) == 3

    until(are_in, host.page, "three people")
    names = {"Anna Kowalska": host, "Tomasz": tomasz, "Maria": maria}
    anna, tom, mary = (Person(name, identities[name], at) for name, at in names.items())
    return Call(media, code, anna, tom, mary)


@pytest.fixture
def call(whole_call: Call) -> Iterator[Call]:
    """The call, while the server tells the truth."""
    yield whole_call
    whole_call.media.lie()


@pytest.fixture
def chatting(call: Call) -> Call:
    """The call with the chat open everywhere."""
    for one in call.all:
        if not messages(one.at).count():
            one.at.button("Chat").click()
    return call
