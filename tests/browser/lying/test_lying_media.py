"""A media server that lies: browsers show nothing false, send nothing in clear, and the lock says what is wrong.

One product and one call for all tests here; each leaves the server truthful. What a test changes for good stands last.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.lying import evidence
from tests.browser.lying.call import Call, expect_all_well, expect_read, write
from tests.browser.lying.frames import PLAIN_RGB, clear_key_frame
from tests.browser.lying.people import ENCODED, PACKETS, PICTURE_RGB, TONE_HZ, is_near
from tests.browser.lying.stranger import stranger
from tests.browser.participants import Participant, messages, until
from tests.browser.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240), pytest.mark.promise("P73", "P74")]

MARKER = "zinnober-quokka-7391"
"""What is typed into the chat: it may be nowhere but in the members' browsers."""
Come = Callable[..., Participant]


def test_nothing_that_passes_is_clear(chatting: Call, wire: list[bytes]) -> None:
    expect_all_well(chatting)
    anna, tomasz, media = chatting.anna, chatting.tomasz, chatting.media
    write(tomasz, MARKER)
    expect_read(anna, MARKER)
    assert is_near(anna.colour(tomasz), PICTURE_RGB)
    until(lambda: media.do("counts")["least"] > 30, anna.at.page, "frames")
    came = media.do("came")
    packets = [base64.b64decode(payload) for payload in came["data"]]
    assert packets
    assert {evidence.kind_of(payload) for payload in packets} == {"encrypted_packet"}
    assert any(b'"type":"hello"' in message for message in wire)  # the socket of the encryption is among them
    assert not any(evidence.is_in(payload, MARKER) for payload in [*packets, *wire])
    for kind in ("audio", "video"):
        tracks = [[base64.b64decode(frame) for frame in frames] for frames in came[kind]]
        assert len(tracks) == 3
        assert all(evidence.is_sealed(frame, kind) for frames in tracks for frame in frames)
        bodies = b"".join(evidence.body_of(frame, kind) for frames in tracks for frame in frames)
        assert len(bodies) > 5_000
        assert evidence.unevenness(bodies) < 450
        for frames in tracks:
            if kind == "audio":
                assert evidence.tone_share(frames[:100], TONE_HZ) < 0.2
            else:
                assert not any(is_near(colour, PICTURE_RGB) for colour in evidence.colours(frames[:30]))


def test_the_evidence_would_show_what_is_clear() -> None:
    tone, picture = evidence.clear_tone(TONE_HZ, 100), clear_key_frame()
    assert evidence.tone_share(tone, TONE_HZ) > 0.9
    assert evidence.unevenness(b"".join(tone)) > 1000
    assert any(is_near(colour, PLAIN_RGB) for colour in evidence.colours([picture]))
    assert not all(evidence.is_sealed(frame, "audio") for frame in tone)
    for skip in range(3):
        assert evidence.is_in(base64.b64encode(bytes(skip) + f"{MARKER} and more".encode()), MARKER)


def test_a_track_called_clear_is_neither_shown_nor_believed(call: Call) -> None:
    expect_all_well(call)
    anna, tomasz = call.anna, call.tomasz
    assert is_near(anna.colour(tomasz), PICTURE_RGB)
    call.media.lie(marks_clear=True)
    anna.expect_lock("Tomasz sends without encryption")
    expect(anna.tile(tomasz).locator("video")).to_have_count(0)
    call.media.lie()
    expect_all_well(call)


@pytest.mark.parametrize("frames", ["plain", "replayed"])
def test_clear_and_old_frames_are_not_shown(call: Call, frames: str) -> None:
    expect_all_well(call)
    anna, tomasz, media = call.anna, call.tomasz, call.media
    if frames == "replayed":
        media.do("keep", whose=tomasz.identity)
        until(lambda: media.do("counts")["kept"] > 10, anna.at.page, "frames to replay")
    media.do("show", frames=frames, whose=tomasz.identity)
    anna.expect_lock("Tomasz cannot be decrypted")
    seen, sent = anna.sees(tomasz), media.do("counts")["sent"]
    until(lambda: media.do("counts")["sent"] > sent + 10, anna.at.page, "invented frames")
    assert anna.sees(tomasz) == seen
    assert is_near(anna.colour(tomasz), PICTURE_RGB)
    media.lie()
    expect_all_well(call)


def test_media_in_anothers_name_is_not_shown(call: Call) -> None:
    expect_all_well(call)
    anna, tomasz, maria, media = *call.all, call.media
    media.do("exchange", one=tomasz.identity, other=maria.identity)
    anna.expect_lock(re.compile("(Tomasz|Maria) cannot be decrypted"))
    seen = anna.sees(tomasz), anna.sees(maria)
    anna.at.page.wait_for_timeout(1000)
    assert (anna.sees(tomasz), anna.sees(maria)) == seen
    assert not is_near(anna.colour(maria), PICTURE_RGB)
    media.do("exchange", one=tomasz.identity, other=maria.identity)
    expect_all_well(call)


def test_messages_in_anothers_name_are_not_shown(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    media.lie(speaks_as={tomasz.identity: maria.identity})
    before = media.do("counts")["data"]
    write(tomasz, "I am Maria")
    until(lambda: media.do("counts")["data"] > before, anna.at.page, "his message")
    media.lie()
    write(tomasz, "I am myself")
    for one in (anna, maria):
        expect_read(one, "I am myself")
        expect(messages(one.at).get_by_text("I am Maria")).to_have_count(0)


def test_old_messages_are_not_shown_again_nor_to_newcomers(chatting: Call, come: Come) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    write(tomasz, "said once")
    for one in (anna, maria):
        expect_read(one, "said once")
    late = come()
    late.join(chatting.code, "Late")
    anna.at.expect_people("Late")
    late.button("Chat").click()
    assert media.do("replay") >= 1
    write(anna, "after the replay")
    expect(messages(late).get_by_text("after the replay")).to_be_visible()
    expect(messages(late).get_by_text("said once")).to_have_count(0)
    for one in (tomasz, maria):
        expect_read(one, "after the replay")
        expect_read(one, "said once")
    late.button("Leave").click()
    expect(anna.at.page.get_by_role("group", name="Late", exact=True)).to_have_count(0)


def test_messages_in_another_order_are_whole_or_not_there(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    media.lie(withholds_data=True)
    before = media.do("counts")["data"]
    for text in ("first of all", "second of all"):
        write(tomasz, text)
    until(lambda: media.do("counts")["data"] > before + 1, anna.at.page, "his messages")
    media.lie()
    assert media.do("release") >= 2
    write(maria, "what came last")
    for one in (anna, tomasz):
        expect_read(one, "what came last")
    shown = messages(anna.at).get_by_role("listitem").all_inner_texts()
    assert all(re.search("first of all$|second of all$", text.strip()) for text in shown if "of all" in text)


def test_frames_in_another_order_do_no_harm(call: Call) -> None:
    anna, tomasz, media = call.anna, call.tomasz, call.media
    expect_all_well(call)
    media.do("show", frames="swapped", whose=tomasz.identity)
    until(lambda: media.do("counts")["sent"] > 20, anna.at.page, "frames in another order")
    assert is_near(anna.colour(tomasz), PICTURE_RGB)
    media.lie()
    expect_all_well(call)


def test_forged_names_and_roles_are_not_shown(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    role = {"role": "host"}
    media.lie(
        claims={
            tomasz.identity: {"name": "Anna Kowalska", "metadata": "host", "attributes": role},
            maria.identity: {"name": "Ms Director", "attributes": role},
        }
    )
    told = "(one) => [...document.querySelectorAll('[role=group][data-identity]')].map((tile) => tile.ariaLabel)"
    write(maria, "who am I?")
    for one in (anna, tomasz):
        expect_read(one, "who am I?")
        expect(messages(one.at)).to_contain_text("Maria")
    for one in chatting.all:
        names = [label.replace(" (you)", "") for label in one.at.page.evaluate(told)]
        assert sorted(names) == ["Anna Kowalska", "Maria", "Tomasz"]
        assert "Ms Director" not in one.at.page.locator("body").inner_text()
    anna.at.button("People").click()
    people = anna.at.page.get_by_role("list", name="People").get_by_role("listitem")
    expect(people.filter(has_text="Host")).to_have_count(1)
    expect(people.filter(has_text="Host")).to_contain_text("Anna Kowalska (you)")
    anna.at.button("Chat").click()


def test_somebody_without_keys_is_told_and_not_shown(chatting: Call, environment: dict[str, str]) -> None:
    anna, media = chatting.anna, chatting.media
    with stranger(environment["LIVEKIT_URL"], media.do("room"), "I have no keys"):
        for one in chatting.all:
            one.expect_lock("Somebody is connected without keys")
            expect(one.at.page.locator("[role=group][data-identity]")).to_have_count(3)
        assert "I have no keys" not in messages(anna.at).inner_text()
    expect(anna.at.page.get_by_role("button", name="Somebody is connected without keys")).to_have_count(0)


def test_who_is_called_by_anothers_name_sends_nothing(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    media.lie(called={tomasz.identity: maria.identity, maria.identity: tomasz.identity})
    media.do("reconnect", identity=tomasz.identity)
    tomasz.expect_lock("Not end-to-end encrypted: mistaken identity")
    until(lambda: media.do("published", whose=tomasz.identity)["tracks"] == 2, anna.at.page, "his tracks")
    until(lambda: tomasz.at.page.evaluate(ENCODED) > 10, tomasz.at.page, "pictures to send")
    assert media.do("published", whose=tomasz.identity)["bytes"] == 0
    assert not is_near(anna.colour(maria), PICTURE_RGB)
    media.lie()
    media.do("reconnect", identity=tomasz.identity)
    tomasz.expect_lock()


def test_clear_messages_and_orders_are_dropped_and_told(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    media.do("say", identity=anna.identity, text="pay the invoice")
    for is_marked in (False, True):
        media.do("order", identity=anna.identity, to=tomasz.identity, is_marked=is_marked)
    for one in (tomasz, maria):
        one.expect_lock("Messages without encryption were dropped")
    write(anna, "this is true")
    for one in (tomasz, maria):
        expect_read(one, "this is true")
        expect(messages(one.at).get_by_text("pay the invoice")).to_have_count(0)
    expect(tomasz.at.button("Mute microphone")).to_be_visible()


def test_who_was_removed_opens_nothing_though_still_connected(chatting: Call) -> None:
    anna, tomasz, maria, media = *chatting.all, chatting.media
    maria.at.page.evaluate("window.isDeaf = true")
    media.lie(keeps_removed=True)
    anna.at.button("People").click()
    anna.at.button("Remove Maria").click()
    anna.at.button("Remove").click()
    for one in (anna, tomasz):
        one.expect_lock("Somebody is connected without keys")
        expect(one.tile(maria)).to_have_count(0)
    anna.at.button("Chat").click()
    maria.expect_lock(re.compile("cannot be decrypted"))
    seen, came = maria.sees(tomasz), maria.at.page.evaluate(PACKETS)
    write(anna, "she is gone")
    expect_read(tomasz, "she is gone")
    until(lambda: maria.at.page.evaluate(PACKETS) > came + 100, maria.at.page, "packets")
    assert maria.sees(tomasz) == seen
    expect(messages(maria.at).get_by_text("she is gone")).to_have_count(0)


def test_what_was_said_is_stored_nowhere(chatting: Call, app_data: Path, lied_to: Product) -> None:
    expect_read(chatting.anna, MARKER)
    assert evidence.files_with(app_data.parent, MARKER) == []
    app = psutil.Process(lied_to.pid)
    processes = [app, *app.children(recursive=True), psutil.Process(chatting.media.process.pid)]
    for process in processes:
        assert not evidence.is_in_memory(process.pid, MARKER), process.cmdline()
    assert any(evidence.is_in_memory(process.pid, chatting.media.do("room")) for process in processes)
