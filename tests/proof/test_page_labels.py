"""The page of a deployed model of three labels."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.deployed.page.conftest import OpenPage
from tests.deployed.page.labels import write
from tests.deployed.page.use import overflow, violations
from tests.proof.test_labels import TOPICS, messages, write_messages
from tests.support.deployment import Deployment

pytestmark = pytest.mark.slow


def test_the_page_names_the_labels_of_its_model(
    deployment: Deployment, open_page: OpenPage, tmp_path: Path
) -> None:
    deployment.deploy(f"dataset.training={write_messages(tmp_path)}")

    page = open_page("/neutral")
    write(page, "The lamp has a crack and arrived damaged, and the vase has a crack.")
    expect(page.locator("#sentiment")).to_have_text(re.compile("(Clearly|Probably) broken"))
    expect(page.locator("#bars bdi")).to_have_count(len(TOPICS))
    expect(page.locator("#because")).to_contain_text("Because of '")
    expect(page.locator("#marked mark[data-side=for]").first).to_be_visible()
    with page.expect_response("**/api/feedback") as answered:
        page.get_by_role("button", name="No", exact=True).click()
        page.get_by_label("The right label").select_option("größe")
        page.get_by_role("button", name="Send").click()
    assert answered.value.status == 201

    page.get_by_role("button", name="Edit").click()
    unseen = [f'"{text}",{label}' for text, label in messages(60, 2)]
    page.get_by_label("Your text").fill("\n".join(["message,category", *unseen]))
    page.get_by_role("button", name="Judge each").click()
    expect(page.locator("#accuracy")).to_have_text(re.compile("^Right on [45][0-9] of 60 texts"))
    assert overflow(page) == 0

    page.get_by_role("button", name="About the model").click()
    expect(page.locator("#facts")).to_contain_text("Best at")
    expect(page.locator("#facts")).to_contain_text("Each label")
    assert violations(page) == []
    deployment.deploy()
