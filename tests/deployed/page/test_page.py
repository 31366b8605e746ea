"""The page in ordinary use: verdicts, examples, and refused reviews."""

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.use import (
    CHANCES,
    DAMNATION,
    PRAISE,
    REVIEW,
    TABLE,
    answer,
    classify,
    judge_each,
)

MAX_PAGE_BYTES = 80_000  # all files, uncompressed, without the answers of the API


@pytest.mark.parametrize(("review", "verdict"), [(PRAISE, "positive"), (DAMNATION, "negative")])
def test_a_typed_review_gets_its_verdict(page: Page, review: str, verdict: str) -> None:
    classify(page, review)
    expect(page.locator("#verdict")).to_be_visible()
    assert page.locator("#verdict").get_attribute("data-verdict") in {verdict, "mixed"}
    expect(page.locator("#version")).to_contain_text("sentiment-dev-")
    expect(page.locator("#certainty")).to_contain_text("%")


def test_control_and_enter_classify(page: Page) -> None:
    page.get_by_label(REVIEW).fill("A dull, lazy mess.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict")).to_be_visible()


@pytest.mark.parametrize(
    ("group", "name", "verdict"),
    [
        ("Examples to try:", "Loved it", "Positive"),
        ("Examples to try:", "Hated it", "Negative"),
        ("Examples to try:", "Mixed feelings", "Mixed"),
        ("Try to fool it:", "A surprise", "Negative"),
        ("Try to fool it:", "A letdown", "Positive"),
    ],
)
def test_examples_keep_their_promise(page: Page, group: str, name: str, verdict: str) -> None:
    page.get_by_role("group", name=group).get_by_role("button", name=name).click()
    expect(page.get_by_label(REVIEW)).not_to_be_empty()
    expect(page.locator("#sentiment")).to_have_text(verdict)


def test_the_first_screen_has_an_example_that_the_model_still_judges_alike(page: Page) -> None:
    sample = page.get_by_role("region", name="An example")
    expect(sample).to_contain_text("An example, judged earlier")
    text = sample.locator("blockquote").inner_text()
    name = sample.locator("strong").inner_text()
    page.get_by_label(REVIEW).fill(text)
    expect(sample).to_be_hidden()
    expect(page.locator("#sentiment")).to_have_text(name)


def test_an_example_can_be_undone(page: Page) -> None:
    answer(page)
    page.get_by_label(REVIEW).press_sequentially("My own long review")
    page.get_by_role("button", name="Loved it").click()
    expect(page.get_by_label(REVIEW)).not_to_have_value("My own long review")
    expect(page.get_by_role("button", name="Loved it")).to_be_focused()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label(REVIEW).press("Control+z")
    expect(page.get_by_label(REVIEW)).to_have_value("My own long review")


def test_an_empty_review_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#message")).to_have_text("Write a review first.")
    expect(page.get_by_label(REVIEW)).to_be_focused()


def test_a_long_review_is_refused_before_it_is_sent(page: Page) -> None:
    page.on("request", lambda request: pytest.fail("sent") if "predict" in request.url else None)
    classify(page, "good " * 20_001)
    expect(page.locator("#message")).to_contain_text("100,005 characters; at most 100,000")


def test_the_longest_review_is_classified(page: Page) -> None:
    review = "a superb film, " * 6_666
    classify(page, f"{review:.<100000}")
    expect(page.locator("#sentiment")).to_contain_text("ositive")
    expect(page.locator("#marked mark").first).to_be_visible()


def test_the_message_of_the_api_is_shown_for_a_review_without_text(page: Page) -> None:
    page.allowed_noise = ("400",)  # type: ignore[attr-defined]
    classify(page, "<br /><br />")
    expect(page.locator("#message")).to_have_text("The review contains no text.")


def downloaded(page: Page) -> dict[str, int]:
    """Return the uncompressed size of each file that the page has loaded."""
    # A browser without windows does not load the icon by itself.
    page.evaluate("fetch('favicon.svg').then(answer => answer.text())")
    sizes: dict[str, int] = page.evaluate(
        """() => Object.fromEntries(performance.getEntries()
          .filter(entry => entry.decodedBodySize)
          .map(entry => [new URL(entry.name).pathname, entry.decodedBodySize]))"""
    )
    return {path: size for path, size in sizes.items() if not path.startswith("/api/")}


@pytest.mark.parametrize("text", [PRAISE, f"{PRAISE}\n\n{PRAISE}", f"{PRAISE * 8}\n\n" * 3])
def test_a_visitor_downloads_little_until_the_verdict(page: Page, text: str) -> None:
    page.get_by_label(REVIEW).press_sequentially(PRAISE)
    expect(page.locator("#verdict")).to_be_visible()
    classify(page, text)
    expect(page.locator("#marked mark").first).to_be_visible()
    files = downloaded(page)
    modules = {"/main.js", "/answer.js", "/marked.js", "/feedback.js"}
    assert set(files) >= {"/", "/style.css", "/config.json", "/favicon.svg", *modules}
    assert ("/table.js" in files) == ("\n" in text)
    assert ("/packing.js" in files) == (len(text) > 2000)
    assert sum(files.values()) <= MAX_PAGE_BYTES, files


def test_a_visitor_downloads_little_until_a_list_is_judged(page: Page) -> None:
    judge_each(page, TABLE, *CHANCES)
    expect(page.locator("#rows tr")).to_have_count(3)
    files = downloaded(page)
    assert set(files) >= {"/", "/columns.js", "/batch.js", "/rows.js", "/lists.css"}
    assert sum(files.values()) <= MAX_PAGE_BYTES, files
