"""Every Lambda package answers alone in AWS's own runtime interface client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stacks.assembly import Assembly
from tests.stacks.lambda_packages import EVENTS, answers_alone, functions, second_aws
from tests.stacks.lambda_runtime import link_packages


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with second_aws() as url:
        yield url


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runtime")
    link_packages(folder)
    return folder


def test_every_handler_has_an_event(altered_dev: Assembly, prod: Assembly) -> None:
    assert functions(altered_dev).keys() | functions(prod).keys() == EVENTS.keys()


@pytest.mark.parametrize("handler", sorted(EVENTS))
def test_the_package_answers_alone(
    altered_dev: Assembly, prod: Assembly, aws: str, packages: Path, handler: str
) -> None:
    answers_alone(prod if handler in functions(prod) else altered_dev, handler, aws, packages)
