"""The measurement of `make bench-synth`."""

import os
from subprocess import CompletedProcess

import pytest

from bench import synthesis
from bench.synthesis import PLAIN, excess, main, synthesize


def test_the_plain_application_has_45_resources() -> None:
    seconds, resources = synthesize(*PLAIN)
    assert seconds > 0
    assert resources == 45


def test_a_failed_synthesis_is_reported_with_its_reason() -> None:
    with pytest.raises(SystemExit, match=r"`cdk synth -c environment=absent` failed:\n.*absent"):
        synthesize("-c", "environment=absent")


def test_the_cli_gets_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}

    def run(command: list[str], *, env: dict[str, str], **_: object) -> CompletedProcess[str]:
        given.update(env)
        return CompletedProcess(command, 0)

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setattr("subprocess.run", run)
    synthesize()
    assert "AWS_ACCESS_KEY_ID" not in given
    assert given["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_the_limit_applies_to_the_default_environment() -> None:
    assert excess(1.7, 1.0) == ""
    assert excess(3.6, 2.0) == (
        "cdk synth takes 1.80 times as long as the plain application; "
        "it must take at most 1.7 times as long"
    )


@pytest.mark.parametrize(("default", "status"), [(3.0, 0), (4.0, 1)])
def test_the_best_round_counts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    default: float,
    status: int,
) -> None:
    rounds = {(): iter([9.0, default, 8.0, 7.0, 6.0]), PLAIN: iter([5.0, 4.0, 2.0, 3.0, 4.0])}

    def measured(*options: str) -> tuple[float, int]:
        return next(rounds.get(options, iter([5.0]))), 45

    monkeypatch.setattr(synthesis, "synthesize", measured)
    assert main() == status
    output = capsys.readouterr().out
    assert f"{default:.2f}" in output
    assert ("must take at most" in output) == bool(status)
