"""Groups of reviews of similar length."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentiment.evaluation.judged import Judged
from sentiment.evaluation.lengths import GROUPS, by_length
from sentiment.schema import SENTIMENTS

ROWS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 1), st.sampled_from([0.1, 0.5, 0.9])),
    min_size=1,
    max_size=80,
)


@given(ROWS)
def test_every_review_is_in_the_group_of_its_length(rows: list[tuple[int, int, float]]) -> None:
    groups = by_length(
        ["x" * length for length, _, _ in rows],
        Judged.of(SENTIMENTS, [label for _, label, _ in rows], [share for _, _, share in rows]),
    )
    assert 1 <= len(groups) <= GROUPS
    ends = [end for group in groups for end in (group.shortest, group.longest)]
    assert ends == sorted(ends)
    for group, following in pairwise(groups):
        assert group.longest < following.shortest
    for group in groups:
        inside = [row for row in rows if group.shortest <= row[0] <= group.longest]
        assert group.rows == len(inside)
        assert group.right == sum(label == (probability >= 0.5) for _, label, probability in inside)
    assert sum(group.rows for group in groups) == len(rows)


def test_groups_of_different_lengths_are_tenths() -> None:
    texts = ["x" * length for length in range(100)]
    groups = by_length(texts, Judged.of(SENTIMENTS, np.ones(100, np.int64), np.ones(100)))
    assert [group.rows for group in groups] == [10] * GROUPS
    assert (groups[0].shortest, groups[0].longest, groups[-1].longest) == (0, 9, 99)
