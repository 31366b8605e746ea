"""Actions on the page, stubbed API answers, and checks of layout and accessibility."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from scripts import ROOT

ARTIFACTS = ROOT / "test-artifacts"
AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
REVIEW = "Your review"
PRAISE = "One of the best films I have ever seen. Wonderful acting, a superb story, I loved it."
DAMNATION = "Terrible. The worst film of the year: boring, badly acted, a complete waste of time."
ANSWER = {
    "sentiment": "positive",
    "probability": 0.97,
    "words": 12,
    "known_words": 12,
    "model": {"version": "stand-in"},
}
TABLE = """id,text,label
1,"A ""fine"" film, really",1
2,"Dull
and long",0
3,Not for me,1
"""
# The answers to the reviews of TABLE
CHANCES = [{"probability": chance, "words": 9, "known_words": 9} for chance in (0.97, 0.2, 0.45)]
# Skips the page's long pauses and records them in seconds.
NOT_WAITED = """
const real = setTimeout;
window.pauses = [];
window.setTimeout = (act, ms, ...more) => {
  const long = ms >= 1000;
  if (long) { pauses.push(ms / 1000); }
  return real(act, long ? 0 : ms, ...more);
};
"""


def stop_clock(page: Page) -> None:
    """Stop the page's clock; `page.clock.run_for` advances it."""
    page.clock.install(time=0)
    page.clock.pause_at(60)


def classify(page: Page, review: str) -> None:
    """Fill in a review and click the button."""
    edit(page)
    page.get_by_label(REVIEW).fill(review)
    page.get_by_role("button", name="Classify", exact=True).click()


def edit(page: Page) -> None:
    """Show the text area if the marked review has taken its place."""
    button = page.get_by_role("button", name="Edit")
    if button.is_visible():
        button.click()


def answer(page: Page, *spans: tuple[int, int, float], **more: Any) -> None:
    """Stub the API's answer; each span is the start, end and weight of a word and phrase."""
    words = [{"start": start, "end": end, "weight": weight} for start, end, weight in spans]
    phrases = sorted(words, key=lambda span: -abs(span["weight"]))
    parts = {"explanation": words, "phrases": phrases, "bias": 0.1, "rest": 0}
    page.route("**/api/predict", lambda route: route.fulfill(json={**ANSWER, **parts, **more}))


def answer_list(page: Page, *predictions: dict[str, Any]) -> list[Any]:
    """Stub the API's answers to lists; return the bodies that are sent.

    The predictions are repeated as needed.
    """
    sent: list[Any] = []

    def batch(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        count = len(sent[-1]["reviews"])
        found = [predictions[place % len(predictions)] for place in range(count)]
        route.fulfill(json={"predictions": found, "model": None, "request_id": "1"})

    page.route("**/api/predict/batch", batch)
    return sent


def judge_each(page: Page, text: str, *predictions: dict[str, Any]) -> list[Any]:
    """Judge each review in a text with these stubbed answers; return the bodies that are sent."""
    sent = answer_list(page, *predictions)
    page.locator("#review").fill(text)
    page.get_by_role("button", name="Judge each").click()
    return sent


def table_of(path: Path) -> list[list[str]]:
    """Return the cells of a downloaded CSV file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def overflow(page: Page) -> int:
    """Return the number of pixels by which the page is wider than its window."""
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    pixels: int = page.evaluate(script)
    return pixels


def violations(page: Page) -> list[str]:
    """Return the axe rules that the page violates in its present state."""
    page.evaluate(AXE)
    # axe skips the rules of WCAG 2.2 unless they are enabled by name.
    run = "axe.run({rules: {'target-size': {enabled: true}}}).then(result => result.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"
    found: list[str] = page.evaluate(run)
    return found


def layout_shift(page: Page) -> float:
    """Return the sum of the layout shifts that no key or click caused."""
    shift: float = page.evaluate(
        """new Promise(done => {
          let sum = 0;
          const observer = new PerformanceObserver(list =>
            list.getEntries().forEach(entry => { sum += entry.hadRecentInput ? 0 : entry.value; }));
          observer.observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 500);
        })"""
    )
    return shift
