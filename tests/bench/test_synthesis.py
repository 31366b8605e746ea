"""What `make bench-synth` compares our synthesis with."""

from bench.synthesis import plain


def test_the_plain_application_is_synthesized() -> None:
    assert plain() == 45
