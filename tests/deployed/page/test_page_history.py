"""The history of a visit, and links that carry a review."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import REVIEW, answer, classify


def test_the_history_is_kept_linked_and_cleared(page: Page) -> None:
    answer(page)
    classify(page, "The first film & more")
    expect(page.locator("#entries li")).to_have_count(1)
    classify(page, "The second film")
    expect(page.locator("#entries li")).to_have_count(2)
    expect(page.locator("#entries li").first).to_have_text("The second film 97% positive")
    page.reload()
    link = page.get_by_role("link", name="The first film & more")
    href = str(link.get_attribute("href"))
    assert href == "#review=The%20first%20film%20%26%20more"
    link.click()
    expect(page.get_by_label(REVIEW)).to_have_value("The first film & more")
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#history")).to_be_hidden()
    expect(page.locator("#verdict")).to_be_hidden()
    expect(page.get_by_label(REVIEW)).to_be_focused()
    page.reload()
    expect(page.get_by_label(REVIEW)).to_have_value("The first film & more")
    expect(page.locator("#history")).to_be_hidden()


def test_a_review_being_written_is_listed_once(page: Page) -> None:
    answer(page)
    field = page.get_by_label(REVIEW)
    for more in ("I loved this film", ", I really did", ", and so did they"):
        field.press_sequentially(more)
        expect(page.locator("#entries li").first).to_contain_text(f"{more} 97% positive")
    expect(page.locator("#entries li")).to_have_count(1)
    page.get_by_role("button", name="Classify", exact=True).click()
    page.get_by_role("button", name="Edit").click()
    field.press_sequentially(", all of them")
    expect(page.locator("#entries li")).to_have_count(2)  # the classified review remains


def test_no_verdict_is_shown_as_certain(page: Page) -> None:
    for probability, label in ((0.9999, "over 99% positive"), (0.0001, "over 99% negative")):
        answer(page, probability=probability)
        classify(page, f"A film of {probability}")
        expect(page.locator("#entries .label").first).to_have_text(label)


def test_a_link_fills_the_text_area_and_no_server_sees_it(open_page: OpenPage) -> None:
    page = open_page(goto=None)
    answer(page)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(f"{request.url} {request.headers}"))
    page.goto("/#review=Shared%20with%20love")
    expect(page.get_by_label(REVIEW)).to_have_value("Shared with love")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert not any("Shared" in request for request in seen)


def test_editing_the_review_clears_the_address(open_page: OpenPage) -> None:
    page = open_page(goto=None)
    answer(page)
    page.goto("/#review=Shared%20with%20love")
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    page.get_by_label(REVIEW).press_sequentially("!")
    assert page.evaluate("location.hash") == ""


def test_other_tabs_have_their_own_history(page: Page) -> None:
    answer(page)
    classify(page, "The first film")
    expect(page.locator("#entries li")).to_have_count(1)
    other = page.context.new_page()
    other.goto("/")
    expect(other.locator("#history")).to_be_hidden()
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_the_same_review_is_listed_once_and_the_oldest_are_dropped(page: Page) -> None:
    answer(page)
    for number in [*range(21), 20]:
        classify(page, f"Film {number}")
        expect(page.locator("#entries li").first).to_contain_text(f"Film {number} ")
    expect(page.locator("#entries li")).to_have_count(20)
    expect(page.locator("#entries li").last).to_contain_text("Film 1 ")


@pytest.mark.parametrize("review", ["A fine film. " * 4000, "Ein Käse 😀 " * 300, "\u202e" * 900])
def test_a_long_review_has_a_short_link_that_opens_it(open_page: OpenPage, review: str) -> None:
    page = open_page()
    answer(page)
    classify(page, review)
    link = page.locator("#entries a").first
    expect(link).to_have_attribute("href", re.compile("^#packed="))
    href = str(link.get_attribute("href"))
    assert len(href) < 2000
    other = open_page(goto=None)
    answer(other)
    other.goto(f"/{href}")
    expect(other.locator("#verdict")).to_be_visible()
    assert other.get_by_label(REVIEW).input_value() == review


def test_the_link_of_a_verdict_is_copied(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    answer(page)
    classify(page, "A fine film")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#copied")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("/#review=A%20fine%20film")


@pytest.mark.parametrize(
    "fragment",
    ["#review=%E0%A4%A", "#packed=!", "#packed=AAAA", "#packed=", "#packed=c1RIy8xLBRI5uXoKjm"],
)
def test_a_damaged_link_is_reported(open_page: OpenPage, fragment: str) -> None:
    page = open_page(f"/{fragment}")
    expect(page.locator("#message-text")).to_have_text("The link is incomplete; ask for it again.")
    expect(page.get_by_label(REVIEW)).to_be_empty()
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()


def test_a_damaged_link_keeps_the_text(page: Page) -> None:
    answer(page)
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    page.evaluate("location.hash = '#packed=AAAA'")
    expect(page.locator("#message-text")).to_have_text("The link is incomplete; ask for it again.")
    page.reload()
    expect(page.locator("#message-text")).to_have_text("The link is incomplete; ask for it again.")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.get_by_label(REVIEW)).to_have_value("A fine film")


def test_back_returns_from_a_link_of_the_history(page: Page) -> None:
    answer(page)
    for review in ("The first film", "The second film"):
        classify(page, review)
        expect(page.locator("#entries li").first).to_contain_text(review)
    page.get_by_role("link", name="The first film").click()
    expect(page.get_by_label(REVIEW)).to_have_value("The first film")
    page.go_back()
    expect(page.get_by_label(REVIEW)).to_have_value("The second film")
    assert page.evaluate("location.hash") == ""
    expect(page.locator("#verdict")).to_be_visible()
    page.go_forward()
    expect(page.get_by_label(REVIEW)).to_have_value("The first film")
