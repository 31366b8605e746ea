"""Settings that are accepted, and refusals of the others."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.settings.environment import EnvironmentSettings
from stacks.settings.error import SettingsError
from stacks.settings.load import read_settings
from tests.properties.settings_blocks import KEYS

CDK_JSON = Path(__file__).resolve().parents[2] / "cdk.json"
DEV = {
    "region": "us-east-1",
    "endpoint": {"kind": "serverless"},
    "storage": {"removal": "destroy"},
}

SHORT = 8  # characters
OWN_IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1"


def read(block: dict[str, Any] | None = None, /, **overrides: Any) -> EnvironmentSettings:
    """Read the settings of one environment; `training__epochs` means `training.epochs`."""
    named = {key.replace("__", "."): value for key, value in overrides.items()}
    return read_settings(
        {"environment": "dev", "environments": {"dev": DEV if block is None else block}, **named}
    )


def refusal(block: dict[str, Any] | None = None, /, **overrides: Any) -> str:
    """Return the message that refuses settings."""
    with pytest.raises(SettingsError) as raised:
        read(block, **overrides)
    line = str(raised.value)
    assert len(line.splitlines()) == 1
    return line


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_environments_of_cdk_json(environment: str) -> None:
    context = json.loads(CDK_JSON.read_text())["context"]
    settings = read_settings({**context, "environment": environment})
    assert settings.environment == environment


def test_dev_is_cheap_and_prod_keeps_its_data() -> None:
    context = json.loads(CDK_JSON.read_text())["context"]
    dev = read_settings(context)
    assert (dev.environment, dev.endpoint.kind, dev.storage.removal) == (
        "dev",
        "serverless",
        "destroy",
    )
    prod = read_settings({**context, "environment": "prod"})
    assert (prod.endpoint.kind, prod.endpoint.instance_count, prod.storage.removal) == (
        "real_time",
        2,
        "retain",
    )


def test_an_override_replaces_one_setting() -> None:
    settings = read(training__epochs="2", training__learning_rate="1e-3", region="eu-west-1")
    assert settings.training.epochs == 2
    assert settings.training.learning_rate == 0.001
    assert settings.region == "eu-west-1"
    assert settings.training.batch_size == read().training.batch_size


def test_an_override_does_not_change_the_context() -> None:
    block = {**DEV, "training": {"epochs": 3}}
    assert read(block, training__epochs="2").training.epochs == 2
    assert block["training"] == {"epochs": 3}


def test_an_empty_override_removes_an_optional_setting() -> None:
    block = {**DEV, "dataset": {"testing": "test.jsonl"}}
    assert read(block).dataset.testing == "test.jsonl"
    assert read(block, dataset__testing="").dataset.testing is None


def test_keys_of_cdk_are_ignored() -> None:
    read(**{"@aws-cdk/core:checkSecretUsage": True, "aws:cdk:enable-path-metadata": True})
    read(**{"availability-zones:account=1:region=us-east-1": ["us-east-1a"], "aws-cdk:x": 1})


@pytest.mark.parametrize(
    "foreign",
    [
        {"acknowledged-issue-numbers": [34892]},
        {"cli-telemetry": False},
        {"team": "platform"},
        {"stage": "beta", "stage.name": "beta", "owner": "a", "account": "1", "vpc-id": "vpc-1"},
        {"vpc-provider:account=1:filter.isDefault=true": {"vpcId": "vpc-1"}},
        {"other-project": {"region": "eu-west-1", "endpoint": {"kind": "x"}}, "regions": ["a"]},
        {"com.example.flag": True, "environmentName": "x", "version": 3, "service.name": None},
    ],
)
def test_keys_of_the_cli_and_of_other_projects_are_ignored(foreign: dict[str, Any]) -> None:
    assert read(**foreign) == read()


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("endpint.kind", "endpoint.kind"),
        ("endpoint.memory", "endpoint.memory_mb"),
        ("Endpoint.kind", "endpoint.kind"),
        ("endpoint_kind", "endpoint.kind"),
        ("traning.epocs", "training.epochs"),
        ("trainings.epochs", "training.epochs"),
        ("storge.anything", "storage.*"),
        ("enviroment", "environment"),
        ("env", "environment"),
        ("regoin", "region"),
        ("epochs", "training.epochs"),
        ("alarm_email", "operations.alarm_email"),
    ],
)
def test_a_misspelled_setting_is_refused_with_the_nearest_name(key: str, meant: str) -> None:
    line = refusal(**{key: "x"})
    assert line.startswith(f"{key}=x is refused: the settings are ")
    assert line.endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize("name", [name for name in KEYS if len(name) > SHORT])
def test_a_letter_too_few_is_refused_everywhere(name: str) -> None:
    """Every setting is guarded, at every letter, against a silently ignored override."""
    for position in range(len(name)):
        wrong = name[:position] + name[position + 1 :]
        with pytest.raises(SettingsError):
            read(**{wrong: "x"})


def test_a_misspelled_setting_in_a_block_is_refused_with_the_nearest_name() -> None:
    block = {**DEV, "training": {"epoch": 3}}
    assert refusal(block).endswith("; did you mean training.epochs?")


def test_settings_are_immutable() -> None:
    settings = read()
    with pytest.raises(ValueError, match="frozen"):
        settings.training.epochs = 5


def test_an_unknown_environment_is_refused() -> None:
    line = refusal(environment="staging")
    assert line == "environment=staging is refused: must be one of dev"


def test_missing_environments_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"^environments is missing"):
        read_settings({"environment": "dev"})


def test_an_environment_must_be_chosen() -> None:
    with pytest.raises(SettingsError, match=r"^environment is missing: must be one of dev$"):
        read_settings({"environments": {"dev": DEV}})


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ({"epochs": "2"}, "epochs=2 is refused: the settings are environment, region, dataset.*, "),
        (
            {"training__epoch": "2"},
            "training.epoch=2 is refused: the settings are training.instance_type, ",
        ),
        ({"region__name": "x"}, "region.name=x is refused: the settings are "),
        ({"trainings__epochs": "2"}, "trainings.epochs=2 is refused: the settings are "),
        ({"training": "fast"}, "training=fast is refused: the settings are training."),
        ({"environments.dev": "x"}, "environments.dev=x is refused: the settings are "),
    ],
)
def test_an_unknown_key_is_refused_with_the_known_keys(
    overrides: dict[str, str], line: str
) -> None:
    assert refusal(**overrides).startswith(line)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("training.epochs", "0", "input should be greater than or equal to 1"),
        ("training.epochs", "2.5", "input should be a valid integer"),
        ("training.epochs", 2.0, "input should be a valid integer"),
        ("training.epochs", True, "input should be a valid integer"),
        ("training.epochs", "$(reboot)", "input should be a valid integer"),
        ("training.learning_rate", "0", "input should be greater than 0"),
        ("training.learning_rate", "nan", "input should be a valid number"),
        ("training.instance_count", "0", "input should be greater than or equal to 1"),
        ("training.instance_count", "21", "input should be less than or equal to 20"),
        ("training.use_spot", "yes", "input should be a valid boolean"),
        ("training.max_wait_seconds", "3000", "must be empty without training.use_spot=true"),
        ("training.minimum_accuracy", "1.01", "input should be less than or equal to 1"),
        ("training.max_runtime_seconds", "3001", "input should be less than or equal to 3000"),
        ("training.instance_type", "m5.large", "a SageMaker instance type, such as ml.m5.large"),
        ("training.image", "pytorch:2.13", "<account>.dkr.ecr.<region>.amazonaws.com/"),
        ("training.model_data", "s3://bucket/model.zip", "s3://<bucket>/<key>.tar.gz"),
        ("training.model_data", "model.tar.gz", "s3://<bucket>/<key>.tar.gz"),
        ("dataset.training", "https://example.com/x.csv", "s3://<bucket>/<prefix>"),
        ("dataset.training", "s3://b", "s3://<bucket>/<prefix>"),
        ("dataset.training", "s3://reviews/*", "without the character '*'"),
        ("dataset.testing", "s3://reviews/2026-?/", "without the character '?'"),
        ("dataset.training", "s3://reviews/[ab]", "without the character '['"),
        ("dataset.training", "s3://reviews/${aws:userid}/", "without the character '{'"),
        ("dataset.training", "s3://reviews/{{resolve:ssm:x}}", "without the character '{'"),
        ("dataset.training", "s3://reviews/2026é/", "without the character 'é'"),
        ("dataset.training", "s3://re*ws/", "without the character '*'"),
        ("training.model_data", "s3://models/*.tar.gz", "without the character '*'"),
        ("endpoint.kind", "batch", "input should be 'serverless' or 'real_time'"),
        ("endpoint.memory_mb", "1000", "1024, 2048, 3072, 4096, 5120 or 6144"),
        ("endpoint.max_concurrency", "201", "less than or equal to 200"),
        ("api.allowed_origins", "https://a.example/page", "without a path"),
        ("api.allowed_origins", "*", "origins such as https://example.com"),
        ("api.max_review_characters", "100001", "less than or equal to 100000"),
        ("api.set_account_log_role", "yes", "input should be a valid boolean"),
        ("site.price_class", "cheap", "'PriceClass_100', 'PriceClass_200' or 'PriceClass_All'"),
        ("site.domain_name", "Example.com", "a domain name in lowercase letters"),
        ("site.title", "T" * 101, "1 to 100 characters"),
        ("site.title", "\ud800", "control characters"),
        ("site.intro", " Paste it.", "spaces at its ends"),
        ("site.placeholder", 5, "input should be a valid string"),
        ("site.examples", "Fine, really.", 'such as ["The first one."'),
        ("site.examples", '{"a": "b"}', 'such as ["The first one."'),
        ("storage.removal", "snapshot", "input should be 'destroy' or 'retain'"),
        ("storage.artifact_expiry_days", "0", "greater than or equal to 1"),
        ("logs.retention_days", "8", "1, 3, 5, 7, 14"),
        ("region", "Frankfurt", "the code of an AWS region, such as us-east-1"),
        ("region", "eu-nowhere-9", "AWS offers the training image in af-south-1, "),
    ],
)
def test_a_bad_value_is_refused_with_the_allowed_ones(key: str, value: Any, allowed: str) -> None:
    line = refusal(**{key: value})
    assert line.startswith(f"{key}={value} is refused: ")
    assert allowed in line


@pytest.mark.parametrize("key", ["region", "endpoint", "storage"])
def test_a_missing_setting_is_named(key: str) -> None:
    block = {name: value for name, value in DEV.items() if name != key}
    assert refusal(block).startswith(f"{key} is missing")


@pytest.mark.parametrize(
    ("section", "instance"),
    [
        ("training", "ml.g5.xlarge"),
        ("training", "ml.trn1.2xlarge"),
        ("endpoint", "ml.g5.xlarge"),
        ("endpoint", "ml.c7g.large"),
        ("endpoint", "ml.m6gd.large"),
    ],
)
def test_accelerators_and_arm_processors_need_a_custom_image(section: str, instance: str) -> None:
    chosen = {f"{section}__instance_type": instance}
    assert refusal(REAL_TIME, **chosen) == (
        f"{section}.image= is refused: must be the URI of an image for {instance}, "
        "since the default one is for x86 processors"
    )
    assert read(REAL_TIME, **chosen, **{f"{section}__image": OWN_IMAGE})
    assert read(REAL_TIME, **{f"{section}__instance_type": "ml.c5.xlarge"})


@pytest.mark.parametrize(
    ("section", "instance", "near"),
    [
        ("training", "ml.m5.lrage", "ml.m5.large"),
        ("training", "ml.t2.medium", "ml.t3.medium"),  # exists only for endpoints
        ("endpoint", "ml.m5.8xlarge", "ml.m5.xlarge"),
        ("endpoint", "ml.nothing.like", "ml.m5.large"),
    ],
)
def test_an_instance_type_must_exist(section: str, instance: str, near: str) -> None:
    line = refusal(REAL_TIME, **{f"{section}__instance_type": instance})
    assert line.startswith(f"{section}.instance_type={instance} is refused: must be one of the ")
    assert near in line


@pytest.mark.parametrize("seconds", ["2699", "3301"])
def test_spot_training_must_fit_into_cloudformations_hour(seconds: str) -> None:
    line = refusal(training__use_spot="true", training__max_wait_seconds=seconds)
    assert line == (
        f"training.max_wait_seconds={seconds} is refused: must be "
        "2700 (training.max_runtime_seconds) to 3300, "
        "since CloudFormation waits an hour for the whole training"
    )


@pytest.mark.parametrize(
    ("overrides", "seconds"),
    [
        ({}, None),
        ({"use_spot": "false"}, None),
        ({"use_spot": "true"}, 3300),
        ({"use_spot": "true", "max_wait_seconds": ""}, 3300),
        ({"use_spot": "true", "max_wait_seconds": "2700"}, 2700),
        ({"use_spot": True, "max_wait_seconds": 60, "max_runtime_seconds": 60}, 60),
    ],
)
def test_spot_training_waits_as_long_as_allowed(
    overrides: dict[str, Any], seconds: int | None
) -> None:
    named = {f"training__{key}": value for key, value in overrides.items()}
    assert read(**named).training.spot_wait_seconds == seconds


def test_a_bad_run_time_is_reported_before_the_wait() -> None:
    line = refusal(
        training__max_runtime_seconds="5",
        training__max_wait_seconds="90",
        training__use_spot="true",
    )
    assert line.startswith("training.max_runtime_seconds=5 is refused: ")


@pytest.mark.parametrize(
    ("instance_type", "count", "distributed"),
    [
        ("ml.m5.xlarge", 1, False),
        ("ml.m5.xlarge", 2, True),
        ("ml.g5.12xlarge", 1, True),
        ("ml.p4d.24xlarge", 2, True),
    ],
)
def test_several_hosts_or_gpus_are_distributed(
    instance_type: str, count: int, *, distributed: bool
) -> None:
    settings = read(
        training__instance_type=instance_type,
        training__instance_count=count,
        training__image="763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch:2.13",
    )
    assert settings.training.distributed is distributed


def test_a_certificate_needs_a_domain() -> None:
    assert "together with site.domain_name" in refusal(site__domain_name="films.example.com")


def test_a_custom_image_replaces_a_missing_default_image() -> None:
    image = "763104351884.dkr.ecr.eusc-de-east-1.amazonaws.com/own:1"
    block = {**DEV, "endpoint": {"kind": "real_time", "image": image}}
    assert "serving image" in refusal(region="eusc-de-east-1")
    assert read(block, region="eusc-de-east-1", site__access_logs="false").endpoint.image == image


def test_the_scikit_learn_image_must_exist_in_the_region() -> None:
    block = {**DEV, "endpoint": {"kind": "real_time", "image": "scikit-learn"}}
    assert read(block).endpoint.image == "scikit-learn"
    line = refusal(block, region="mx-central-1", site__access_logs="false")
    assert "AWS offers the scikit-learn image in af-south-1" in line


def test_the_scikit_learn_image_serves_no_lstm() -> None:
    lstm = {"training__architecture": "lstm"}
    uri = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
    for image in ("scikit-learn", uri):
        assert "has no torch" in refusal(endpoint__image=image, **lstm)
        assert read(endpoint__image=image).endpoint.image == image
    assert read(endpoint__image=OWN_IMAGE, **lstm)


def test_environment_names_are_short() -> None:
    with pytest.raises(SettingsError, match="1 to 12 lowercase letters and digits"):
        read_settings({"environment": "My_env", "environments": {"My_env": DEV}})


@given(st.integers(min_value=1, max_value=1000))
def test_whole_numbers_are_parsed_from_strings(number: int) -> None:
    assert read(training__epochs=str(number)).training.epochs == number


@given(st.floats(min_value=0, max_value=1))
def test_numbers_are_parsed_from_strings(number: float) -> None:
    assert read(training__minimum_accuracy=repr(number)).training.minimum_accuracy == number


def answer(**overrides: Any) -> EnvironmentSettings | str:
    """Return the settings, or the message that refuses them."""
    try:
        return read(**overrides)
    except SettingsError as error:
        return str(error)


@given(st.text())
def test_any_text_for_a_whole_number_is_read_or_refused_in_one_line(text: str) -> None:
    found = answer(training__epochs=text)
    if isinstance(found, EnvironmentSettings):
        assert found.training.epochs == int(text)
    else:
        assert found.startswith("training.epochs=")
        assert len(found.splitlines()) == 1


@given(st.text(min_size=1), st.one_of(st.none(), st.booleans(), st.integers(), st.text()))
def test_any_key_is_read_ignored_or_refused_in_one_line(key: str, value: Any) -> None:
    found = answer(**{key: value})
    assert isinstance(found, EnvironmentSettings) or len(found.splitlines()) == 1


@given(
    st.floats(min_value=1e-30, max_value=1),
    st.integers(min_value=0, max_value=2**31 - 1),
    st.floats(min_value=0.01, max_value=0.9),
)
def test_hyperparameters_need_no_shell_quoting(rate: float, seed: int, share: float) -> None:
    settings = read(
        training__architecture="lstm",
        training__learning_rate=repr(rate),
        training__seed=str(seed),
        training__test_fraction=share,
    )
    for name, value in settings.training.hyperparameters().items():
        assert all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in value)
        meant = getattr(settings.training, name)
        assert type(meant)(value) == meant


SUBNETS, GROUPS = "subnet-0123456789abcdef0,subnet-0123456789abcdef1", "sg-0123456789abcdef0"
REAL_TIME = {**DEV, "endpoint": {"kind": "real_time"}}


def test_lists_are_read_from_json_and_from_the_command_line() -> None:
    block = {
        **REAL_TIME,
        "network": {"subnet_ids": SUBNETS.split(","), "security_group_ids": [GROUPS]},
    }
    spelled = read(REAL_TIME, network__subnet_ids=SUBNETS, network__security_group_ids=GROUPS)
    assert read(block).network == spelled.network
    assert spelled.network.subnet_ids == tuple(SUBNETS.split(","))


def test_a_vpc_needs_subnets_and_security_groups() -> None:
    assert "together with network.subnet_ids" in refusal(
        REAL_TIME, network__security_group_ids=GROUPS
    )
    assert "together with network.subnet_ids" in refusal(REAL_TIME, network__subnet_ids=SUBNETS)


def test_ids_are_checked() -> None:
    line = refusal(REAL_TIME, network__subnet_ids="vpc-1", network__security_group_ids=GROUPS)
    assert line.startswith("network.subnet_ids=vpc-1 is refused: must be ids such as subnet-")


def test_a_serverless_endpoint_has_no_vpc() -> None:
    line = refusal(network__subnet_ids=SUBNETS, network__security_group_ids=GROUPS)
    assert line.startswith(f"network.subnet_ids={SUBNETS} is refused: a serverless endpoint cannot")


def test_the_api_is_public_or_requires_signed_requests() -> None:
    assert read().api.access == "public"
    assert read(api__access="iam").api.access == "iam"
    assert refusal(api__access="open").startswith("api.access=open is refused")


TWO_INSTANCES = {**DEV, "endpoint": {"kind": "real_time", "instance_count": 2}}


def test_a_canary_needs_instances_and_alarms() -> None:
    assert read(TWO_INSTANCES, rollout__strategy="canary").rollout.strategy == "canary"
    assert "endpoint.kind=real_time" in refusal(rollout__strategy="canary")
    lone = refusal(TWO_INSTANCES, rollout__strategy="canary", endpoint__instance_count="1")
    assert lone == (
        "rollout.strategy=canary is refused: it needs endpoint.instance_count of 2 or more, which is 1"
    )
    silent = refusal(TWO_INSTANCES, rollout__strategy="canary", operations__alarms="false")
    assert "operations.alarms=true" in silent


def test_the_address_for_alarms_is_checked() -> None:
    assert read(operations__alarm_email="ops@example.com").operations.alarm_email
    assert read(operations__alarm_email="").operations.alarm_email is None
    assert "an e-mail address" in refusal(operations__alarm_email="ops")


def test_scaling_needs_instances_and_a_higher_maximum() -> None:
    assert read(TWO_INSTANCES, scaling__max_instances="3").scaling.max_instances == 3
    assert "endpoint.kind=real_time has instances" in refusal(scaling__max_instances="3")
    assert refusal(TWO_INSTANCES, scaling__max_instances="2") == (
        "scaling.max_instances=2 is refused: must be more than endpoint.instance_count, which is 2"
    )


def test_a_budget_needs_a_recipient() -> None:
    budget = {"operations__alarms": "false", "operations__monthly_budget_usd": "10"}
    assert "a budget needs operations.alarm_email" in refusal(**budget)
    settings = read(**budget, operations__alarm_email="ops@example.com")
    assert settings.operations.monthly_budget_usd == 10


def test_a_serverless_endpoint_cannot_capture_requests() -> None:
    line = refusal(endpoint__capture_percent="5")
    assert line.startswith("endpoint.capture_percent=5 is refused: a serverless endpoint cannot")
    assert read(REAL_TIME, endpoint__capture_percent="5").endpoint.capture_percent == 5


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"endpoint__instance_type": "ml.inf1.xlarge", "endpoint__image": OWN_IMAGE},
            "rollout.strategy=canary is refused: SageMaker switches ml.inf1.xlarge over all at once",
        ),
        (
            {"rollout__bake_minutes": "2"},
            (
                "rollout.bake_minutes=2 is refused: must be 3 or more with "
                "rollout.strategy=canary, since no alarm is raised earlier"
            ),
        ),
    ],
)
def test_a_canary_must_be_able_to_roll_back(change: dict[str, str], line: str) -> None:
    assert read(TWO_INSTANCES, rollout__strategy="canary").rollout.bake_minutes == 10
    assert refusal(TWO_INSTANCES, rollout__strategy="canary", **change) == line
    assert read(TWO_INSTANCES, **change).rollout.strategy == "all_at_once"


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        ("us-gov-west-1", "has no CloudFront"),
        ("us-gov-east-1", "has no CloudFront"),
        ("cn-north-1", "has a CloudFront that serves registered domains"),
    ],
)
def test_the_page_needs_cloudfront(region: str, reason: str) -> None:
    line = refusal(region=region)
    assert line.startswith(f"api.access=public is refused: {region} {reason}")
    assert read(region=region, api__access="iam").region == region


@pytest.mark.parametrize(
    "region", ["eu-south-1", "ap-southeast-3", "ap-east-2", "mx-central-1", "me-west-1"]
)
def test_cloudfront_logs_are_refused_in_opt_in_regions(region: str) -> None:
    assert refusal(region=region) == (
        "site.access_logs=true is refused: "
        f"CloudFront delivers no logs to buckets in {region}; it must be false"
    )
    assert read(region=region, site__access_logs="false").region == region
    assert read(region=region, api__access="iam").region == region


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-3", "ap-northeast-3", "sa-east-1"])
def test_cloudfront_logs_are_allowed_in_default_regions(region: str) -> None:
    assert read(region=region).site.access_logs


def test_a_model_without_training_must_be_tested_before_it_serves() -> None:
    model = {"training__model_data": "s3://models/model.tar.gz"}
    assert refusal(**model, rollout__candidate="false") == (
        "rollout.candidate=false is refused: "
        "must be true when training.model_data is set, because no training has tested that model"
    )
    assert read(**model).training.model_data == model["training__model_data"]
    assert not read(rollout__candidate="false").rollout.candidate


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"operations__alarms": "false"},
            "it needs operations.alarms=true, whose topic receives the message",
        ),
        (
            {"feedback__enabled": "false"},
            "its data never change; it needs a dataset in S3 or feedback.enabled=true",
        ),
    ],
)
def test_a_scheduled_training_needs_new_data_and_a_topic_for_its_message(
    change: dict[str, str], reason: str
) -> None:
    usual = {"operations__alarms": "true", "feedback__enabled": "true"}
    scheduled = {"retraining__schedule": "cron(0 4 2 * ? *)"}
    assert read(**usual, **scheduled).retraining.schedule == "cron(0 4 2 * ? *)"
    refused = f"retraining.schedule=cron(0 4 2 * ? *) is refused: {reason}"
    assert refusal(**{**usual, **scheduled, **change}) == refused
    data = {"dataset__training": "s3://reviews/all/", "operations__alarms": "true"}
    assert read(**data, **scheduled).retraining.schedule


@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 4 2 * ? *)", "cron(30 04 ? * MON-FRI *)",
        "cron(0 */6 1,15 JAN-JUN/2 ? 2026-2030)", "cron(0 4 L * ? *)", "cron(0 4 ? * 6L *)",
        "cron(5 23 31W * ? *)", "cron(0 4 ? 1/3 MON#1 *)",
    ],
)  # fmt: skip
def test_a_schedule_that_eventbridge_accepts_is_accepted(schedule: str) -> None:
    usual = {"operations__alarms": "true", "feedback__enabled": "true"}
    assert read(**usual, retraining__schedule=schedule).retraining.schedule == schedule


@pytest.mark.parametrize(
    "schedule",
    [
        "rate(5 minutes)", "daily", "at(2026-01-01T00:00:00)", "rate(1 day)", "rate(30 days)",
        "cron(0 4 2 * * *)", "cron(0 4 ? * ? *)", "cron(0 4 2 * MON *)",
        "cron(60 4 2 * ? *)", "cron(0 24 2 * ? *)", "cron(0 4 32 * ? *)", "cron(0 4 2 13 ? *)",
        "cron(0 4 ? * 0 *)", "cron(0 4 2 * ?)", "cron(* 4 2 * ? *)", "cron(0/5 * * * ? *)",
        "cron(-----------)", "cron(0 4 2 * ? 1969)",
    ],
)  # fmt: skip
def test_a_schedule_that_eventbridge_refuses_or_that_is_too_frequent_is_refused(
    schedule: str,
) -> None:
    usual = {"operations__alarms": "true", "feedback__enabled": "true"}
    said = refusal(**usual, retraining__schedule=schedule)
    assert "a cron schedule, at most hourly, such as cron(0 4 2 * ? *)" in said


def test_drift_must_be_seen() -> None:
    unseen = {"operations__alarms": "false", "operations__dashboard": "false"}
    assert refusal(operations__drift="true", **unseen) == (
        "operations.drift=true is refused: it needs operations.alarms=true or "
        "operations.dashboard=true"
    )
    assert read(operations__drift="true", operations__alarms="true").operations.drift


def test_only_a_trial_records_refused_models() -> None:
    assert refusal(model__register="true", rollout__candidate="false") == (
        "rollout.candidate=false is refused: must be true when model.register is true, "
        "because the trial records refused models"
    )
    assert read(model__register="true").model.register
    assert not read().model.register


def test_only_a_candidate_can_be_compared_with_the_model_that_serves() -> None:
    assert refusal(rollout__challenger="not_worse", rollout__candidate="false") == (
        "rollout.candidate=false is refused: must be true when rollout.challenger is not off, "
        "because the candidate is compared with the model that serves"
    )
    assert read().rollout.challenger == "off"


@pytest.mark.parametrize(
    ("challenger", "incomparable", "result"),
    [
        ("not_worse", "", "pass"),
        ("not_worse", "fail", "fail"),
        ("better", "", "fail"),
        ("better", "pass", "pass"),
    ],
)
def test_a_model_that_cannot_be_compared_is_not_better(
    challenger: str, incomparable: str, result: str
) -> None:
    settings = read(rollout__challenger=challenger, rollout__incomparable=incomparable)
    assert settings.rollout.passes_incomparable == (result == "pass")


def test_a_serverless_endpoint_cannot_be_isolated() -> None:
    line = refusal(endpoint__network_isolation="true")
    assert line == (
        "endpoint.network_isolation=true is refused: "
        "a serverless endpoint cannot be isolated; endpoint.kind=real_time can"
    )
    assert not read().endpoint.isolated
    assert read(REAL_TIME).endpoint.isolated
    assert not read(REAL_TIME, endpoint__network_isolation="false").endpoint.isolated


def test_govcloud_has_no_budgets() -> None:
    where = {"region": "us-gov-west-1", "api__access": "iam"}
    budget = {"operations__monthly_budget_usd": "10"}
    line = refusal(**where, **budget)
    assert line.startswith("operations.monthly_budget_usd=10.0 is refused: us-gov-west-1 has no")
    assert read(**budget).operations.monthly_budget_usd == 10


def test_burstable_instances_cannot_scale() -> None:
    line = refusal(
        TWO_INSTANCES, scaling__max_instances="3", endpoint__instance_type="ml.t2.medium"
    )
    assert line == (
        "scaling.max_instances=3 is refused: "
        "SageMaker does not scale burstable instances such as ml.t2.medium"
    )


@pytest.mark.parametrize("section", ["training", "endpoint"])
def test_an_image_must_be_in_the_region(section: str) -> None:
    image = {f"{section}__image": OWN_IMAGE}
    assert read(**image)
    line = refusal(region="eu-west-1", **image)
    assert line == (
        f"{section}.image={OWN_IMAGE} is refused: must be an image in the region, eu-west-1"
    )
