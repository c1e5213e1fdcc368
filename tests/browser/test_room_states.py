"""What the room says of devices, connection and endings is what holds, and each failure names a cause that was checked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Error, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.cookieless import cookies_blocked
from tests.browser.members import Members
from tests.browser.participants import START_S, Participant, expect_media_from, messages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NewPerson = Callable[..., Participant]

# A test takes devices away by `lose(kind, error)`: they end, and asking again is refused with that error.
DEVICES = """(() => {
  const media = navigator.mediaDevices, open = media.getUserMedia.bind(media), list = media.enumerateDevices.bind(media);
  const given = [], gone = new Set();
  let refusal = "";
  media.getUserMedia = async (wanted) => {
    if (refusal) throw new DOMException("", refusal);
    const stream = await open(wanted);
    given.push(...stream.getTracks());
    return stream;
  };
  media.enumerateDevices = async () => (await list()).filter((device) => !gone.has(device.kind));
  window.given = given;
  window.lose = (kind, error) => {
    refusal = error;
    if (error === "NotFoundError") gone.add(kind + "input");
    for (const track of given.filter((one) => one.kind === kind)) {
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
    media.dispatchEvent(new Event("devicechange"));
  };
})()"""


@pytest.fixture
def meet(host: Participant, person: NewPerson) -> Callable[..., Participant]:
    """Bring a guest into the host's room; `script` runs in the guest's page first."""
    code = host.start("Plans")

    def enter(name: str = "Tomasz", *, script: str = "", **options: object) -> Participant:
        guest = person(**options)
        if script:
            guest.page.add_init_script(script)
        guest.join(code, name)
        guest.expect_inside()
        host.expect_people(name)
        return guest

    return enter


def write(sender: Participant, text: str) -> None:
    """Send a message to everybody."""
    if not sender.page.get_by_label("Write to everyone").is_visible():
        sender.button("Chat").click()
    sender.page.get_by_label("Write to everyone").fill(text)
    sender.page.keyboard.press("Enter")


def test_a_guest_whose_browser_blocks_cookies_takes_part(
    host: Participant, browser: Browser, app_url: str, app_data: Path, members: Members, tmp_path: Path
) -> None:
    code = host.start("Plans")
    with cookies_blocked(browser, app_url, tmp_path) as context:
        context.set_default_timeout(PATIENCE_MS)
        guest = Participant(context, app_data, members)
        guest.join(code, "Tomasz")
        guest.expect_inside()
        host.expect_people("Tomasz")
        write(guest, "without cookies")
        host.button("Chat").click()
        expect(messages(host).get_by_text("without cookies")).to_be_visible()
        expect(guest.button("Leave")).to_be_visible()


def test_who_begins_to_leave_the_page_and_stays_is_still_in_the_call(
    host: Participant, meet: Callable[..., Participant]
) -> None:
    guest = meet()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    host.page.on("dialog", stay)
    with host.page.expect_event("dialog"):
        host.page.close(run_before_unload=True)
    write(host, "I stay")
    guest.button("Chat").click()
    expect(messages(guest).get_by_text("I stay")).to_be_visible()
    assert asked == ["beforeunload"]
    expect_media_from(guest, 1)
    expect(host.page.get_by_role("heading", name="You have left the meeting")).to_have_count(0)


def test_an_unplugged_microphone_is_not_blamed_on_the_host(host: Participant, meet: Callable[..., Participant]) -> None:
    guest = meet(script=DEVICES)
    expect_media_from(host, 1)
    guest.page.evaluate("lose('audio', 'NotFoundError')")
    expect(guest.button("Unmute microphone")).to_be_visible()
    expect(guest.page.get_by_text("Your microphone was unplugged. Nobody hears you").first).to_be_visible()
    expect(guest.page.get_by_text("The host has muted you")).to_have_count(0)


def test_a_camera_that_another_program_takes_says_so(host: Participant, meet: Callable[..., Participant]) -> None:
    guest = meet(script=DEVICES)
    expect_media_from(host, 1)
    guest.page.evaluate("lose('video', 'NotReadableError')")
    expect(guest.page.get_by_text("Your camera has stopped, so nobody sees you").first).to_be_visible()
    expect(guest.button("Turn camera on")).to_be_visible()
    guest.button("Turn camera on").click()
    expect(guest.page.get_by_text("Your camera could not be started").first).to_be_visible()


def test_a_microphone_that_the_system_mutes_does_not_look_on(meet: Callable[..., Participant]) -> None:
    guest = meet(script=DEVICES)
    expect(guest.button("Mute microphone")).to_be_visible()
    tell = "told => given.filter((one) => one.kind === 'audio').forEach((one) => one.dispatchEvent(new Event(told)))"
    guest.page.evaluate(tell, "mute")
    expect(guest.page.get_by_text("Your system or headset has muted the microphone").first).to_be_visible()
    expect(guest.button("Unmute microphone")).to_be_visible()
    guest.page.evaluate(tell, "unmute")
    expect(guest.button("Mute microphone")).to_be_visible()


def test_a_system_that_forbids_sharing_is_named(meet: Callable[..., Participant]) -> None:
    refuse = 'navigator.mediaDevices.getDisplayMedia = async () => { throw new DOMException("%s", "NotAllowedError"); }'
    guest = meet(script=refuse % "Permission denied by system")
    guest.button("Share screen").click()
    expect(guest.page.get_by_text("Your system does not let the browser record the screen").first).to_be_visible()


def test_a_link_that_cannot_be_copied_is_shown(meet: Callable[..., Participant]) -> None:
    guest = meet(
        script="navigator.clipboard.writeText = async () => { throw new DOMException('', 'NotAllowedError'); };"
        "document.execCommand = () => false;"
    )
    guest.button("People").click()
    guest.button("Copy link").click()
    shown = guest.page.get_by_label("Copy it from here")
    expect(shown).to_have_value(guest.page.url)
    expect(shown).to_be_focused()


def test_devices_that_start_do_not_look_broken(host: Participant, person: NewPerson) -> None:
    code = host.given_meeting("Plans")
    guest = person()
    guest.page.add_init_script(
        "const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);"
        "media.getUserMedia = (wanted) => new Promise((done) => { window.answer = () => done(open(wanted)); });"
    )
    guest.open(code)
    expect(guest.page.get_by_text("Starting your camera…")).to_be_visible()
    expect(guest.button("Mute microphone")).to_be_visible()
    expect(guest.button("Turn camera off")).to_be_visible()
    expect(guest.page.get_by_label("Camera", exact=True)).to_contain_text("Starting…")
    guest.page.evaluate("answer()")
    expect(guest.page.get_by_text("Starting your camera…")).to_have_count(0)
    expect(guest.page.get_by_label("Camera", exact=True)).to_contain_text("fake")


@pytest.mark.promise("P6")
def test_whoever_shares_is_told_and_does_not_see_it_twice(host: Participant, meet: Callable[..., Participant]) -> None:
    guest = meet(
        script="""navigator.mediaDevices.getDisplayMedia = async () => {
      const canvas = document.createElement("canvas"), sound = new AudioContext(), tone = sound.createOscillator();
      const out = sound.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      setInterval(() => { canvas.getContext("2d").fillRect(Math.random() * 200, 0, 50, 50); }, 100);
      return new MediaStream([...canvas.captureStream(10).getTracks(), ...out.stream.getTracks()]);
    }"""
    )
    expect_media_from(host, 1)
    guest.button("Share screen").click()
    strip = guest.page.get_by_role("region", name="You are sharing your screen")
    expect(strip).to_be_visible()
    host.expect_people("Tomasz's screen")
    expect_media_from(host, 2)
    expect(guest.page.get_by_role("group", name="Tomasz's screen")).to_have_count(0)
    strip.get_by_role("button", name="Stop").click()
    expect(strip).to_have_count(0)
    expect(host.page.get_by_role("group", name="Tomasz's screen")).to_have_count(0)


def test_whoever_loses_the_connection_keeps_the_place(host: Participant, meet: Callable[..., Participant]) -> None:
    guest = meet()
    with contextlib.suppress(Error):
        guest.page.goto("chrome://crash")
    away = host.page.get_by_role("group", name="Tomasz: reconnecting…")
    expect(away).to_be_visible(timeout=START_S * 1000)
    expect(host.page.get_by_text("You are the only one here")).to_have_count(0)
    expect(away).to_have_count(0, timeout=START_S * 2000)
    expect(host.page.get_by_text("You are the only one here")).to_be_visible()


def test_a_network_that_blocks_calls_is_named_until_it_lets_them_through(host: Participant, person: NewPerson) -> None:
    code = host.given_meeting("Plans", is_open=True)
    host.show_link(code)
    guest = person()
    # Signalling works; nobody learns where packets could be sent to, as behind a network without UDP.
    guest.page.add_init_script(
        """window.isBlocked = true;
        const real = RTCPeerConnection.prototype, describe = real.setRemoteDescription, add = real.addIceCandidate;
        real.setRemoteDescription = function (told) {
          const sdp = window.isBlocked ? told.sdp.replace(/a=candidate:.*\\r\\n/g, "") : told.sdp;
          return describe.call(this, { type: told.type, sdp });
        };
        real.addIceCandidate = function (given) { return window.isBlocked ? Promise.resolve() : add.call(this, given); };"""
    )
    guest.join(code, "Tomasz")
    said = guest.page.get_by_text("Your network lets this page through, but blocks the call itself")
    expect(said).to_be_visible(timeout=START_S * 2000)
    guest.page.evaluate("window.isBlocked = false")
    expect(guest.button("Leave")).to_be_visible(timeout=START_S * 2000)


def test_the_screen_stays_on_in_a_call_and_no_longer(meet: Callable[..., Participant]) -> None:
    guest = meet(
        script="window.held = 0; Object.defineProperty(navigator, 'wakeLock', { value: { request: async () => "
        "{ window.held += 1; return { release: async () => { window.held -= 1; } }; } } });"
    )
    assert guest.page.wait_for_function("held === 1")
    guest.button("Leave").click()
    assert guest.page.wait_for_function("held === 0")


def test_the_end_leads_on(host: Participant, meet: Callable[..., Participant]) -> None:
    guest = meet()
    write(guest, "to keep")
    expect(messages(guest).get_by_text("to keep")).to_be_visible()
    guest.button("Leave").click()
    with guest.page.expect_download() as saved:
        guest.button("Save the chat").click()
    assert "Tomasz: to keep" in Path(saved.value.path()).read_text(encoding="utf-8")
    expect(guest.page.get_by_role("link", name="Back to the start")).to_be_visible()
    expect(guest.page.get_by_role("link", name="My meetings")).to_have_count(0)
    guest.button("Join again").click()
    expect(guest.button("Join")).to_be_visible()

    host.button("Leave").click()
    host.button("End for all").click()
    code = host.page.url.rsplit("/", 1)[-1].partition("#")[0]
    expect(host.page.get_by_role("link", name="Meet again")).to_have_attribute("href", f"/meetings/{code}")
    expect(host.page.get_by_role("link", name="My meetings")).to_be_visible()


CONTROLS_IN_SIGHT = """width => innerWidth === width && [
  ...document.querySelectorAll("[aria-label='Meeting controls'] button")
].every((one) => {
  const { left, right, top, bottom, height } = one.getBoundingClientRect();
  return height > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
})"""


def test_everything_is_in_reach_at_any_width(host: Participant) -> None:
    page = host.page
    host.start("Plans")
    for width in (640, 390, 320):
        page.set_viewport_size({"width": width, "height": 400})
        page.wait_for_function(CONTROLS_IN_SIGHT, arg=width)  # the bar is measured anew, and folds what has no place
        if not host.button("People").is_visible():
            host.button("More").click()
        host.button("People").click()
        expect(page.get_by_role("listitem").filter(has_text="Anna Kowalska")).to_be_in_viewport(ratio=1)
        host.button("Close panel").click()
        host.button("Leave").click()
        expect(host.button("Stay")).to_be_in_viewport(ratio=1)  # what is cut off fades out above it
        host.button("End for all").click(trial=True)
        expect(host.button("End for all")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Escape")
        expect(host.button("End for all")).to_be_hidden()


@pytest.mark.promise("P3")
def test_people_talk_without_a_camera(host: Participant, person: NewPerson) -> None:
    code = host.start("Plans")
    guest = person()
    guest.open(code)
    guest.page.get_by_label("Your name").fill("Tomasz")
    guest.button("Turn camera off").click()
    guest.button("Join").click()
    guest.expect_inside()
    expect_media_from(guest, 1)
    host.page.wait_for_function(
        """async () => {
          for (const connection of window.connections) {
            if (connection.connectionState === "closed") continue;
            for (const report of (await connection.getStats()).values())
              if (report.type === "inbound-rtp" && report.kind === "audio" && report.totalAudioEnergy > 0) return true;
          }
          return false;
        }"""
    )
    expect(guest.button("Turn camera on")).to_be_visible()


def test_states_can_be_told_in_forced_colours(person: NewPerson) -> None:
    host = person(forced_colors="active")
    host.given_account("forcedcolours")
    host.page.goto("/dashboard")
    current = "getComputedStyle(document.querySelector('aside [aria-current]')).backgroundColor"
    other = "getComputedStyle(document.querySelector('aside nav a:not([aria-current])')).backgroundColor"
    expect(host.page.locator("aside [aria-current]")).to_be_visible()
    assert host.page.evaluate(current) != host.page.evaluate(other)
    host.start("Plans")
    host.button("People").click()
    expect(host.page.get_by_role("complementary")).to_have_css("border-left-width", "1px")  # told from the stage
    switch = host.page.get_by_role("switch")
    off = switch.evaluate("box => getComputedStyle(box).backgroundColor")
    switch.check(force=True)
    expect(switch).not_to_have_css("background-color", off)
