"""A browser on the deployed page; whatever goes to its console fails the test."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start chromium once; skip where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: the page was not tested in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, site_url: str) -> Iterator[Page]:
    """Open the page; fail the test for errors, policy violations and foreign requests."""
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: noise.append(f"page error: {error}"))
    page.on("request", lambda request: noise.extend(_foreign(request.url, site_url)))
    page.goto("/")
    yield page
    context.close()
    allowed = getattr(page, "allowed_noise", ())
    assert [line for line in noise if not any(part in line for part in allowed)] == []


def _foreign(url: str, site_url: str) -> list[str]:
    parts = urlsplit(url)
    same = parts.netloc == urlsplit(site_url).netloc or parts.scheme == "data"
    return [] if same else [f"foreign request: {url}"]
