"""Tables of `make bench-score`."""

import json

import pytest

from bench.score_page import Measured, document, measured_table, price_table, with_block
from scripts import ROOT

MACHINE: dict[str, str | int] = {
    "processor": "P", "cores": 2, "memory_gb": 8, "system": "S", "python": "3", "torch": "2",
}  # fmt: skip
JOB = Measured(rows=9000, processes=2, alone=4000.0, cutting=1.0, starting=4.0, judging=3.0)


def test_share_compares_with_predict_fn_alone() -> None:
    assert (JOB.rate, JOB.share) == (3000, 0.75)


def test_table_has_the_machine_and_a_row_for_each_job() -> None:
    lines = measured_table(MACHINE, "2026-11-28", [JOB]).splitlines()
    assert lines[0] == "On 2026-11-28: P, 2 cores, 8 GB, S, Python 3, torch 2."
    assert lines[-1] == "| 9,000 | 2 | 4,000 | 1.0 | 4.0 | 3.0 | 3,000 | 75% |"
    columns = [line.count("|") for line in lines[2:]]
    assert len(set(columns)) == 1


def test_document_has_the_measured_and_the_computed_figures() -> None:
    [job] = json.loads(json.dumps(document(MACHINE, "2026-11-28", [JOB])))["jobs"]
    assert (job["judging"], job["rate"], job["share"]) == (3.0, 3000, 0.75)


def test_only_the_block_is_replaced() -> None:
    page = "a\n<!-- t -->\nold\nrows\n<!-- /t -->\nz\n"
    assert with_block(page, "t", "new") == "a\n<!-- t -->\nnew\n<!-- /t -->\nz\n"
    with pytest.raises(ValueError, match="must have <!-- u -->"):
        with_block(page, "u", "new")


def test_the_page_has_the_prices_of_the_price_table() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert with_block(page, "prices", price_table()) == page
