"""The snippets for programs, the page about the API, and the page of an unknown address."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.use import answer, classify, overflow, violations

# Words of tables that a line break divides
BROKEN_WORDS = r"""[...document.querySelectorAll("table")].flatMap(table => {
  const walker = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const broken = [];
  while (walker.nextNode()) {
    for (const { 0: word, index } of walker.currentNode.data.matchAll(/\w+/g)) {
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) {
        broken.push(word);
      }
    }
  }
  return broken;
})"""
REVIEW = """It's a "fine" film,\nI say: $HOME `x` 😀"""


def test_the_snippets_send_the_current_review(page: Page) -> None:
    answer(page)
    classify(page, REVIEW)
    page.get_by_text("Use from code").click()
    expect(page.locator("#snippets pre")).to_have_count(3)
    curl, python, javascript = page.locator("#snippets pre").all_inner_texts()
    # The arguments that the shell passes to curl
    shown = subprocess.run(
        ["sh", "-c", curl.replace("curl ", "printf '%s\\n' ", 1)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert json.loads(shown[3]) == {"review": REVIEW}
    assert shown[4].endswith("/api/predict")
    line = next(line for line in python.splitlines() if line.startswith("body = "))
    sent: dict[str, Any] = {"json": json}
    exec(line, sent)  # noqa: S102 - the page's own snippet
    assert json.loads(sent["body"]) == {"review": REVIEW}
    body = next(line for line in javascript.splitlines() if "body:" in line)
    assert page.evaluate(f"({{{body}}}).body") == json.dumps(
        {"review": REVIEW}, ensure_ascii=False, separators=(",", ":")
    )


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("A fine film.", "the review above"),
        ("A fine film. " * 200, "an example, as the review above has more than 2,000 characters"),
    ],
)
def test_the_snippets_say_what_they_send(page: Page, text: str, sent: str) -> None:
    answer(page)
    classify(page, text)
    page.get_by_text("Use from code").click()
    expect(page.locator("#code .hint")).to_have_text(
        f"The same request from a program, with {sent}. All of the API"
    )


def test_the_snippets_run(page: Page) -> None:
    page.get_by_label("Your review").fill("A superb film, I loved it.")
    expect(page.locator("#verdict")).to_be_visible()
    page.get_by_text("Use from code").click()
    expect(page.locator("#snippets pre")).to_have_count(3)
    curl, python, javascript = page.locator("#snippets pre").all_inner_texts()
    node = ["node", "--input-type=module", "--eval", javascript]
    for command in (["sh", "-c", curl], [sys.executable, "-c", python], node):
        printed = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=300
        ).stdout
        assert re.search(r"""sentiment['"]?: ?['"]positive['"]""", printed)


@pytest.mark.parametrize("width", [320, 375, 1200, 1440])
def test_the_api_has_a_page(open_page: OpenPage, width: int) -> None:
    page = open_page("/api-docs", viewport={"width": width, "height": 900})
    expect(page.get_by_role("heading", name="POST /api/predict", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="POST /api/feedback")).to_be_visible()
    page.get_by_role("link", name="Verdict", exact=True).first.click()
    expect(page.locator("#Verdict")).to_be_in_viewport()
    assert page.evaluate(BROKEN_WORDS) == []
    assert overflow(page) == 0
    assert violations(page) == []


def test_an_unknown_address_leads_back(open_page: OpenPage) -> None:
    page = open_page(goto=None)
    page.allowed_noise = ("404",)  # type: ignore[attr-defined]
    page.goto("/nothing/here")
    expect(page.get_by_role("heading", name="There is no page here")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="The page").click()
    expect(page.get_by_label("Your review")).to_be_visible()
