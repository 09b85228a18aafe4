"""Pictures of every page for the README and the guide: `python -m tests.pictures [NAME…]`, or `make pictures`."""

import io
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from estimator.dashboard.frame import PAGES
from tests.serving import READY, launch, served

FOLDER = Path(__file__).parent.parent / ".github" / "pictures"
LOOKS = {"light": (1280, 1100, "light"), "phone": (390, 1400, "dark")}
MOST_BYTES = 250_000
_COLORS = 128
_PATIENCE_MS = 60_000


def picture(name: str, look: str) -> Path:
    """Where the picture of a page in a look lies."""
    return FOLDER / f"{name}-{look}.png"


def small(png: bytes) -> bytes:
    """The same picture in few colours."""
    out = io.BytesIO()
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLORS, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def take(browser: Browser, url: str, names: Iterable[str]) -> None:
    """Write the pictures of these pages."""
    for look, (width, height, scheme) in LOOKS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            device_scale_factor=1 if look == "light" else 2,
        )
        page = context.new_page()
        for name in names:
            page.goto(f"{url}/{'' if name == next(iter(PAGES)) else name}")
            page.wait_for_timeout(500)
            page.wait_for_selector(READY, timeout=_PATIENCE_MS)
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=_PATIENCE_MS)
            page.wait_for_timeout(1000)  # Charts are drawn.
            data = small(page.screenshot())
            picture(name, look).write_bytes(data)
            sys.stdout.write(f"{picture(name, look).name}: {len(data):,} bytes\n")
        context.close()


def main(names: Iterable[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        served(BREAKEVEN_HOME=home) as url,
        sync_playwright() as playwright,
    ):
        take(launch(playwright), url, names)


if __name__ == "__main__":
    main(sys.argv[1:] or PAGES)
