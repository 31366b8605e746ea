"""What a person does on the page, what its API may answer, and what is looked for on it."""

from typing import Any

from playwright.sync_api import Page

from scripts import ROOT

ARTIFACTS = ROOT / "test-artifacts"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
REVIEW = "Your review"
PRAISE = "One of the best films I have ever seen. Wonderful acting, a superb story, I loved it."
DAMNATION = "Terrible. The worst film of the year: boring, badly acted, a complete waste of time."
ANSWER = {"sentiment": "positive", "probability": 0.97, "model": {"version": "stand-in"}}


def classify(page: Page, review: str) -> None:
    """Write a review and press the button."""
    page.get_by_label(REVIEW).fill(review)
    page.get_by_role("button", name="Classify", exact=True).click()


def answer(page: Page, *spans: tuple[int, int, float], **more: Any) -> None:
    """Let the API answer with an explanation: start, end and weight of words."""
    words = [{"start": start, "end": end, "weight": weight} for start, end, weight in spans]
    page.route(
        "**/api/predict", lambda route: route.fulfill(json={**ANSWER, "explanation": words, **more})
    )


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    pixels: int = page.evaluate(script)
    return pixels


def violations(page: Page) -> list[str]:
    """Return the rules of axe that the page breaks as it is."""
    page.evaluate(AXE)
    # axe leaves out what is new in WCAG 2.2, unless it is named.
    run = "axe.run({rules: {'target-size': {enabled: true}}}).then(result => result.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"
    found: list[str] = page.evaluate(run)
    return found
