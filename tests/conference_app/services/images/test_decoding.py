"""A picture costs no more than its limits, whoever sends it, and nobody waits for somebody else's."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from conference_app.errors import ConferenceError
from conference_app.services.images import child, decoding

TOO_MUCH = "This picture is too large or too complex"
NO_PICTURE = "This is not a picture"


def encoded(kind: str, size: tuple[int, int] = (600, 400), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def many_scans(scans: int) -> bytes:
    """A progressive JPEG that goes over its pixels `scans` times."""
    made = encoded("JPEG", progressive=True)
    last = made.rindex(b"\xff\xda")
    body = made[last:-2]  # the last scan, without the end of the image
    return made[:-2] + body * (scans - made.count(b"\xff\xda")) + made[-2:]


def frames(kind: str, count: int) -> bytes:
    colours = [Image.new("RGB", (8, 8), "black" if number % 2 else "white") for number in range(count)]
    out = io.BytesIO()
    colours[0].save(out, kind, save_all=True, append_images=colours[1:])
    return out.getvalue()


async def refusal(data: bytes) -> str:
    with pytest.raises(ConferenceError) as caught:
        await decoding.square(data, 64, owner="ann")
    return caught.value.message


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
@pytest.mark.slow
async def test_every_format_becomes_a_square(kind: str) -> None:
    made = await decoding.square(encoded(kind), 64, owner="ann")
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (64, 64))


@pytest.mark.slow
async def test_a_progressive_photo_as_cameras_write_it_is_taken() -> None:
    assert await decoding.square(encoded("JPEG", (4000, 3000), progressive=True), 64, owner="ann")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(many_scans(child.MAX_SCANS + 1), id="scans"),
        pytest.param(frames("PNG", child.MAX_FRAMES + 1), id="frames of a PNG"),
        pytest.param(frames("WEBP", child.MAX_FRAMES + 1), id="frames of a WebP"),
        pytest.param(encoded("PNG", (4000, 4001)), id="pixels of a PNG"),
        pytest.param(encoded("WEBP", (4000, 4001)), id="pixels of a WebP"),
        pytest.param(encoded("JPEG", (8000, 5001)), id="pixels of a JPEG"),
    ],
)
@pytest.mark.slow
async def test_what_costs_too_much_is_refused_before_it_is_decoded(data: bytes) -> None:
    with pytest.raises(OverflowError):
        child.square(data, 64)
    assert (await refusal(data)).startswith(TOO_MUCH)


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", encoded("JPEG")[:300], encoded("GIF")], ids=len)
@pytest.mark.slow
async def test_what_is_no_picture_of_ours_is_called_that(data: bytes) -> None:
    assert (await refusal(data)).startswith(NO_PICTURE)


@pytest.mark.parametrize(
    ("limit", "value", "script"),
    [
        ("CPU_S", 1, "while True: pass"),
        ("WALL_S", 0.3, "import time; time.sleep(3600)"),
        ("MEMORY_BYTES", 768 * 2**20, "bytearray(2**30)"),
        ("MAX_RESULT_BYTES", 100, "import sys\nwhile True: sys.stdout.write('x' * 1000)"),
        ("CPU_S", 5, "import os; os.abort()"),
    ],
    ids=["time of a processor", "time", "memory", "result", "a decoder that breaks"],
)
@pytest.mark.slow
async def test_a_child_beyond_its_limits_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, script: str
) -> None:
    (tmp_path / "child.py").write_text(script)
    monkeypatch.setattr(decoding, "_CHILD", tmp_path / "child.py")
    monkeypatch.setattr(decoding, limit, value)
    assert (await refusal(encoded("PNG"))).startswith(TOO_MUCH)


async def test_the_child_sees_none_of_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "child.py").write_text("import os; print(len([name for name in os.environ if 'PARLEY' in name]))")
    monkeypatch.setattr(decoding, "_CHILD", tmp_path / "child.py")
    assert await decoding.square(b"", 64, owner="ann") == b"0\n"


async def test_others_go_on_while_somebody_s_pictures_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bytes] = []
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def read(data: bytes, _side: int) -> tuple[int, bytes]:
        begun.append(data)
        has_begun.set()
        if data.startswith(b"ann"):
            await may_end.wait()
        return 0, data

    monkeypatch.setattr(decoding, "_run", read)
    hers = [asyncio.create_task(decoding.square(b"ann%d" % number, 64, owner="gail")) for number in range(4)]
    await has_begun.wait()
    assert await decoding.square(b"bob", 64, owner="bob") == b"bob"
    assert begun == [b"ann0", b"bob"]
    may_end.set()
    assert await asyncio.gather(*hers) == [b"ann0", b"ann1", b"ann2", b"ann3"]
    assert not {"gail", "bob"} & set(decoding._turns)
