"""The pictures of the pages: all there, small, and of the width that they say."""

import io

import pytest
from PIL import Image

from estimator.dashboard.frame import PAGES
from tests.pictures import LOOKS, MOST_BYTES, picture, small


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_its_picture(name: str, look: str) -> None:
    file = picture(name, look)
    assert file.is_file(), "make pictures"
    assert file.stat().st_size < MOST_BYTES
    width = LOOKS[look][0]
    with Image.open(file) as image:
        assert image.width % width == 0


def test_a_picture_is_made_small_without_changing_what_it_shows() -> None:
    before = Image.new("RGB", (400, 300), "#10171d")
    before.paste("#2fb59b", (100, 100, 200, 200))
    data = io.BytesIO()
    before.save(data, "PNG", compress_level=0)
    after = small(data.getvalue())
    assert len(after) < len(data.getvalue()) / 10
    assert list(Image.open(io.BytesIO(after)).convert("RGB").get_flattened_data()) == list(before.get_flattened_data())
