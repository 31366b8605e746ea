"""A server or configuration that cannot be reached, or arrives late."""

from playwright.sync_api import Page, Route, expect

from tests.deployed.page.use import ANSWER, NOT_WAITED, answer, classify


def test_an_unreachable_server_is_reported_and_the_text_kept(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.route("**/api/predict", lambda route: route.abort())
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_contain_text("cannot be reached")
    expect(page.get_by_label("Your review")).to_have_value("A fine film.")


def test_an_unsent_review_is_sent_when_the_network_is_back(page: Page) -> None:
    page.allowed_noise = ("ERR_INTERNET_DISCONNECTED",)  # type: ignore[attr-defined]
    answer(page)
    page.unroute("**/api/predict")
    page.context.set_offline(True)
    classify(page, "A fine film")
    expect(page.locator("#message")).to_have_text(
        "You are offline. Your text is kept and will be sent when you are online again."
    )
    answer(page)
    page.context.set_offline(False)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_an_offline_card_does_not_speak_of_a_text(page: Page) -> None:
    page.allowed_noise = ("ERR_INTERNET_DISCONNECTED",)  # type: ignore[attr-defined]
    page.context.set_offline(True)
    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#card-message")).to_have_text("You are offline.")


def test_a_part_of_the_page_that_could_not_be_loaded_is_loaded_later(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    answer(page)
    page.route("**/answer.js", lambda route: route.abort())
    classify(page, "A fine film")
    expect(page.locator("#message")).to_contain_text("cannot be loaded. Your text is kept.")
    page.unroute("**/answer.js")
    classify(page, "A fine film")
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_the_page_waits_for_a_late_configuration(page: Page) -> None:
    page.allowed_noise = ("503",)  # type: ignore[attr-defined]
    page.add_init_script(NOT_WAITED)
    held: list[Route] = []
    page.route("**/config.json", lambda route: held.append(route))  # noqa: PLW0108 - a function
    page.reload()
    classify(page, "A fine film.")
    answer(page)
    page.unroute("**/config.json")
    held.pop().fulfill(status=503)
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_an_offline_page_waits_with_its_configuration(page: Page) -> None:
    page.allowed_noise = ("ERR_FAILED",)  # type: ignore[attr-defined]
    page.add_init_script(
        "window.online = false;"
        "Object.defineProperty(navigator, 'onLine', { get: () => window.online });"
    )
    page.route("**/config.json", lambda route: route.abort())
    page.reload()
    classify(page, "A fine film.")
    expect(page.locator("#message")).to_contain_text("sent when you are online again")
    page.unroute("**/config.json")
    answer(page)
    page.evaluate("window.online = true; window.dispatchEvent(new Event('online'))")
    expect(page.locator("#sentiment")).to_have_text("Positive")


def test_a_missing_configuration_is_reported(page: Page) -> None:
    page.allowed_noise = ("404",)  # type: ignore[attr-defined]
    page.route("**/config.json", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.locator("#message")).to_contain_text("configuration cannot be read")
    page.unroute("**/config.json")
    page.route("**/api/predict", lambda route: route.fulfill(json=ANSWER))
    classify(page, "A fine film.")
    expect(page.locator("#sentiment")).to_have_text("Positive")
