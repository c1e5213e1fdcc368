"""Every page that the registry knows, at both widths, in both languages and themes, with long names: as it meets the
eye, what it keeps in the browser, and whom it asks. Each page is loaded once, and then looked at in every way."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from conference_app import pages
from conference_app.components.frame.page_registry import PAGES
from tests.browser.browser_storage import unregistered
from tests.browser.looks import axe_violations, fine, go_on_at, overflow, small_targets
from tests.browser.test_before_alive import is_for_everybody
from tests.browser.test_every_page import paths
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

NewVisitor = Callable[..., Visitor]
FIRST_NAME = "Brzęczysława-Maksymiliana Konstantynopolitańczykowianeczka"
LAST_NAME = "Brzęczyszczykiewicz-Chrząszczyżewoszycka z Łękołodów-Zdroju"
PLAIN = ("/nowhere", "/newsletter", "/privacy/changes", "/u/nonsense", "/preferences/nonsense")
"""An address that leads nowhere, and pages that the server makes itself."""

for module in pkgutil.walk_packages(pages.__path__, f"{pages.__name__}."):
    importlib.import_module(module.name)
LISTED = [page for page in PAGES if "[" not in page.route and page.route not in ("/404", "/entering")]
OPEN = [page.route for page in LISTED if is_for_everybody(page) and not page.route.startswith("/staff")]
"""What a stranger may see; all else leads to the sign-in, as the gate's tests prove."""
TEXTS = (
    "/privacy",
    "/terms",
    "/cookies",
    "/promises",
    "/privacy/record",
    "/privacy/limits",
    "/privacy/processors",
    "/dev/kit",
)
"""Long pages whose column of text is the same at each width."""
MEMBERS = [page.route for page in LISTED if page.route not in OPEN] + ["/", "/contact"]
"""What only members or the staff may see, and of the others one of each frame."""


COLOURS = ("color-contrast", "link-in-text-block")
"""axe's rules about what a theme changes, and a language does not: no style of ours gives a colour for one of them."""


def look_at(page: Page, path: str) -> list[str]:
    """What is wrong with the page that shows now, on a phone: it is looked at in both themes and at both widths.

    Too wide, without one heading and title, keeping what is not registered, or serious for axe.
    """
    found = [f"{wider} px too wide at {width}" for width, wider in overflow(page).items()]
    found += axe_violations(page, but=COLOURS if path.startswith("/pl") else ())
    if not path.startswith("/pl"):
        found += [f"dark: {one}" for one in in_the_dark(page)]
        found += [f"wide: {one}" for one in on_a_desktop(page)] if path not in TEXTS else []
    headings = page.get_by_role("heading", level=1).locator("visible=true")
    found += [f"{headings.count()} first headings"] if headings.count() != 1 else []
    found += [f"keeps {one}" for one in unregistered(page)]
    return found + ([] if " · " in page.title() or "Parley" in page.title() else ["no title"])


def in_the_dark(page: Page) -> list[str]:
    """What cannot be read in the dark theme, which the page takes on when the device does."""
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    found = axe_violations(page, *COLOURS)
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    return found


def on_a_desktop(page: Page) -> list[str]:
    """What is serious for axe at a desktop's width."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 1280, "height": 800})
    found = axe_violations(page)
    page.set_viewport_size(size)
    return found


def look_around(page: Page, prefix: str, routes: Sequence[str]) -> dict[str, list[str]]:
    """What is wrong, by address; a page where many addresses lead, such as the sign-in, is looked at once."""
    wrong: dict[str, list[str]] = {}
    for path in [(prefix + route).rstrip("/") or "/" for route in routes]:
        page.goto(path)
        expect(page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
        if not path.endswith("/dev/kit"):  # it shows what waiting looks like
            expect(page.locator("[aria-busy=true]").locator("visible=true")).to_have_count(0)
        where = urlsplit(page.url).path
        if where not in wrong:
            wrong[where] = look_at(page, path)
    assert len(wrong) > 10
    return {where: found for where, found in wrong.items() if found}


@pytest.mark.parametrize("prefix", ["", "/pl"], ids=["English", "Polish"])
def test_every_page_looks_well_to_a_stranger(new_context: NewContext, prefix: str) -> None:
    page = new_context(390, reduced_motion="reduce").new_page()
    assert look_around(page, prefix, [*OPEN, "/dashboard", "/staff", *PLAIN]) == {}


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
@pytest.mark.parametrize("prefix", ["", "/pl"], ids=["English", "Polish"])
def test_every_page_looks_well_to_staff_with_long_names(visitor: NewVisitor, prefix: str) -> None:
    person = visitor(390, reduced_motion="reduce")
    page, hosts = person.page, set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
    person.given_staff_account(first_name=FIRST_NAME, last_name=LAST_NAME)
    code = person.given_meeting("Brzęczyszczykiewicz-" * 6)
    assert look_around(page, prefix, MEMBERS) == {}
    if not prefix:
        for path in sorted(set(paths(code)) - set(MEMBERS)):  # those open to all, and those with a name in them
            page.goto(path)
            expect(page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
            assert (path, unregistered(page)) == (path, set())
    assert hosts == {urlsplit(page.url).netloc}
    assert person.complaints == []


FAULTY = """<html lang=en><title>Parley</title><main><h1>Parley</h1><button><span>Leave</span></button>
<p style="color: #ccc; background: white">Pale</p></main><style>@media (min-width: 600px) { span { display: none } }"""
"""A button that has no name on a desktop, and words that can hardly be read."""


def test_what_is_wrong_at_one_width_only_is_seen(new_context: NewContext) -> None:
    page = new_context(390).new_page()
    page.set_content(FAULTY)
    with pytest.raises(AssertionError, match="1280: button-name.*390: color-contrast") as caught:
        fine(page)
    assert "390: button-name" not in str(caught.value)
    assert page.viewport_size == {"width": 390, "height": 844}
    go_on_at(page, 1280)
    assert [one.partition(":")[0] for one in axe_violations(page, but=COLOURS)] == ["button-name"]


READ = """<html lang=en><title>Parley</title><main><h1>Parley</h1><p style="color: #454545">Words%s</p></main>"""
ABOVE = """<div style="position: absolute; inset: 0; background: #333; z-index: -1"></div>"""


def test_words_that_are_drawn_in_a_known_way_are_looked_at_where_something_lies_below(new_context: NewContext) -> None:
    page = new_context(1280).new_page()
    for more, found in (("", 0), ("", 0), (ABOVE, 1), ("<b style='color: #999'>more</b>", 1), ("", 0)):
        page.set_content(READ % more)
        assert (more, len(axe_violations(page))) == (more, found)
    page.add_style_tag(content="main { background: #555 }")
    assert len(axe_violations(page)) == 1


def test_a_finger_hits_what_it_aims_at(visitor: NewVisitor) -> None:
    person = visitor(390, has_touch=True, reduced_motion="reduce")
    page, low = person.page, {}
    open_to_all = [
        "/",
        "/register",
        "/sign-in",
        "/privacy",
        "/promises",
        "/contact",
        "/transparency",
        "/privacy/changes",
    ]
    for path in open_to_all:
        page.goto(path)
        for fold in page.locator("main nav summary").all():
            fold.click()
        low[path] = small_targets(page)
    person.given_account("fingertip")
    code = person.given_meeting("Weekly")
    own = ["/dashboard", f"/meetings/{code}", "/account", "/account/security", "/preferences", "/privacy-center"]
    for path in own:
        page.goto(path)
        expect(page.locator("[aria-busy=true]").locator("visible=true")).to_have_count(0)
        low[path] = small_targets(page)
    assert {path: found for path, found in low.items() if found} == {}


def test_a_long_name_stays_in_the_side_column(visitor: NewVisitor) -> None:
    person = visitor(1280)
    person.given_account("longname", first_name=FIRST_NAME, last_name=LAST_NAME)
    person.page.goto("/dashboard")
    column = person.page.locator("aside")
    inside = column.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert inside
    expect(column.get_by_role("button", name="Theme")).to_be_in_viewport(ratio=1)
    name = column.get_by_title(FIRST_NAME)
    assert name.evaluate("box => box.clientHeight > parseFloat(getComputedStyle(box).lineHeight)")  # two lines of it


def test_registering_goes_down_the_page_by_tab(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/register")
    expect(page.get_by_role("button", name="Create account")).to_be_enabled()
    page.get_by_label("First name").focus()
    seen = []
    for _stop in range(20):
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    wanted = ["first_name", "last_name", "email", "username", "password", "accepted", "Create account"]
    assert [name for name in seen if name in wanted] == wanted


def test_a_switch_is_turned_by_the_space_bar(visitor: NewVisitor) -> None:
    person = visitor()
    person.given_account("spacebar")
    page = person.page
    page.goto("/preferences")
    newsletter = page.get_by_role("switch", name="Newsletter")
    newsletter.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(newsletter).to_be_checked()
    expect(newsletter).to_be_focused()
    expect(page.locator("main")).to_match_aria_snapshot("""
    - main:
      - heading "Your account" [level=1]
      - navigation "Your account"
      - heading "What we may send you" [level=2]
      - paragraph
      - status:
        - paragraph: Saved.
        - button "Undo"
    """)


def test_the_question_before_erasing_keeps_the_keyboard_and_gives_it_back(visitor: NewVisitor) -> None:
    person = visitor()
    person.given_account("keysonly")
    page = person.page
    page.goto("/privacy-center")
    erase = page.get_by_role("button", name="Erase my data")
    erase.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Erase everything?")
    expect(dialog).to_be_visible()
    for _stop in range(8):
        outside = page.evaluate("!document.activeElement.closest('dialog') && document.activeElement !== document.body")
        assert not outside
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(erase).to_be_focused()


def test_a_long_question_keeps_its_answers_in_sight(visitor: NewVisitor) -> None:
    person = visitor()
    person.given_account("asked")
    person.given_meeting("Weekly")
    page = person.page
    page.goto("/privacy-center")
    dialog = page.get_by_role("dialog", name="Erase everything?")
    field, button = dialog.get_by_label("Your password", exact=True), dialog.get_by_role("button", name="Erase my data")
    for width, height in ((1280, 800), (640, 400), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Erase my data").click()
        expect(field).to_be_focused()
        for part in (field, button):
            expect(part).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
    page.emulate_media(forced_colors="active")  # in which neither its shadow nor its own surface is seen
    page.get_by_role("button", name="Erase my data").click()
    expect(dialog).to_have_css("border-top-width", "2px")


def test_a_promise_has_room_for_its_words_on_a_phone(new_context: NewContext) -> None:
    page = new_context(390).new_page()
    page.goto("/pl/promises")
    words = page.locator("#P5 p").bounding_box()
    assert words is not None
    assert words["width"] > 200


def placed(page: Page, path: str) -> tuple[object, ...]:
    """Where the heading of a page begins, what its header offers, and how high that is."""
    page.goto(path)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    header = page.get_by_role("banner")
    links = header.get_by_role("link").locator("visible=true")
    box, bar = heading.bounding_box(), header.bounding_box()
    assert box is not None
    assert bar is not None
    names = [link.get_attribute("aria-label") or link.inner_text().strip() for link in links.all()]
    return round(box["x"]), round(box["y"]), round(bar["height"]), names[1:]


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_that_the_server_makes_stand_where_the_others_do(new_context: NewContext, width: int) -> None:
    page = new_context(width).new_page()
    policy = placed(page, "/privacy")
    assert placed(page, "/transparency") == policy
    assert placed(page, "/privacy/changes") == policy
    assert placed(page, "/newsletter")[:3] == placed(page, "/sign-in")[:3]


def test_the_theme_is_chosen_on_pages_that_the_server_makes_too(new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto("/transparency")
    page.locator("summary[aria-label=Theme]").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_class("dark")
    page.goto("/privacy")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
