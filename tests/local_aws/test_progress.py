"""Progress of a deployment: one live line per stack on a terminal, plain lines elsewhere."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from local_aws.cdk.progress import Progress
from local_aws.cdk.screen import Screen

CAPTURED = Path(__file__).parent / "support" / "cdk_output"
WAITING = (
    "tiny-2 | 2/5 | 5:45:47 AM | CREATE_IN_PROGRESS      | Custom::Training           | Custom "
)


def console(*, terminal: bool) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=terminal, width=90, highlight=False, color_system=None
    )


def printed(screen: Screen) -> str:
    assert isinstance(screen.console.file, io.StringIO)
    return screen.console.file.getvalue()


def rows(progress: Progress) -> list[list[str]]:
    """Return the words of each live line."""
    plain = console(terminal=False)
    plain.print(progress.live.get_renderable())
    assert isinstance(plain.file, io.StringIO)
    return [line.split() for line in plain.file.getvalue().splitlines()]


def captured(name: str) -> list[str]:
    return (CAPTURED / f"{name}.txt").read_text("utf-8").splitlines()


def test_a_terminal_shows_a_live_line_per_stack() -> None:
    screen = Screen(console(terminal=True))
    output = captured("create")
    with Progress(screen) as progress:
        progress.cli_line("tiny-1: deploying... [1/2]")
        assert [row[1] for row in rows(progress)] == ["tiny-1"]
        for line in output[: output.index(WAITING) + 2]:
            progress.cli_line(line)
        first, second = rows(progress)
        assert first[:2] == ["✅", "tiny-1"]
        assert second[1:] == ["tiny-2", "3/5", "0:00:00", "waiting", "for", "Custom"]
        progress.training_line("epoch=1 loss=0.5")
        assert " ".join(rows(progress)[1]).endswith("waiting for Custom: epoch=1 loss=0.5")
        progress.training_line("a long line " * 20)
        assert rows(progress)[1][1:5] == ["tiny-2", "3/5", "0:00:00", "waiting"]
        assert len(rows(progress)) == 2  # the line is cut, not wrapped
        for line in output[output.index(WAITING) + 2 :]:
            progress.cli_line(line)
    assert [row[:2] for row in rows(progress)] == [["✅", "tiny-1"], ["✅", "tiny-2"]]
    assert "CREATE_COMPLETE" not in printed(screen)


def test_a_terminal_shows_what_rolls_back() -> None:
    screen = Screen(console(terminal=True))
    output = captured("update")
    cause = next(number for number, line in enumerate(output) if "UPDATE_FAILED" in line)
    with Progress(screen) as progress:
        for line in output[: cause + 2]:
            progress.cli_line(line)
        assert " ".join(rows(progress)[1]).endswith("Custom failed; rolling back")
        for line in output[cause + 2 :]:
            progress.cli_line(line)
    assert rows(progress)[1][:1] == ["❌"]
    assert rows(progress)[1][-2:] == ["Custom", "failed"]
    shown = printed(screen)
    assert "AlgorithmError" not in shown  # the last lines have the reason
    assert "CloudTrail" not in shown


def test_a_terminal_keeps_warnings() -> None:
    screen = Screen(console(terminal=True))
    with Progress(screen) as progress:
        progress.cli_line("Bundling asset sentiment-dev-model/TrainingJob/Source/Asset/Stage...")
        assert rows(progress)[0][-3:-1] == ["Bundling", "asset"]
        progress.cli_line("WARNING AWS stopped patching the serving image")
    assert "cdk: WARNING AWS stopped patching the serving image" in printed(screen)
    assert rows(progress) == []


def test_plain_lines_without_a_terminal() -> None:
    screen = Screen(console(terminal=False))
    with Progress(screen) as progress:
        for line in captured("create"):
            progress.cli_line(line)
        progress.training_line("epoch=1 loss=0.5")
    lines = [line.partition("] ")[2] for line in printed(screen).splitlines()]
    assert "cdk: tiny-2 1/5 CREATE_COMPLETE AWS::SQS::Queue Queue" in lines
    assert "cdk: tiny-2 2/5 CREATE_IN_PROGRESS Custom::Training Custom" in lines
    assert "cdk: tiny-2 0/5 CREATE_IN_PROGRESS AWS::IAM::Role Role" not in lines
    assert lines[-1] == "training: epoch=1 loss=0.5"
    assert "\x1b" not in printed(screen)


@pytest.mark.parametrize("terminal", [True, False])
def test_verbose_shows_every_line(terminal: bool) -> None:  # noqa: FBT001
    screen = Screen(console(terminal=terminal), verbose=True)
    with Progress(screen) as progress:
        progress.cli_line(WAITING.rstrip())
    shown = " ".join(printed(screen).split())
    assert " ".join(WAITING.split()) in shown
