"""The explanation of a verdict: its sentence, marked phrases, strikes, and untrusted text."""

import json
import math
import re

import pytest
from playwright.sync_api import Page, Route, expect

from sentiment.negation import NEGATIONS
from sentiment.tokens import APOSTROPHES, tokenize
from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import ANSWER, PRAISE, REVIEW, answer, classify, overflow

MINUS = "\u2212"  # as wide as a plus sign
WEIGHTS = {3: 0.2, 7: -1.5, 11: 0.1, 21: 0.5}  # number of a sentence to its log-odds
UNTRUSTED = [
    "<img src=x onerror=alert(1)> superb <script>alert(2)</script>",
    "\u202esuperb film\u202c and \u2066more",
    "zero\u200d\u200d\u200bwidth superb",
    "s\u0334\u0321\u031bu\u0337p\u0336e\u0335r\u0334b\u0338",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 superb \u0645\u0645\u062a\u0627\u0632",
]


def test_the_deployed_model_explains_its_verdict(page: Page) -> None:
    classify(page, PRAISE)
    expect(page.locator("#marked")).to_have_text(PRAISE)
    marked = " ".join(page.locator("#marked mark").all_inner_texts())
    assert "Wonderful" in marked
    assert "superb" in marked
    expect(page.locator("#because")).to_contain_text(re.compile("^Because of '.+'"))


def test_the_explanation_is_a_sentence_first(page: Page) -> None:
    review = "A wonderful and most moving film, with a weak script."
    words = [
        (2, 11, 0.9),
        (12, 15, 0.2),
        (16, 20, 0.5),
        (21, 27, 0.6),
        (41, 45, -0.4),
        (46, 52, -0.3),
    ]
    explanation = [{"start": start, "end": end, "weight": weight} for start, end, weight in words]
    answer(page, (16, 27, 1.1), (2, 11, 0.9), (41, 52, -0.7), explanation=explanation)
    classify(page, review)
    expect(page.locator("#because")).to_have_text(
        "Because of 'most moving', 'wonderful', despite 'weak script'."
    )
    answer(page, (16, 27, 1.1), (41, 52, -1.2), explanation=explanation, probability=0.48)
    classify(page, review)
    expect(page.locator("#because")).to_have_text(
        "Speaking for it: 'most moving'. Against it: 'weak script'."
    )
    # The live region announces the verdict with the sentence.
    region = page.locator("[aria-live]")
    expect(region).to_contain_text("Speaking for it")


@pytest.mark.parametrize(
    ("review", "words", "because"),
    [
        ("not good", [(0, 3, -0.2), (4, 8, -0.9)], "Because of 'not good'."),
        (
            "wouldn\u2019t ever recommend it",
            [(0, 8, -0.1), (9, 13, -0.1), (14, 23, -0.8)],
            "Because of 'wouldn\u2019t ever recommend'.",
        ),
        (
            "can&#39;t recommend it",
            [(0, 9, -0.1), (10, 19, -0.9)],
            "Because of 'can&#39;t recommend'.",
        ),
        ("no very good plot", [(0, 2, -0.1), (3, 7, -0.1), (8, 12, -0.1), (13, 17, -0.9)],
         "Because of 'no very good plot'."),
        ("a dull plot", [(0, 1, -0.1), (2, 6, -0.9), (7, 11, -0.1)], "Because of 'dull'."),
    ],
)  # fmt: skip
def test_a_quotation_keeps_its_negation(
    page: Page, review: str, words: list[tuple[int, int, float]], because: str
) -> None:
    explanation = [{"start": start, "end": end, "weight": weight} for start, end, weight in words]
    phrase = (words[0][0], words[-1][1], sum(weight for _, _, weight in words))
    answer(page, phrase, explanation=explanation, probability=0.1)
    classify(page, review)
    expect(page.locator("#because")).to_have_text(because)


def test_the_page_knows_the_negations_of_the_model(page: Page) -> None:
    script = """async words => {
      const { NEGATION } = await import("./because.js");
      return words.filter(word => NEGATION.test(word));
    }"""
    ordinary = ["note", "want", "important", "another", "notnice", "piano"]
    signs = [sign for sign in map(chr, range(1 << 16)) if re.fullmatch(f"['{APOSTROPHES}]", sign)]
    entities = ["&#39;", "&#x27;", "&apos;", "&rsquo;", "&#8217;"]
    shortened = [f"shouldn{sign}t" for sign in (*signs, *entities)]
    assert {tuple(tokenize(word)) for word in shortened} == {("shouldn't",)}
    negations = [*sorted(NEGATIONS), *shortened]
    assert page.evaluate(script, [*negations, *ordinary]) == negations


def test_only_marked_phrases_are_quoted(page: Page) -> None:
    answer(page, (0, 7, 1.2), (8, 14, -0.05), probability=0.3)
    classify(page, "not bad rather")
    expect(page.locator("#marked mark")).to_have_text(["not bad"])
    expect(page.locator("#because")).to_have_text("Despite 'not bad'.")
    spans = [(2 * place, 2 * place + 1, 2 - place / 100) for place in range(12)]
    answer(page, *spans, (24, 25, -1.0))
    classify(page, "x " * 13)
    expect(page.locator("#marked mark")).to_have_count(12)
    expect(page.locator("#because")).to_have_text("Because of 'x'.")


def test_there_is_one_text(page: Page) -> None:
    answer(page, (2, 8, 1.5))
    classify(page, "a superb plot")
    expect(page.locator("#marked")).to_have_text("a superb plot")
    expect(page.get_by_label(REVIEW)).to_be_hidden()
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#marked")).to_be_hidden()
    expect(page.get_by_label(REVIEW)).to_be_focused()
    expect(page.get_by_label(REVIEW)).to_have_value("a superb plot")
    expect(page.locator("#verdict")).to_be_visible()


def test_offsets_count_characters_and_not_utf_16_units(page: Page) -> None:
    review = "😀😀 a superb film"
    answer(page, (5, 11, 1.5), (12, 16, -0.25))
    classify(page, review)
    expect(page.locator("#marked mark")).to_have_text(["superb", "film"])
    expect(page.locator("#marked")).to_have_text(review)


def test_at_most_twelve_phrases_are_marked_and_no_faint_one(page: Page) -> None:
    spans = [(2 * place, 2 * place + 1, 1 + place / 100) for place in range(20)]
    answer(page, *spans)
    classify(page, "x " * 20)
    expect(page.locator("#marked mark")).to_have_count(12)
    answer(page, (0, 5, 1.0), (6, 10, 0.05))
    classify(page, "First then")
    expect(page.locator("#marked mark")).to_have_text(["First"])


def test_the_colours_have_an_absolute_scale(page: Page) -> None:
    def opacities(*weights: float) -> list[float]:
        answer(page, *((2 * place, 2 * place + 1, weight) for place, weight in enumerate(weights)))
        classify(page, "x " * len(weights))
        expect(page.locator("#marked mark")).to_have_count(len(weights))
        colours = page.locator("#marked mark").evaluate_all(
            "marks => marks.map(mark => getComputedStyle(mark).backgroundColor)"
        )
        # color(srgb red green blue / alpha)
        return [float(colour.rstrip(")").rpartition("/")[2]) for colour in colours]

    assert opacities(0.5, 1.0, 2.0, 4.0) == pytest.approx([0.13, 0.22, 0.4, 0.4])
    assert opacities(0.5) == pytest.approx([0.13])  # weak evidence looks weak


def test_direction_and_strength_are_in_words_and_numbers_under_details(page: Page) -> None:
    answer(page, (2, 8, 1.5), (9, 13, -0.25))
    classify(page, "a superb plot")
    expect(page.locator("#marked mark")).to_have_count(2)
    superb, plot = page.locator("#marked mark").all()
    text = page.locator("#marked").bounding_box()
    superb.hover()
    expect(page.locator("#pointed")).to_have_text("'superb' pushes strongly towards positive.")
    described = page.locator("#pointed").bounding_box()
    assert text is not None
    assert described is not None
    assert described["y"] >= text["y"] + text["height"] - 1  # it covers no text
    plot.focus()
    expect(page.locator("#pointed")).to_have_text("'plot' pushes slightly towards negative.")
    expect(plot).to_have_accessible_name("plot: pushes slightly towards negative")
    # The difference does not depend on colour alone.
    styles = [
        one.evaluate("node => getComputedStyle(node).textDecorationStyle") for one in (superb, plot)
    ]
    assert styles == ["solid", "dotted"]
    expect(page.locator("#movers")).to_be_hidden()
    page.get_by_text("The numbers").click()
    total = math.log(0.97 / 0.03)
    expect(page.locator("#movers li")).to_have_text(
        [
            "“superb” +1.50",
            f"“plot” {MINUS}0.25",
            f"all other words +{total - 1.35:.2f}",
            "before the first word +0.10",
            f"sum +{total:.2f}",
        ]
    )


def test_a_struck_phrase_shows_the_verdict_without_it(page: Page) -> None:
    answer(page, (2, 8, 1.5), (9, 13, -0.25))
    classify(page, "a superb plot")
    expect(page.locator("#marked mark")).to_have_count(2)
    sent: list[str] = []

    def rest(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["review"])
        route.fulfill(json={**ANSWER, "probability": 0.3})

    page.route("**/api/predict", rest)
    superb, plot = page.locator("#marked mark").all()
    superb.click()
    expect(page.locator("#without")).to_have_text(
        "Without 'superb': mostly negative (70% negative). As written: positive (97% positive)."
    )
    assert sent == ["a  plot"]
    expect(superb).to_have_attribute("aria-pressed", "true")
    assert "line-through" in superb.evaluate("node => getComputedStyle(node).textDecorationLine")
    plot.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#without")).to_contain_text("Without these 2 phrases")
    page.keyboard.press("Enter")
    expect(page.locator("#without")).to_contain_text("Without 'superb'")
    superb.click()
    expect(page.locator("#without")).to_be_empty()
    expect(page.locator("#sentiment")).to_have_text("Positive")  # the verdict itself stays
    expect(page.locator("#entries li")).to_have_count(1)


def test_a_struck_phrase_on_a_touch_screen(open_page: OpenPage) -> None:
    page = open_page(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    answer(page, (2, 8, 1.5))
    classify(page, "a superb plot")
    page.locator("#marked mark").tap()
    expect(page.locator("#without")).to_contain_text("Without 'superb': positive")


def test_a_long_review_shows_its_three_strongest_sentences(page: Page) -> None:
    sentences = [
        f"Sentence {number} of the review is here for its length. " for number in range(30)
    ]
    review = "😀 " + "".join(sentences)
    starts = {number: review.index(f"Sentence {number} ") for number in range(30)}
    # Python counts code points, as the API does.
    spans = [(starts[number], starts[number] + 8, weight) for number, weight in WEIGHTS.items()]
    answer(page, *sorted(spans))
    classify(page, review)
    expect(page.locator("#sentences li")).to_have_text(
        [
            re.compile("^Sentence 7 .*pushes strongly towards negative"),
            re.compile("^Sentence 21 .*pushes towards positive"),
            re.compile("^Sentence 3 .*pushes slightly towards positive"),
        ]
    )
    answer(page, (2, 6, 1.5))
    classify(page, "A fine film.")
    expect(page.locator("#sentences")).to_be_hidden()


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
    expect(page.locator("#entries .label")).to_have_text("97% positive")


def test_a_very_long_review_breaks_no_layout(page: Page) -> None:
    answer(page, (0, 5, 1.0))
    page.set_viewport_size({"width": 320, "height": 640})
    classify(page, "x" * 100_000)
    expect(page.locator("#marked mark")).to_have_text("xxxxx")
    assert overflow(page) == 0
