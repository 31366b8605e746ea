"""First contentful paint and size of the deployed page, in chromium."""

from statistics import median

import pytest

from tests.deployed.page.conftest import OpenPage
from tests.proof.table import ProofTable

pytestmark = pytest.mark.slow

VISITS = 9
FIRST_PAINT_MS = 500
PAINT = """new Promise(done => new PerformanceObserver(list => {
  const painted = list.getEntriesByName("first-contentful-paint");
  if (painted.length > 0) { done(painted[0].startTime); }
}).observe({ type: "paint", buffered: true }))"""
FILES = (
    "performance.getEntries().filter(one => one.decodedBodySize).map(one => one.decodedBodySize)"
)


def test_the_page_paints_within_half_a_second(
    open_page: OpenPage,
    proof_table: ProofTable,
) -> None:
    paints: list[float] = []
    for _ in range(VISITS):
        page = open_page()  # with an empty cache each time
        paints.append(page.evaluate(PAINT))
        sizes = page.evaluate(FILES)
        page.close()
    assert median(paints) <= FIRST_PAINT_MS
    proof_table.add(
        "The page",
        f"{VISITS} visits with an empty cache; its {len(sizes)} files weigh {sum(sizes):,} bytes",
        f"first contentful paint: median {median(paints):.0f} ms, longest {max(paints):.0f} ms",
    )
