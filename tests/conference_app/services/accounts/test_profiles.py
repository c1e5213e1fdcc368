"""The one schema of fields, and the profile that shows and changes everything kept about a person."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account
from conference_app.services import audit
from conference_app.services.accounts import photos, profiles
from conference_app.services.audit import AuditTag
from conference_app.services.people import person_fields
from conference_app.services.people.person_fields import BY_NAME, FIELDS, OPTIONAL, REQUIRED, checked
from conference_app.texts import language
from tests.conference_app.people import form, registered
from tests.conference_app.services.accounts.test_registration import problems
from tests.fakes import LOOKING

FULL = {
    "company": "Acme Sp. z o.o.",
    "title": "Dr",
    "institution": "Uniwersytet Warszawski",
    "phone": "22 123 45 67",
    "country": "PL",
    "time_zone": "Europe/Warsaw",
    "language": "pl",
}
NAMES = {"first_name": "Ann", "last_name": "Nowak", "username": "ann"}


@pytest.mark.promise("P20")
@pytest.mark.parametrize("name", ["first_name", "last_name"])
async def test_nobody_registers_without_a_name(db: Settings, name: str) -> None:
    for blank in ("", "  ", "\u200b"):
        assert list(await problems(form(**{name: blank}))) == [name]


@pytest.mark.promise("P37")
def test_the_schema_says_what_is_needed_and_why() -> None:
    assert [one.name for one in REQUIRED] == ["first_name", "last_name", "username", "email", "password"]
    assert [one.name for one in OPTIONAL] == [*FULL, "photo"]
    for one in FIELDS:
        assert one.label
        assert one.purpose.endswith(".")
        assert one.retention.words
        is_ours = one.name in ("phone", "country")  # a wish to call back, which nobody needs for the service
        assert ("legitimate_interest" if is_ours else "contract") in one.bases


@pytest.mark.promise("P31")
@pytest.mark.promise("P32")
@pytest.mark.promise("P33")
@pytest.mark.promise("P34")
@pytest.mark.promise("P35")
async def test_what_is_left_blank_is_null_and_the_account_works(db: Settings) -> None:
    ann = await registered("ann", optional=dict.fromkeys(FULL, "  "))
    async with database.reading(*LOOKING) as session:
        row = (await session.exec(select(Account))).one()
    assert [getattr(row, name) for name in FULL if name != "language"] == [None] * 6
    assert (await profiles.get(ann.id)).photo_version == ""


@pytest.mark.promise("P31")
@pytest.mark.promise("P32")
@pytest.mark.promise("P33")
@pytest.mark.promise("P35")
async def test_what_is_given_is_kept_in_one_form(db: Settings) -> None:
    ann = await registered("ann", optional=FULL)
    kept = (await profiles.get(ann.id)).values
    assert {name: kept[name] for name in FULL} == FULL | {"phone": "+48221234567"}
    assert ann.language == "pl"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("phone", "12"),
        ("phone", "+999 1"),
        ("phone", "call me"),
        ("country", "Mordor"),
        ("country", "XX"),
        ("time_zone", "Europe/Nowhere"),
        ("time_zone", "../../etc/passwd"),
        ("company", "x" * 101),
    ],
)
async def test_a_wrong_optional_value_is_said_beside_it(db: Settings, name: str, wrong: str) -> None:
    assert list(await problems(form(optional={name: wrong}))) == [name]


@pytest.mark.promise("P17")
async def test_everything_kept_is_shown_and_can_be_changed(db: Settings) -> None:
    ann = await registered("ann", optional=FULL)
    shown = (await profiles.get(ann.id)).values
    assert set(shown) == {one.name for one in FIELDS if one.is_column}
    changed = dict.fromkeys(FULL, "") | {"first_name": "Anna", "last_name": "Kowal", "username": "Anna.K"}
    profile = await profiles.update(ann.id, changed)
    assert (profile.values["first_name"], profile.values["username"]) == ("Anna", "Anna.K")
    assert [profile.values[name] for name in FULL] == [""] * 6 + ["pl"]  # a language is always needed
    details = {one.detail for one in await audit.entries(ann.id) if one.tag == AuditTag.PROFILE_CHANGED}
    assert details == {"first_name", "last_name", "username", *FULL} - {"language"}


async def test_a_refused_change_changes_nothing(db: Settings) -> None:
    ann, _bob = await registered("ann"), await registered("bob")
    for wrong in ({"username": "BOB"}, {"first_name": ""}, {"phone": "1"}):
        with pytest.raises(InvalidInput) as caught:
            await profiles.update(ann.id, NAMES | {"company": "New"} | wrong)
        assert list(caught.value.fields) == list(wrong)
    assert (await profiles.get(ann.id)).values["company"] == ""
    with pytest.raises(NotFound):
        await profiles.update("0" * 32, NAMES | {"username": "nobody"})


def test_values_are_shown_as_people_write_them() -> None:
    with language("pl"):
        assert person_fields.shown(BY_NAME["country"], "DE") == "Niemcy"
    assert person_fields.shown(BY_NAME["phone"], "+48221234567") == "+48 22 123 45 67"
    assert person_fields.shown(BY_NAME["phone"], "by the river") == "by the river"  # kept before it was checked
    assert person_fields.shown(BY_NAME["company"], None) == ""
    assert checked(BY_NAME["phone"], "+48 22 123 45 67") == "+48221234567"
    assert isinstance(checked(BY_NAME["phone"], "22 123 45 67"), ConferenceError)  # of which country?


def picture(size: tuple[int, int] = (800, 600), kind: str = "JPEG") -> bytes:
    """A picture with a canary in its metadata."""
    made, out = Image.new("RGB", size, "teal"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "canary description"
    made.save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.slow
async def test_a_photo_becomes_small_and_loses_what_the_camera_wrote(db: Settings, kind: str) -> None:
    ann = await registered("ann")
    given = picture(kind=kind)
    assert b"canary" in given
    await photos.store(ann.id, given)
    kept = await photos.load(ann.id)
    assert kept is not None
    assert b"canary" not in kept
    with Image.open(io.BytesIO(kept)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (256, 256))
        assert not opened.getexif()
    await photos.store(ann.id, picture((10, 900), "PNG"))
    await photos.remove(ann.id)
    assert await photos.load(ann.id) is None


def blank(kind: str, size: tuple[int, int]) -> bytes:
    """A small file of many pixels."""
    out = io.BytesIO()
    Image.new("L", size).save(out, kind)
    return out.getvalue()


async def test_a_large_photo_of_a_phone_is_kept(db: Settings) -> None:
    ann = await registered("ann")
    await photos.store(ann.id, blank("JPEG", (6000, 4000)))
    assert await photos.load(ann.id) is not None


@pytest.mark.slow
async def test_what_is_no_picture_is_refused(db: Settings) -> None:
    ann = await registered("ann")
    gif = io.BytesIO()
    Image.new("RGB", (9, 9)).save(gif, "GIF")
    for data in (
        b"",
        b"<svg onload=alert(1)>",
        picture()[:400],
        gif.getvalue(),
        blank("PNG", (9000, 9000)),
        blank("PNG", (4000, 4001)),
        blank("WEBP", (4000, 4001)),
        b"x" * (photos.MAX_BYTES + 1),
    ):
        with pytest.raises(ConferenceError):
            await photos.store(ann.id, data)
    assert await photos.load(ann.id) is None
