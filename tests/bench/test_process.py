"""Measurements of processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__
from bench.__main__ import main
from bench.process import ProcessError, hand_over, run
from scripts import ROOT

# A peak that a sampling thread would miss
BRIEFLY = "import time; held = bytearray(300_000_000); del held; time.sleep(0.5)"


def test_the_peak_of_the_memory_is_measured() -> None:
    done = run([sys.executable, "-c", BRIEFLY], threads=1, show=print)
    assert 300_000_000 < done.peak_bytes < 400_000_000
    assert done.seconds > 0.5
    assert done.processor_seconds > 0


def test_the_number_of_threads_is_passed_to_the_process() -> None:
    program = "import os; print(os.environ['OMP_NUM_THREADS'])"
    done = run([sys.executable, "-c", program], threads=3, show=print)
    assert done.lines == ["3"]
    assert done.result is None


def test_lines_are_shown_without_the_result() -> None:
    shown: list[str] = []
    program = "from bench.process import hand_over; print('at work'); hand_over({'a': 1})"
    done = run([sys.executable, "-c", program], threads=1, show=shown.append)
    assert shown == ["at work"]
    assert done.result == {"a": 1}


def test_a_failure_is_one_line_with_its_reason() -> None:
    with pytest.raises(ProcessError, match=r"failed: ValueError: no such thing$"):
        run([sys.executable, "-c", "raise ValueError('no such thing')"], threads=1, show=print)


def test_a_result_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    hand_over({"text": "two\nlines"})
    assert capsys.readouterr().out.count("\n") == 1


def test_a_missing_peers_interpreter_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "PEERS_PYTHON", tmp_path / "python")
    assert main(["check"]) == 1
    assert "no such interpreter; `make bench` installs it" in capsys.readouterr().out


def test_bad_data_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "PEERS_PYTHON", Path(sys.executable))
    assert main(["run", "--data", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: no such file or folder" in capsys.readouterr().out


def test_the_command_starts_outside_the_tests() -> None:
    """Pytest's own import paths hide a missing one."""
    command = [sys.executable, "-m", "bench", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
