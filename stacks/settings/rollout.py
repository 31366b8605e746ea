"""The settings of the rollout of a new model."""

from typing import Annotated, Literal

from pydantic import Field

from stacks.settings.types import BlankIsNone, Decimal, Flag, Section, Whole


class RolloutSettings(Section):
    """The rollout of a new model.

    Attributes:
        strategy: `canary` sends part of the traffic to the new model first and rolls back when an
            alarm is raised; it needs real-time instances and alarms. `all_at_once` switches over
            when the new model answers.
        candidate: whether a new model is first tested on a separate endpoint, with known reviews,
            while the old one serves; that endpoint is deleted afterwards. The account needs
            capacity and quotas for both at the same time.
        challenger: condition for replacing the model that serves: `not_worse` refuses a new model
            that is significantly less accurate on reviews that neither was trained on, `better`
            one that is not significantly more accurate, and `off` none. It needs `candidate`.
        incomparable: whether a new model passes or fails if it cannot be compared with the one that
            serves: with other labels, other data, or too few test reviews. By default it fails if
            `challenger` is `better`, and passes otherwise.
        patience_seconds: time limit for a new model's first answers.
        canary_percent: share of the instances that serve the new model first.
        bake_minutes: minutes during which the alarms monitor the canary.
        keep_old_minutes: minutes that the old instances are kept and monitored afterwards.
        error_rate: share of failed invocations above which the old model returns.
        latency_p99_ms: limit of the model's 99th percentile latency.
    """

    strategy: Literal["all_at_once", "canary"] = "all_at_once"
    candidate: Flag = True
    challenger: Literal["off", "not_worse", "better"] = "off"
    incomparable: Annotated[Literal["pass", "fail"] | None, BlankIsNone] = None
    patience_seconds: Annotated[Whole, Field(ge=5, le=480)] = 300
    canary_percent: Annotated[Whole, Field(ge=1, le=50)] = 50
    bake_minutes: Annotated[Whole, Field(ge=1, le=60)] = 10
    keep_old_minutes: Annotated[Whole, Field(ge=0, le=60)] = 5
    error_rate: Annotated[Decimal, Field(ge=0, lt=1)] = 0.01
    latency_p99_ms: Annotated[Whole, Field(ge=10, le=60_000)] = 1000

    @property
    def passes_incomparable(self) -> bool:
        """True when a model passes that cannot be compared with the one that serves."""
        return (self.incomparable or ("fail" if self.challenger == "better" else "pass")) == "pass"
