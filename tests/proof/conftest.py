"""Fixtures of the proofs that open the page: one browser for all of them."""

from tests.deployed.page.conftest import browser, film_url, open_page, playwright

__all__ = ["browser", "film_url", "open_page", "playwright"]
