"""The most important tests of the page in Firefox as well, where firefox-esr is installed."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Playwright, expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.labels import SPORTS, answer, explained, write
from tests.deployed.page.test_page import test_control_and_enter_classify
from tests.deployed.page.test_page_card import test_the_deployed_model_has_a_card
from tests.deployed.page.test_page_explains import (
    test_offsets_count_characters_and_not_utf_16_units,
)
from tests.deployed.page.test_page_history import (
    test_a_link_fills_the_text_area_and_no_server_sees_it,
)
from tests.deployed.page.test_page_lines import test_the_deployed_model_classifies_pasted_lines
from tests.deployed.page.test_page_live import test_a_reload_loses_no_verdict
from tests.deployed.page.test_page_network import (
    test_a_part_of_the_page_that_could_not_be_loaded_is_loaded_later,
)
from tests.deployed.page.use import PRAISE, classify, overflow, violations

__all__ = [
    "test_a_link_fills_the_text_area_and_no_server_sees_it",
    "test_a_part_of_the_page_that_could_not_be_loaded_is_loaded_later",
    "test_a_reload_loses_no_verdict",
    "test_control_and_enter_classify",
    "test_offsets_count_characters_and_not_utf_16_units",
    "test_the_deployed_model_classifies_pasted_lines",
    "test_the_deployed_model_has_a_card",
]


@pytest.fixture(scope="module")
def browser(playwright: Playwright, site_url: str) -> Iterator[Browser]:
    """Start Firefox instead of chromium, or skip the tests if it cannot be driven."""
    firefox = shutil.which("firefox-esr")
    if firefox is None:
        pytest.skip("firefox-esr is not installed")
    try:
        browser = playwright.firefox.launch(
            channel="moz-firefox",  # an unpatched Firefox, driven by WebDriver BiDi
            executable_path=firefox,
            firefox_user_prefs={
                "network.dns.localDomains": str(urlsplit(site_url).hostname),
                # Playwright and axe each read ariaLabelledByElements in a realm of its own, and
                # Firefox 153 crashes at the second.
                "accessibility.ARIAElementReflection.enabled": False,
            },
            timeout=20_000,
        )
    except Error as error:
        pytest.skip(f"firefox-esr cannot be driven: {error.message.splitlines()[0]}")
    yield browser
    browser.close()


def test_another_label_is_named_with_its_reasons(open_page: OpenPage) -> None:
    page = open_page("/neutral", viewport={"width": 320, "height": 900})
    answer(page, explained(SPORTS))
    write(page)
    expect(page.locator("#sentiment")).to_have_text("Clearly sports")
    expect(page.locator("#because")).to_have_text("Because of 'striker', 'scored', despite 'bank'.")
    assert overflow(page) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after_a_verdict(open_page: OpenPage, theme: str) -> None:
    page = open_page()
    # Firefox ESR does not let Playwright choose the theme.
    page.evaluate("theme => { document.documentElement.style.colorScheme = theme; }", theme)
    assert violations(page) == []
    classify(page, PRAISE)
    expect(page.locator("#marked mark").first).to_be_visible()
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background) == "rgb(20, 24, 30)"
    assert (violations(page), dark) == ([], theme == "dark")
