"""Write the pictures of README and docs from the running example: `python dev.py shots`."""

from __future__ import annotations

import base64
import re
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from tests.browser.place import FLAGS, Place, chromium, enter, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESKTOP, PHONE = (1280, 900), (360, 760)
LIST = b"""id,name,email,born,postcode,goals,availability
1,Jo Bright,jo@example.org,1990-03-04,LS8 4AA,maths; coding,tue-eve
2,Kai Osei,kai at example,1991-03-04,LS8 5AA,coding,tue-eve
3,Mo Ali,mo@example.org,04/13/2009,LS9 7AA,maths,tue-eve
4,Una Roe,una@example.org,1993-03-04,ZZ99 9ZZ,maths,some day
"""


def home(page: Page) -> None:
    """What an organiser needs to do now."""
    enter(page, "Organiser")


def hub(page: Page) -> None:
    """The public page of a hub."""
    page.goto("/h/spring-lane/")


def opinion(page: Page) -> None:
    """What groups of people think, and what unites them."""
    page.goto("/h/spring-lane/discussions/")
    page.get_by_role("link", name=re.compile("Bowling Green")).first.click()
    page.get_by_role("heading", name="The groups").wait_for()


def matching(page: Page) -> None:
    """A round of mentoring that is ready to read."""
    enter(page, "Programme lead")
    page.goto("/h/onward/rounds/")
    page.get_by_role("main").get_by_role("link", name=re.compile("Autumn")).first.click()
    page.get_by_text("of the best possible").first.wait_for()


def bringing(page: Page) -> None:
    """A list with faults, each named by row and column."""
    enter(page, "Programme lead")
    page.goto("/h/onward/bring-in/list/mentees/")
    page.locator("input[type=file][name=file]").set_input_files(
        {"name": "mentees.csv", "mimeType": "text/csv", "buffer": LIST}
    )
    page.get_by_role("button", name="Read this list").click()
    page.get_by_role("heading", name="What to put right").wait_for()


SHOTS: tuple[tuple[str, Callable[[Page], None], tuple[int, int], bool], ...] = (
    ("home-desktop", home, DESKTOP, False),
    ("home-desktop-dark", home, DESKTOP, True),
    ("home-phone", home, PHONE, False),
    ("home-phone-dark", home, PHONE, True),
    ("hub-desktop", hub, DESKTOP, False),
    ("hub-desktop-dark", hub, DESKTOP, True),
    ("hub-phone", hub, PHONE, False),
    ("hub-phone-dark", hub, PHONE, True),
    ("opinion-desktop", opinion, DESKTOP, False),
    ("opinion-desktop-dark", opinion, DESKTOP, True),
    ("opinion-phone", opinion, PHONE, False),
    ("opinion-phone-dark", opinion, PHONE, True),
    ("matching-desktop", matching, DESKTOP, False),
    ("matching-desktop-dark", matching, DESKTOP, True),
    ("matching-phone", matching, PHONE, False),
    ("matching-phone-dark", matching, PHONE, True),
    ("bringing-in-desktop", bringing, DESKTOP, False),
    ("bringing-in-phone", bringing, PHONE, False),
)


def take(
    browser: Browser, place: Place, name: str, go: Callable[[Page], None], size: tuple[int, int], dark: bool
) -> int:
    """Write one picture of what stands first on a page; return its bytes."""
    context = browser.new_context(
        base_url=place.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    go(page)
    page.evaluate("() => document.fonts.ready")
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    shot = page.screenshot()
    page.goto("about:blank")
    png = small(page, shot, size)
    (PICTURES / f"{name}.png").write_bytes(png)
    context.close()
    return len(png)


RAW = """async (png) => {
    const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const bytes = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let text = '';
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
    return btoa(text);
}"""


def small(blank: Page, png: bytes, size: tuple[int, int]) -> bytes:
    """Return the picture with at most 256 colours, the most frequent of those that differ: a third of the bytes."""
    raw = base64.b64decode(blank.evaluate(RAW, base64.b64encode(png).decode()))
    pixels = np.frombuffer(raw, np.uint8).reshape(-1, 4)[:, :3]
    colours, which, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    often = np.argsort(-counts, kind="stable")
    _kinds, first = np.unique(colours[often] >> 4, axis=0, return_index=True)  # shades of one colour count once
    keep = np.unique(np.concatenate([np.arange(min(64, len(often))), np.sort(first)[:192]]))  # also near neighbours
    palette = colours[often[keep[:256]]]
    apart = ((colours[:, None, :].astype(int) - palette[None].astype(int)) ** 2).sum(axis=2)
    rows = apart.argmin(axis=1).astype(np.uint8)[which.ravel()].reshape(size[1], size[0])
    lines = np.hstack([np.zeros((size[1], 1), np.uint8), rows]).tobytes()
    head = struct.pack(">IIBBBBB", *size, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )


def main(names: list[str]) -> None:
    """Start the example, take the pictures (all, or those whose name begins with one of `names`), end it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with served("demo", "--no-browser") as place, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, go, size, dark in SHOTS:
            if not names or name.startswith(tuple(names)):
                print(f"{name}: {take(browser, place, name, go, size, dark) / 1000:.0f} kB", flush=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
