"""Answers of a model with labels other than positive and negative."""

from typing import Any

from playwright.sync_api import Page

TEXT = "The striker scored twice, though the bank that sponsors the club lost money."
SPORTS = {"business": 0.06, "science": 0.02, "sports": 0.92}
EVEN = {"business": 0.45, "science": 0.1, "sports": 0.45}
TABLE = f'text,category\n"{TEXT}",SPORTS\n"{TEXT}",sports\n"{TEXT}",Business\nA text,cooking\n'
WEIGHTS = {"striker": 1.9, "scored": 0.8, "bank": -1.2}  # log-odds of the label
# A label is anybody's text: markup, another direction, emoji, and up to 60 characters
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "\u202ereversed",
    "رياضة",
    "\U0001f469\u200d\U0001f467",
    "W" * 60,
]
CARD: dict[str, Any] = {
    "model_version": "topics-1",
    "labels": ["business", "science", "sports"],
    "metrics": {
        "accuracy": 0.92, "accuracy_low": 0.91, "accuracy_high": 0.93, "rows": 5000,
        "labels": {
            "business": {"rows": 1500, "precision": 0.9, "recall": 0.88, "f1": 0.89},
            "science": {"rows": 500, "precision": 0.8, "recall": 0.7, "f1": 0.75},
            "sports": {"rows": 3000, "precision": 0.97, "recall": 0.98, "f1": 0.975},
        },
        "confusion": [[1320, 120, 60], [100, 350, 50], [20, 40, 2940]],
    },
}  # fmt: skip


def judged(probabilities: dict[str, float], **more: Any) -> dict[str, Any]:
    """Return the API's verdict with these probabilities; `more` replaces its fields."""
    label = max(probabilities, key=lambda one: probabilities[one])
    known = {"words": 13, "known_words": 13, "model": {"version": "topics-1"}, "request_id": "1"}
    return {"label": label, "probabilities": probabilities, **known, **more}


def explained(probabilities: dict[str, float], **more: Any) -> dict[str, Any]:
    """Return the verdict on TEXT with the weights of some words."""
    words = [
        {"start": TEXT.index(word), "end": TEXT.index(word) + len(word), "weight": weight}
        for word, weight in WEIGHTS.items()
    ]
    phrases = sorted(words, key=lambda word: -abs(word["weight"]))
    parts = {"explanation": words, "phrases": phrases, "bias": 0.5, "rest": 0.0}
    return judged(probabilities, **{**parts, **more})


def answer(page: Page, verdict: dict[str, Any]) -> None:
    """Stub the API's answer to one text."""
    page.route("**/api/predict", lambda route: route.fulfill(json=verdict))


def write(page: Page, text: str = TEXT) -> None:
    """Classify a text with the button."""
    if page.get_by_role("button", name="Edit").is_visible():
        page.get_by_role("button", name="Edit").click()
    page.get_by_label("Your text").fill(text)
    page.get_by_role("button", name="Classify", exact=True).click()
