"""The training report in chromium: it fits, has enough contrast, and loads nothing."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from sentiment.evaluation.report import HTML, Report, write_report
from tests.model_code.evaluation.conftest import report

__all__ = ["report"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1200])
def test_report(
    browser: Browser,
    report: Report,
    tmp_path: Path,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    write_report(tmp_path, report)
    address = (tmp_path / HTML).as_uri()
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url))
    page.goto(address)
    assert noise == [address]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.get_by_role("img").count() == 6
    paper = brightness(page, "body", "backgroundColor")
    for text, style in {"p.soft": "color", "blockquote": "color", "svg text": "fill"}.items():
        distance = brightness(page, text, style) - paper
        assert distance > 0.4 if scheme == "dark" else distance < -0.4
    page.close()


def brightness(page: Page, selector: str, style: str) -> float:
    """Return a colour's mean of red, green and blue, from 0 to 1."""
    color: str = page.evaluate(
        "([selector, style]) => getComputedStyle(document.querySelector(selector))[style]",
        [selector, style],
    )
    return sum(map(int, color.removeprefix("rgb(").removesuffix(")").split(","))) / 3 / 255
