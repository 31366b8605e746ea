"""The explanation of a verdict: marked words, their weights, and untrusted text."""

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import PRAISE, REVIEW, answer, classify, overflow

MINUS = "\u2212"  # as wide as a plus sign
UNTRUSTED = [
    "<img src=x onerror=alert(1)> superb <script>alert(2)</script>",
    "\u202esuperb film\u202c and \u2066more",
    "zero\u200d\u200d\u200bwidth superb",
    "s\u0334\u0321\u031bu\u0337p\u0336e\u0335r\u0334b\u0338",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 superb \u0645\u0645\u062a\u0627\u0632",
]


def test_words_that_moved_the_deployed_model_are_marked(page: Page) -> None:
    classify(page, PRAISE)
    expect(page.locator("#marked")).to_have_text(PRAISE, timeout=20_000)
    marks = page.locator("#marked mark").all_inner_texts()
    assert {"Wonderful", "superb"} <= set(marks)
    strongest = page.locator("#movers li").first
    page.get_by_text("The strongest words as a list").click()
    expect(strongest).to_contain_text("+")


def test_offsets_count_characters_and_not_utf_16_units(page: Page) -> None:
    review = "😀😀 a superb film"
    answer(page, (5, 11, 1.5), (12, 16, -0.25))
    classify(page, review)
    expect(page.locator("#marked mark")).to_have_text(["superb", "film"])
    expect(page.locator("#marked")).to_have_text(review)


def test_stronger_words_have_a_stronger_colour(page: Page) -> None:
    answer(page, (0, 5, 0.5), (6, 12, 1.0), (13, 18, 1.5), (19, 24, 2.0))
    classify(page, "First second third forth")
    colours = "marks => marks.map(mark => getComputedStyle(mark).backgroundColor)"
    expect(page.locator("mark")).to_have_count(4)
    # color(srgb red green blue / alpha)
    found = [
        float(colour.rstrip(")").rpartition("/")[2])
        for colour in page.locator("mark").evaluate_all(colours)
    ]
    assert found == sorted(set(found))
    assert len(found) == 4


def test_weights_are_shown_on_hover_and_focus_and_in_a_list(page: Page) -> None:
    answer(page, (2, 8, 1.5), (9, 13, -0.25))
    classify(page, "a superb plot")
    expect(page.locator("mark")).to_have_count(2)
    superb, plot = page.locator("mark").all()
    content = "node => getComputedStyle(node, '::after').content"
    assert superb.evaluate(content) == "none"
    superb.hover()
    assert superb.evaluate(content) == '"+1.50"'
    plot.focus()
    assert plot.evaluate(content) == f'"{MINUS}0.25"'
    page.keyboard.press("Escape")
    assert [one.evaluate(content) for one in (superb, plot)] == ["none", "none"]
    superb.focus()
    assert superb.evaluate(content) == '"+1.50"'
    # The difference does not depend on colour alone.
    styles = [
        one.evaluate("node => getComputedStyle(node).textDecorationStyle") for one in (superb, plot)
    ]
    assert styles == ["solid", "dotted"]
    backgrounds = [
        one.evaluate("node => getComputedStyle(node).backgroundColor") for one in (superb, plot)
    ]
    # Chromium gives the computed mixture as color(srgb red green blue / opacity).
    opacities = [float(one.rstrip(")").rpartition("/")[2]) for one in backgrounds]
    assert opacities == pytest.approx([0.34, 0.04 + 0.3 * 0.25 / 1.5])
    expect(page.locator("#movers li")).to_have_text(["superb +1.50", f"plot {MINUS}0.25"])


@pytest.mark.parametrize("width", [320, 1440])
def test_weights_are_visible_at_every_position(open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    review = "superb " * 60
    answer(page, *((7 * word, 7 * word + 6, 1.5) for word in range(40)))
    classify(page, review)
    expect(page.locator("mark")).to_have_count(40)
    box = page.locator("#marked").bounding_box()
    assert box is not None
    for word in page.locator("mark").all()[:20]:
        word.hover()
        # A pseudo-element has no bounding box, so its position is computed.
        left, size = word.evaluate(
            "node => { const of = getComputedStyle(node, '::after'); const at = node.offsetLeft;"
            " const wide = parseFloat(of.width) + parseFloat(of.paddingLeft) * 2;"
            " return [node.matches('.late') ? at + node.offsetWidth - wide : at, wide]; }"
        )
        assert size > 0
        assert left >= 0
        assert left + size <= box["width"]


@pytest.mark.parametrize("review", UNTRUSTED)
def test_untrusted_text_is_shown_as_text(page: Page, review: str) -> None:
    answer(page, (0, 3, 1.0))
    classify(page, review)
    expect(page.locator("#marked")).to_be_visible()
    expect(page.get_by_label(REVIEW)).to_have_value(review)
    assert page.locator("#marked").evaluate("node => node.textContent") == review
    link = page.locator("#entries a").first
    assert link.evaluate("node => decodeURIComponent(node.hash)") == f"#review={review}"
    assert page.locator("main img, main script").count() == 0
    assert overflow(page) == 0


def test_the_deployed_model_explains_untrusted_text(page: Page) -> None:
    for review in UNTRUSTED:
        classify(page, review)
        expect(page.locator("#entries li").first).to_contain_text("% positive", timeout=20_000)
        expect(page.locator("#verdict")).to_be_visible()
        assert page.locator("#marked").evaluate("node => node.textContent") == review
    expect(page.locator("#entries li")).to_have_count(len(UNTRUSTED))


def test_right_to_left_text_reverses_nothing_else(page: Page) -> None:
    answer(page, (0, 1, 1.0))
    classify(page, "\u202e\u2067a film without an end")
    share = page.locator("#entries .label").bounding_box()
    link = page.locator("#entries a").bounding_box()
    assert link is not None
    assert share is not None
    assert share["x"] > link["x"]
    expect(page.locator("#entries .label")).to_have_text("97 % positive")


def test_a_very_long_review_breaks_no_layout(page: Page) -> None:
    answer(page, (0, 5, 1.0))
    page.set_viewport_size({"width": 320, "height": 640})
    classify(page, "x" * 100_000)
    expect(page.locator("mark")).to_have_text("xxxxx")
    assert overflow(page) == 0
