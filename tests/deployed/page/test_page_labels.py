"""The page with labels other than positive and negative, on the page without texts about films."""

import json
import math
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.labels import (
    CARD,
    EVEN,
    HOSTILE,
    SPORTS,
    TABLE,
    TEXT,
    answer,
    explained,
    judged,
    write,
)
from tests.deployed.page.use import ARTIFACTS, judge_each, layout_shift, overflow, violations

ABOUT_FILMS = re.compile("positive|negative|film|movie|review", re.IGNORECASE)

# Probabilities, and the name, chance and entry of the history that they have
VERDICTS: list[tuple[dict[str, float], str, str, str]] = [
    (SPORTS, "Clearly sports", "92%", "92% sports"),
    ({"ham": 0.9999, "spam": 0.0001}, "Clearly ham", "over 99%", "over 99% ham"),
    ({"a": 0.1, "b": 0.65, "c": 0.25}, "Probably b", "65%", "65% b"),
    ({"a": 0.4, "b": 0.25, "c": 0.2, "d": 0.15}, "Perhaps a", "40%", "40% a"),
    ({"ham": 0.42, "spam": 0.58}, "Unsure between spam and ham", "", "58% spam"),
    ({"a": 0.3, "b": 0.36, "c": 0.34}, "Unsure between b, c and a", "", "36% b"),
    ({"a": 0.26, "b": 0.25, "c": 0.25, "d": 0.24}, "Unsure", "", "26% a"),
    ({"1": 0.05, "10": 0.93, "9": 0.02}, "Clearly 10", "93%", "93% 10"),
    ({"__proto__": 0.95, "constructor": 0.05}, "Clearly __proto__", "95%", "95% __proto__"),
]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open the page of a model of any data."""
    return open_page("/neutral")


def test_the_verdict_names_the_label_and_how_likely_it_is(page: Page) -> None:
    for probabilities, name, chance, listed in VERDICTS:
        answer(page, judged(probabilities))
        write(page, f"A text for {name}")
        expect(page.locator("#sentiment")).to_have_text(name)
        expect(page.locator("#certainty")).to_have_text(chance)
        expect(page.locator("#entries .label").first).to_have_text(listed)
        expect(page.locator("#gauge")).to_be_hidden()


def test_the_most_probable_labels_have_bars(page: Page) -> None:
    chances = [0.5, 0.2, 0.1, 0.08, 0.06, 0.04, 0.02]
    answer(page, judged({f"label {place}": chance for place, chance in enumerate(chances)}))
    write(page)
    bars = page.locator("#bars li")
    expect(bars).to_have_text(
        [
            "label 0 50%",
            "label 1 20%",
            "label 2 10%",
            "label 3 8%",
            "label 4 6%",
            "2 other labels 6%",
        ]
    )
    shares = bars.evaluate_all("bars => bars.map(bar => bar.style.getPropertyValue('--share'))")
    assert [float(share) for share in shares] == pytest.approx([*chances[:5], 0.06])


def test_a_text_of_unknown_words_gets_a_guess_without_shares(page: Page) -> None:
    answer(page, judged(dict.fromkeys("abc", 1 / 3), known_words=0))
    write(page)
    expect(page.locator("#sentiment")).to_have_text("A guess")
    expect(page.locator("#explanation")).to_be_hidden()
    assert "%" not in page.locator("main").inner_text()


def test_the_reasons_speak_for_the_label(page: Page) -> None:
    answer(page, explained(SPORTS))
    write(page)
    expect(page.locator("#because")).to_have_text("Because of 'striker', 'scored', despite 'bank'.")
    marks = page.locator("#marked mark")
    sides = marks.evaluate_all("marks => marks.map(mark => [mark.textContent, mark.dataset.side])")
    assert sides == [["striker", "for"], ["scored", "for"], ["bank", "against"]]
    marks.last.hover()
    expect(page.locator("#pointed")).to_have_text("'bank' pushes strongly away from sports.")
    expect(marks.first).to_have_attribute("aria-label", "striker: pushes strongly towards sports")
    page.get_by_text("The numbers").click()
    expect(page.locator("#axis")).to_contain_text("above 0 towards sports, below 0 away from it")
    expect(page.locator("#movers li")).to_have_text(
        ["“striker” +1.90", "“bank” \u22121.20", "“scored” +0.80",
         "all other words +0.00", "before the first word +0.50", "sum +2.00"]
    )  # fmt: skip
    answer(page, judged({"business": 0.8, "sports": 0.2}))
    marks.first.click()
    expect(page.locator("#without")).to_have_text(
        "Without 'striker': probably business (80%). As written: clearly sports (92%)."
    )
    answer(page, explained(EVEN))
    write(page)
    expect(page.locator("#because")).to_have_text(
        "Speaking for business: 'striker', 'scored'. Against it: 'bank'."
    )


@pytest.mark.parametrize(
    ("label", "weights", "because"),
    [
        ("ham", [-1.9, -0.8, 1.2], "Because of 'striker', 'scored', despite 'bank'."),
        ("spam", [1.9, 0.8, -1.2], "Because of 'striker', 'scored', despite 'bank'."),
    ],
)
def test_the_weights_of_two_labels_are_turned_towards_the_verdict(
    page: Page, label: str, weights: list[float], because: str
) -> None:
    probabilities = {"ham": 0.05, "spam": 0.95} if label == "spam" else {"ham": 0.95, "spam": 0.05}
    verdict = explained(probabilities, bias=math.copysign(0.5, weights[0]))
    for word, weight in zip(verdict["explanation"], weights, strict=True):
        word["weight"] = weight  # the phrases are the same objects
    answer(page, verdict)
    write(page)
    expect(page.locator("#because")).to_have_text(because)
    page.get_by_text("The numbers").click()
    expect(page.locator("#movers li").last).to_have_text("sum +2.00")


def feedback_on(page: Page, verdict: dict[str, Any]) -> list[Any]:
    """Show a verdict and return the list of the feedback that is sent on it."""
    sent: list[Any] = []

    def take(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(status=201, json={"status": "recorded", "request_id": "2"})

    page.route("**/api/feedback", take)
    answer(page, verdict)
    write(page)
    return sent


def test_the_right_label_is_chosen_for_a_wrong_verdict(page: Page) -> None:
    sent = feedback_on(page, judged(SPORTS))
    page.get_by_role("group", name="Was this right?").get_by_role("button", name="No").click()
    choice = page.get_by_label("The right label")
    expect(choice).to_be_focused()
    expect(choice.locator("option")).to_have_text(["business", "science"])
    choice.select_option("science")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thanks")).to_be_focused()
    assert [(one["predicted"], one["correct"]) for one in sent] == [("sports", "science")]


def test_an_unsure_verdict_asks_for_the_label(page: Page) -> None:
    sent = feedback_on(page, judged(EVEN))
    options = page.get_by_role("group", name="Which is it?").get_by_label("The right label")
    expect(options.locator("option")).to_have_text(["business", "sports", "science"])
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thanks")).to_contain_text("Thank you")
    assert [(one["predicted"], one["correct"]) for one in sent] == [("business", "business")]


def test_two_labels_have_a_button_each(page: Page) -> None:
    sent = feedback_on(page, judged({"ham": 0.97, "spam": 0.03}))
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.locator("#thanks")).to_contain_text("Thank you")
    page.unroute("**/api/predict")
    answer(page, judged({"ham": 0.48, "spam": 0.52}))
    write(page)
    page.get_by_role("group", name="Which is it?").get_by_role("button", name="ham").click()
    expect(page.locator("#thanks")).to_contain_text("Thank you")
    assert [(one["predicted"], one["correct"]) for one in sent] == [
        ("ham", "spam"),
        ("spam", "ham"),
    ]


def test_the_card_has_the_strengths_and_weaknesses_of_the_labels(page: Page) -> None:
    page.route("**/api/model", lambda route: route.fulfill(json=CARD))
    page.get_by_role("button", name="About the model").click()
    drawer = page.get_by_role("dialog", name="The model")
    expect(drawer).to_contain_text("Right on 92 of 100 texts it had not seen")
    expect(drawer).to_contain_text("Best atsports (finds 98 of 100)")
    expect(drawer).to_contain_text("Weakest atscience (finds 70 of 100)")
    expect(drawer).to_contain_text(
        "science with business (20 of 100); science with sports (10 of 100); business with science (8 of 100)"
    )
    drawer.get_by_text("Each label").click()
    expect(drawer.locator("tbody tr")).to_have_text(
        ["business1,50088%90%", "science50070%80%", "sports3,00098%97%"]
    )
    assert not ABOUT_FILMS.search(drawer.inner_text())
    assert violations(page) == []


def test_a_label_is_only_text(open_page: OpenPage) -> None:
    page = open_page("/neutral", viewport={"width": 320, "height": 900})
    for label in HOSTILE:
        answer(page, explained({label: 0.6, "other": 0.2, **dict.fromkeys("abc", 0.05)}))
        write(page, f"{TEXT} {HOSTILE.index(label)}")
        expect(page.locator("#sentiment")).to_have_text(f"Probably {label}")
        expect(page.locator("#bars bdi").first).to_have_text(label)
        page.get_by_role("button", name="No", exact=True).click()
        assert overflow(page) == 0, label
    answer(page, explained(dict.fromkeys(HOSTILE, 0.2)))
    write(page)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    assert overflow(page) == 0
    page.get_by_role("button", name="Edit").click()
    verdicts = [judged({label: 0.97, "other": 0.03}) for label in HOSTILE]
    judge_each(page, "\n".join(f"{TEXT} {place}" for place in range(len(HOSTILE))), *verdicts)
    expect(page.locator("#rows .label bdi")).to_have_text(HOSTILE)
    page.route(
        "**/api/model",
        lambda route: route.fulfill(
            json={
                **CARD,
                "labels": HOSTILE[:3],
                "metrics": {
                    **CARD["metrics"],
                    "labels": dict(
                        zip(HOSTILE[:3], CARD["metrics"]["labels"].values(), strict=True)
                    ),
                },
            }
        ),
    )
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#facts tbody bdi")).to_have_text(HOSTILE[:3])
    assert overflow(page) == 0
    assert page.locator("main img").count() == 0
    assert violations(page) == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 320)])
def test_it_looks_right_and_says_nothing_about_films(
    open_page: OpenPage, theme: Any, width: int
) -> None:
    page = open_page("/neutral", color_scheme=theme, viewport={"width": width, "height": 900})
    ARTIFACTS.mkdir(exist_ok=True)
    said: dict[str, Any] = {}

    def look(state: str) -> None:
        name = f"page-labels-{state}-{theme}-{width}.png"
        page.screenshot(path=ARTIFACTS / name, full_page=True, animations="disabled")
        words = ABOUT_FILMS.search(page.locator("main").inner_text())
        said[state] = (overflow(page), violations(page), words)

    look("empty")
    answer(page, explained(SPORTS))
    write(page)
    page.get_by_text("The numbers").click()
    page.get_by_role("button", name="No", exact=True).click()
    look("verdict")
    answer(page, explained(EVEN))
    write(page, f"{TEXT} Again.")
    expect(page.locator("#sentiment")).to_contain_text("Unsure")
    look("unsure")
    answer(page, judged(SPORTS, known_words=2))
    write(page, f"{TEXT} And again.")
    expect(page.locator("#sentiment")).to_contain_text("A guess")
    look("guess")
    page.get_by_role("button", name="Edit").click()
    third = judged({"business": 0.95, "sports": 0.05})
    judge_each(page, TABLE, judged(SPORTS), judged(EVEN), third)
    expect(page.locator("#rows tr")).to_have_count(4)
    look("lines")
    assert said == dict.fromkeys(("empty", "verdict", "unsure", "guess", "lines"), (0, [], None))


def test_a_verdict_is_there_after_a_reload_and_nothing_shifts(page: Page) -> None:
    calls: list[str] = []
    answer(page, explained(SPORTS))
    write(page)
    expect(page.locator("#verdict")).to_be_visible()
    page.on("request", lambda request: calls.append(request.url))
    page.reload()
    expect(page.locator("#sentiment")).to_have_text("Clearly sports")
    expect(page.locator("#bars li")).to_have_count(3)
    expect(page.locator("#because")).to_contain_text("Because of 'striker'")
    expect(page.locator("#marked mark")).to_have_count(3)
    assert layout_shift(page) == 0
    assert not any("predict" in url for url in calls)
