"""Why a verdict is what it is, what was judged before, many lines, and the model itself."""

import csv
import io
import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_page import ANSWER, ARTIFACTS, AXE, PRAISE, classify

REVIEW = "Your review"
MINUS = "\u2212"  # as wide as a plus sign
CARD = {
    "model_version": "sentiment-dev-1",
    "trained_at": "2026-03-01T12:00:00+00:00",
    "metrics": {"accuracy": 0.92, "accuracy_low": 0.91, "accuracy_high": 0.93, "rows": 5000},
    "sha256": {"training": "a" * 64, "testing": "b" * 64, "code": "c" * 64},
    "hyperparameters": {"architecture": "ngrams"},
}


def answer(page: Page, *spans: tuple[int, int, float], **more: Any) -> None:
    """Let the API answer with an explanation."""
    words = [{"start": start, "end": end, "weight": weight} for start, end, weight in spans]
    page.route(
        "**/api/predict", lambda route: route.fulfill(json={**ANSWER, "explanation": words, **more})
    )


def test_the_deployed_model_s_words_are_marked(page: Page) -> None:
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
    # Not by colour alone
    styles = [
        one.evaluate("node => getComputedStyle(node).textDecorationStyle") for one in (superb, plot)
    ]
    assert styles == ["solid", "dotted"]
    assert [one.get_attribute("data-strength") for one in (superb, plot)] == ["4", "1"]
    expect(page.locator("#movers li")).to_have_text(["superb +1.50", f"plot {MINUS}0.25"])


@pytest.mark.parametrize(
    "review",
    [
        "<img src=x onerror=alert(1)> superb <script>alert(2)</script>",
        "\u202esuperb film\u202c and \u2066more",
        "zero\u200d\u200d\u200bwidth superb",
        "s̴̡̛͎̖͈u̷p̶e̵r̴b̸",
    ],
)
def test_untrusted_text_is_only_text(page: Page, review: str) -> None:
    page.on("dialog", lambda _: pytest.fail("markup ran"))
    answer(page, (0, 3, 1.0))
    classify(page, review)
    expect(page.locator("#marked")).to_be_visible()
    assert page.locator("#marked").evaluate("node => node.textContent") == review
    assert page.locator("#entries a").first.evaluate("node => node.hash.length") > 8
    assert page.locator("main img, main script").count() == 0


def test_a_very_long_review_breaks_no_layout(page: Page) -> None:
    answer(page, (0, 5, 1.0))
    page.set_viewport_size({"width": 320, "height": 640})
    classify(page, "x" * 100_000)
    expect(page.locator("mark")).to_have_text("xxxxx")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0


def test_the_visit_is_remembered_shared_and_cleared(page: Page) -> None:
    answer(page)
    classify(page, "The first film & more")
    expect(page.locator("#entries li")).to_have_count(1)
    classify(page, "The second film")
    expect(page.locator("#entries li")).to_have_count(2)
    expect(page.locator("#entries li").first).to_have_text("The second film 97 % positive")
    page.reload()
    link = page.get_by_role("link", name="The first film & more")
    href = str(link.get_attribute("href"))
    assert href == "#review=The%20first%20film%20%26%20more"
    link.click()
    expect(page.get_by_label(REVIEW)).to_have_value("The first film & more")
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#history")).to_be_hidden()
    page.reload()
    expect(page.locator("#history")).to_be_visible()  # the address still holds a review


def test_a_link_fills_the_text_area_and_no_server_sees_it(browser: Browser, site_url: str) -> None:
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    answer(page)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/#review=Shared%20with%20love")
    expect(page.get_by_label(REVIEW)).to_have_value("Shared with love")
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert not any("Shared" in url for url in seen)
    page.goto("/#review=%E0%A4%A")
    page.reload()
    expect(page.get_by_role("button", name="Classify", exact=True)).to_be_visible()
    context.close()


def test_people_say_whether_it_was_right(page: Page) -> None:
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=201, json={"status": "recorded", "request_id": "2"})

    answer(page, request_id="request-1")
    page.route("**/api/feedback", take)
    classify(page, "A fine film")
    page.get_by_role("group", name="Was this right?").get_by_role("button", name="No").click()
    expect(page.locator("#thanks")).to_have_text("Thank you, that helps the next training.")
    expect(page.locator("#question")).to_be_hidden()
    assert sent == [
        {
            "review": "A fine film",
            "predicted": "positive",
            "correct": "negative",
            "request_id": "request-1",
        }
    ]


def test_feedback_that_is_not_kept_can_be_sent_again(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    answer(page, request_id="request-1")
    page.route("**/api/feedback", lambda route: route.fulfill(status=503, json={"detail": "x"}))
    classify(page, "A fine film")
    page.get_by_role("button", name="Yes").click()
    expect(page.locator("#thanks")).to_contain_text("could not be kept")
    expect(page.get_by_role("button", name="Yes")).to_be_visible()


def test_nobody_is_asked_where_feedback_is_off(browser: Browser, site_url: str) -> None:
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    page.route(
        "**/config.json",
        lambda route: route.fulfill(json={"api": "/api", "maxReviewCharacters": 1000}),
    )
    answer(page)
    page.goto("/")
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#feedback")).to_be_hidden()
    context.close()


def test_it_is_usable_at_200_percent_and_without_motion(browser: Browser, site_url: str) -> None:
    # A page at 200 % of 640 pixels has 320 to lay itself out in.
    context = browser.new_context(
        base_url=site_url,
        viewport={"width": 320, "height": 450},
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    page = context.new_page()
    answer(page, (2, 6, 1.0))
    page.goto("/")
    classify(page, "A fine film")
    expect(page.locator("#verdict")).to_be_visible()
    duration = "node => getComputedStyle(node).transitionDuration"
    assert page.locator("#needle").evaluate(duration) == "0s"
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    context.close()


def test_lines_are_judged_one_by_one_and_downloaded(page: Page) -> None:
    predictions = [
        {"sentiment": "positive", "probability": 0.97},
        {"error": {"code": "empty_review", "detail": "There is no text in the review."}},
        {"sentiment": "negative", "probability": 0.1},
    ]
    sent: list[Any] = []

    def batch(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(json={"predictions": predictions, "model": None, "request_id": "1"})

    page.route("**/api/predict/batch", batch)
    answer(page)
    text = '=A "superb" film, it was\n\n<br>\nDull'
    page.get_by_label(REVIEW).fill(text)
    page.get_by_role("button", name="Classify each of 3 lines").click()
    rows = page.locator("#rows tr")
    expect(rows).to_have_count(3)
    assert sent == [{"reviews": ['=A "superb" film, it was', "<br>", "Dull"]}]
    expect(rows.nth(1)).to_contain_text("There is no text in the review.")
    expect(rows.nth(2)).to_have_text("Dullnegative10.0 %")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    text = download.value.path().read_bytes().decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert table == [
        ["review", "sentiment", "probability", "error"],
        ['\'=A "superb" film, it was', "positive", "0.97", ""],
        ["<br>", "", "", "empty_review"],
        ["Dull", "negative", "0.1", ""],
    ]


def test_the_model_s_card_is_in_a_drawer(page: Page) -> None:
    page.route("**/api/model", lambda route: route.fulfill(json=CARD))
    opener = page.get_by_role("button", name="About the model")
    opener.click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("92.0 % (95 %: 91.0 % to 93.0 %)")
    expect(drawer).to_contain_text("c" * 64)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_deployed_model_has_a_card(page: Page) -> None:
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("sentiment-dev-", timeout=20_000)
    expect(drawer).to_contain_text("ngrams")
    page.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()


def test_the_card_of_a_starting_model_is_waited_for(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    starting = {"code": "model_warming_up", "detail": "Try again in a few seconds."}
    answers: list[dict[str, Any]] = [
        {"status": 503, "headers": {"Retry-After": "1"}, "json": starting},
        {"json": CARD},
    ]
    page.route("**/api/model", lambda route: route.fulfill(**answers.pop(0)))
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_contain_text("The model is starting")
    expect(page.locator("#facts")).to_contain_text("92.0 %")
    expect(page.locator("#card-message")).to_be_empty()


def test_a_model_that_does_not_answer_has_no_card(page: Page) -> None:
    page.allowed_noise = ("502",)  # type: ignore[attr-defined]
    problem = {"code": "model_failed", "detail": "The model could not be asked."}
    page.route("**/api/model", lambda route: route.fulfill(status=502, json=problem))
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_have_text("The model could not be asked.")
    expect(page.locator("#facts")).to_be_empty()


def test_it_classifies_while_one_writes(page: Page) -> None:
    sent: list[str] = []

    def verdict(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["review"])
        route.fulfill(json={**ANSWER, "explanation": []})

    page.route("**/api/predict", verdict)
    page.clock.install()
    field = page.get_by_label(REVIEW)
    field.press_sequentially("I loved this")
    page.clock.run_for(2_000)
    assert sent == []  # three words say little
    field.press_sequentially(" wonderful film")
    page.clock.run_for(300)
    assert sent == []
    page.clock.run_for(1_000)
    expect(page.locator("#sentiment")).to_have_text("Positive")
    assert sent == ["I loved this wonderful film"]


def test_what_could_not_be_sent_goes_when_the_network_is_back(page: Page) -> None:
    page.allowed_noise = ("ERR_INTERNET_DISCONNECTED",)  # type: ignore[attr-defined]
    answer(page)
    page.unroute("**/api/predict")
    page.context.set_offline(True)
    classify(page, "A fine film")
    expect(page.get_by_role("status").first).to_contain_text("sent again when you are back online")
    answer(page)
    page.context.set_offline(False)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_no_layout_shift_after_the_first_paint(browser: Browser, site_url: str) -> None:
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    page.goto("/")
    page.wait_for_timeout(500)
    shift = page.evaluate(
        "new Promise(done => new PerformanceObserver(list => done("
        "list.getEntries().reduce((sum, entry) => sum + entry.value, 0)"
        ")).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 300))"
    )
    assert shift == 0
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_all_of_it_looks_right_and_axe_finds_nothing(
    browser: Browser, site_url: str, theme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=site_url, color_scheme=theme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto("/")
    lines = f"{PRAISE}\nDull, lazy and far too long. A waste of time.\nFine, but not more."
    page.get_by_label(REVIEW).fill(lines)
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(page.locator("#marked")).to_be_visible(timeout=20_000)
    page.get_by_text("The strongest words as a list").click()
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"explained-{theme}-{width}.png", full_page=True)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    page.evaluate(AXE.read_text("utf-8"))
    run = "axe.run().then(result => result.violations.map(v => v.id))"
    found = page.evaluate(run)
    page.get_by_role("button", name="Classify each").click()
    expect(page.locator("#rows tr")).to_have_count(3, timeout=20_000)
    page.screenshot(path=ARTIFACTS / f"lines-{theme}-{width}.png", full_page=True)
    assert page.evaluate(overflow) == 0
    found += page.evaluate(run)
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#facts dt").first).to_be_visible(timeout=20_000)
    page.screenshot(path=ARTIFACTS / f"card-{theme}-{width}.png")
    found += page.evaluate(run)
    context.close()
    assert found == []
