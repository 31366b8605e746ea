"""Decision whether a new model may replace the serving one."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from eventual_consistency import repeat
from known_reviews import shown
from resource_properties import FailedTestError
from trial.comparison import Ask, Comparison, IncomparableError, compare
from trial.held_out import TrainingOutput, read_output

RECORD = "comparison.json"
REMEDY = "set rollout.challenger=off to deploy it anyway"


@dataclass(frozen=True)
class Rule:
    """Condition for replacing the serving model.

    Attributes:
        challenger: `not_worse`, or `better`.
        incomparable: `pass` or `fail`, for models that cannot be compared.
    """

    challenger: str
    incomparable: str


@dataclass(frozen=True)
class Artifacts:
    """Folder of the training jobs' artifacts in S3."""

    s3: Any
    bucket: str
    folder: str

    def output(self, version: str) -> TrainingOutput:
        """Return the output of a training job.

        Raises:
            IncomparableError: when there is none with held-out reviews, or it cannot be read.
        """
        try:
            found = repeat(lambda: read_output(self.s3, self.bucket, self.folder, version))
        except ClientError as error:  # such as one that another key encrypts
            code = error.response["Error"]["Code"]
            raise IncomparableError(
                f"the output of the training {shown(version)} cannot be read ({code})"
            ) from error
        if found is None:
            raise IncomparableError(f"the training of {shown(version)} left no held-out reviews")
        return found

    def record(self, version: str, content: dict[str, Any]) -> None:
        """Write the decision next to the report of the new model's training."""
        self.s3.put_object(
            Bucket=self.bucket,
            Key=f"{self.folder}/{version}/output/{RECORD}",
            Body=json.dumps(content, ensure_ascii=False, indent=1).encode(),
            ContentType="application/json",
        )


def challenge(artifacts: Artifacts, rule: Rule, ask_champion: Ask, ask_challenger: Ask) -> str:
    """Compare the models, record the decision and return it as a sentence.

    Args:
        artifacts: the training jobs' artifacts.
        rule: condition for replacing the serving model.
        ask_champion: sends a request to the serving model and returns its answer.
        ask_challenger: sends a request to the new model and returns its answer.

    Raises:
        FailedTestError: when the new model may not replace the serving one.
    """
    ask_champion = _or_give_up(ask_champion)
    old, new = "a model that does not answer", _version(ask_challenger)
    try:
        old = _version(ask_champion)
        if old == new:
            return f"not compared: {new} already serves"
        found = compare(artifacts.output(old), artifacts.output(new), ask_champion, ask_challenger)
    except IncomparableError as error:
        passed, sentence, figures = rule.incomparable == "pass", f"not comparable: {error}", {}
        reviews: list[dict[str, str]] = []
    else:
        passed = found.is_better if rule.challenger == "better" else not found.is_worse
        sentence, figures = f"{_relation(found)}: {found}", found.as_dict()
        reviews = [review._asdict() for review in found.telling]
    decision = {
        "champion": old,
        "challenger": new,
        "rule": rule.challenger,
        "passed": passed,
        "result": sentence,
        **figures,
    }
    artifacts.record(new, {**decision, "right_only_before": reviews})
    if not passed:
        raise FailedTestError(
            f"The new model {new} does not replace {old} (rollout.challenger={rule.challenger}; "
            f"{REMEDY}): {sentence}{_named(reviews)}"
        )
    return sentence


def _version(ask: Ask) -> str:
    return str(ask({"card": True}).get("model_version"))


def _or_give_up(ask_champion: Ask) -> Ask:
    """Return a function that asks the serving model, whose failure makes it incomparable."""

    def ask(content: dict[str, Any]) -> dict[str, Any]:
        try:
            return ask_champion(content)
        except FailedTestError as error:
            # Callers of the API read the result. AWS's message names the account and may quote
            # reviews.
            raise IncomparableError(
                "the serving model does not answer; the log of its endpoint has the reason"
            ) from error

    return ask


def _relation(found: Comparison) -> str:
    if found.is_worse:
        return "worse"
    return "better" if found.is_better else "neither better nor worse"


def _named(reviews: list[dict[str, str]]) -> str:
    if not reviews:
        return ""
    named = ", ".join(f"{review['label']} {shown(review['text'])}" for review in reviews)
    return f". Classified correctly by the old model only: {named}"
