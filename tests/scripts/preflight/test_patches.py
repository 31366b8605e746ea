"""The row about AWS's patches of an image."""

from datetime import date

import pytest

from scripts.preflight.row import State
from scripts.preflight.sources import check_patches
from stacks.settings.images import SCIKIT_LEARN, serving_image
from tests.stacks.altered import OWN_IMAGE

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(("chosen", "state"), [(None, State.NOTE), (SCIKIT_LEARN, State.GOOD)])
def test_an_image_without_patches_is_noted(chosen: str | None, state: State) -> None:
    image = serving_image(chosen, "us-east-1")
    (row,) = check_patches(image.uri, "serving", TODAY)
    assert (row.check, row.state) == ("serving image's patches", state)
    assert row.found == image.patches(TODAY)


def test_nothing_is_said_of_images_without_an_announced_day() -> None:
    assert list(check_patches(OWN_IMAGE, "serving", TODAY)) == []
