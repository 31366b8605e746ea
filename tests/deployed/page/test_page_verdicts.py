"""The text, certainty and gauge of each kind of verdict."""

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.use import ANSWER, answer, classify


@pytest.mark.parametrize(
    ("probability", "verdict", "certainty"),
    [
        (0.999, "Positive", "over 99 % sure"),
        (0.61, "Positive", "61 % sure"),
        (0.59, "Unsure", "leaning positive, 59 %"),
        (0.45, "Unsure", "leaning negative, 55 %"),
        (0.3, "Negative", "70 % sure"),
        (0, "Negative", "over 99 % sure"),
    ],
)
def test_the_certainty_of_a_verdict(
    page: Page, probability: float, verdict: str, certainty: str
) -> None:
    answer = {**ANSWER, "probability": probability}
    page.route("**/api/predict", lambda route: route.fulfill(json=answer))
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text(verdict)
    expect(page.locator("#certainty")).to_have_text(certainty)
    gauge = page.locator("#gauge").bounding_box()
    needle = page.locator("#needle").evaluate(
        "async node => { await Promise.all(node.getAnimations().map(one => one.finished));"
        " const box = node.getBoundingClientRect(); return box.x + box.width / 2; }"
    )
    assert gauge is not None
    assert (needle - gauge["x"]) / gauge["width"] == pytest.approx(probability, abs=0.002)


def test_the_gauge_shows_unsure_in_the_middle(page: Page) -> None:
    answer(page, probability=0.5)
    classify(page, "A film.")
    expect(page.locator("#sentiment")).to_have_text("Unsure")
    middles = []
    for place in ("#gauge", "#gauge .unsure", ".scale :text('unsure')"):
        box = page.locator(place).bounding_box()
        assert box is not None
        middles.append(box["x"] + box["width"] / 2)
    assert middles == pytest.approx([middles[0]] * 3, abs=1)


def test_an_old_verdict_is_hidden_when_a_new_text_is_sent(page: Page) -> None:
    page.route("**/api/predict", lambda route: route.fulfill(json=ANSWER))
    classify(page, "A film.")
    expect(page.locator("#verdict")).to_be_visible()
    classify(page, " ")
    expect(page.locator("#verdict")).to_be_hidden()
