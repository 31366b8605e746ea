"""A browser with the deployed page; any message on its console fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from local_aws.urls import send
from stacks.settings.site import SiteSettings
from stacks.web.page import INDEX, index_html
from tests.support.deployment import Deployment

# The browser without windows starts a page in a third of the time.
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
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
FIREFOX_SHIM = Path(__file__).with_name("firefox.cjs")
OpenPage = Callable[..., Page]
expect.set_options(timeout=30_000)  # milliseconds, for a busy machine and a starting model


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright's driver, which can drive Firefox ESR as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", f'--require="{FIREFOX_SHIM}"')
        started = sync_playwright().start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start chromium once, or skip the tests if it is not installed."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def film_url(deployment: Deployment, site_url: str) -> str:
    """Return the page's URL with the texts that a model of the packaged reviews has.

    The sample that the deployment trains on is a file, for which the page is neutral.
    """
    s3 = deployment.client("s3")
    (bucket,) = [one["Name"] for one in s3.list_buckets()["Buckets"] if "-site-" in one["Name"]]
    html = index_html(SiteSettings(), films=True).encode()
    s3.put_object(Bucket=bucket, Key=INDEX, Body=html, ContentType="text/html")
    return site_url


@pytest.fixture
def open_page(browser: Browser, film_url: str) -> Iterator[OpenPage]:
    """Return a function that opens the page in a new browser context with the given options.

    Errors, policy violations and requests to other origins fail the test, except for lines that
    contain a part of the page's `allowed_noise`. With `goto=None`, the test opens the page. The
    address /neutral has the page without texts about films.
    """
    opened: list[tuple[Page, list[str]]] = []
    _, headers, _ = send(film_url)
    neutral: dict[str, Any] = {
        "body": index_html(SiteSettings(), films=False),
        "headers": {name: headers[name] for name in ("content-type", "content-security-policy")},
    }

    def open_(goto: str | None = "/", **options: Any) -> Page:
        page = browser.new_context(base_url=film_url, **options).new_page()
        noise: list[str] = []
        opened.append((page, noise))
        page.route("**/neutral", lambda route: route.fulfill(**neutral))
        page.on("console", lambda message: noise.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: noise.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: noise.append(f"a script ran: {dialog.message}"))
        page.on("request", lambda request: noise.extend(_foreign(request.url, film_url)))
        if goto is not None:
            page.goto(goto)
        return page

    yield open_
    loud = []
    for page, noise in opened:
        page.context.close()
        allowed = getattr(page, "allowed_noise", ())
        loud += [line for line in noise if not any(part in line for part in allowed)]
    assert loud == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open the page."""
    return open_page()


def _foreign(url: str, site_url: str) -> list[str]:
    parts = urlsplit(url)
    same = parts.netloc == urlsplit(site_url).netloc or parts.scheme in {"data", "blob"}
    return [] if same else [f"foreign request: {url}"]
