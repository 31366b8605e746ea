"""Training job, model, endpoint and its test."""

import json
import re
from pathlib import Path

import pytest

from scripts import ROOT
from scripts.synthesis import STACKS
from tests.stacks.assembly import Assembly, synthesize


def test_replaceable_resources_have_no_fixed_name(assembly: Assembly) -> None:
    assert "ModelName" not in assembly.only("AWS::SageMaker::Model", within="Endpoint")
    assert "EndpointConfigName" not in assembly.only("AWS::SageMaker::EndpointConfig")


def test_the_endpoint_keeps_its_name(assembly: Assembly) -> None:
    endpoint = assembly.only("AWS::SageMaker::Endpoint")
    assert endpoint["EndpointName"] == f"sentiment-{assembly.environment}"


def test_dev_is_serverless(dev: Assembly) -> None:
    (variant,) = dev.only("AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MaxConcurrency": 5, "MemorySizeInMB": 3072}
    assert "InstanceType" not in variant
    assert "EnableNetworkIsolation" not in dev.only("AWS::SageMaker::Model", within="Endpoint")


def test_prod_runs_on_two_isolated_instances(prod: Assembly) -> None:
    (variant,) = prod.only("AWS::SageMaker::EndpointConfig")["ProductionVariants"]
    assert variant["InitialInstanceCount"] == 2
    assert variant["InstanceType"].startswith("ml.")
    assert "ServerlessConfig" not in variant
    assert prod.only("AWS::SageMaker::Model", within="Endpoint")["EnableNetworkIsolation"] is True


def test_the_model_is_the_jobs_artifact(assembly: Assembly) -> None:
    container = assembly.only("AWS::SageMaker::Model", within="Endpoint")["PrimaryContainer"]
    job, attribute = container["ModelDataUrl"]["Fn::GetAtt"]
    assert assembly.template("model")["Resources"][job]["Type"] == "Custom::TrainingJob"
    assert attribute == "ModelArtifact"


def test_the_jobs_name_is_content_addressed(dev: Assembly, prod: Assembly) -> None:
    names = {
        assembly.environment: assembly.only("Custom::TrainingJob")["JobName"]
        for assembly in (dev, prod)
    }
    digests = {
        re.fullmatch(rf"sentiment-{environment}-([0-9a-f]{{12}})", name)[1]  # type: ignore[index]
        for environment, name in names.items()
    }
    assert len(digests) == 1  # both environments have the same inputs


def test_the_job_fits_into_cloudformations_hour(assembly: Assembly) -> None:
    job = assembly.only("Custom::TrainingJob")
    assert int(job["ServiceTimeout"]) == 3600
    assert int(job["MaxRuntimeSeconds"]) <= 3000


def test_handlers_have_long_enough_timeouts(assembly: Assembly) -> None:
    for key, function in assembly.every("AWS::Lambda::Function").items():
        assert function["Properties"]["Timeout"] >= 29, key


def test_the_smoke_test_follows_every_change_of_the_endpoint(assembly: Assembly) -> None:
    smoke_test = assembly.only("Custom::SmokeTest")
    config, attribute = smoke_test["EndpointConfigName"]["Fn::GetAtt"]
    resources = assembly.template("model")["Resources"]
    assert resources[config]["Type"] == "AWS::SageMaker::EndpointConfig"
    assert attribute == "EndpointConfigName"
    assert (
        resources[smoke_test["EndpointName"]["Fn::GetAtt"][0]]["Type"] == "AWS::SageMaker::Endpoint"
    )
    assert smoke_test["ModelVersion"]["Fn::GetAtt"][1] == "TrainingJobName"


def test_only_a_model_of_the_packaged_films_is_asked_about_fixed_films(
    dev: Assembly, tmp_path: Path
) -> None:
    reviews = tmp_path / "kritiken.csv"
    rows = (f"Ein guter Film {n},1\nEin schlechter Film {n},0\n" for n in range(10))
    reviews.write_text(f"text,label\n{''.join(rows)}", "utf-8")
    own = synthesize("dev", tmp_path / "own", {"dataset.training": str(reviews)})
    for kind in ("Custom::Candidate", "Custom::SmokeTest"):
        assert dev.only(kind)["TrainedOnFilms"] == "true"
        assert "TrainedOnFilms" not in own.only(kind)


def test_the_apis_new_code_is_tested_with_what_it_accepts(altered_prod: Assembly) -> None:
    test = altered_prod.only("Custom::ReleaseTest")
    assert (test["EndpointName"], test["MaxReviewCharacters"]) == ("sentiment-prod", 5000)


def test_outputs_are_complete(assembly: Assembly) -> None:
    keys = {stack: sorted(assembly.template(stack)["Outputs"]) for stack in STACKS}
    compared = ["Comparison"] if assembly.environment == "prod" else []
    assert keys == {
        "storage": ["DataBucketName", "LogBucketName"],
        "model": [
            "Accuracy",
            *compared,
            "EndpointName",
            "ModelArtifact",
            "QualityGate",
            "ScoringModelName",
            "TrainingJobName",
        ],
        "web": ["ApiUrl", "SiteUrl"],
    }


def test_outputs_are_described(assembly: Assembly) -> None:
    for stack in STACKS:
        for key, output in assembly.template(stack)["Outputs"].items():
            assert output["Description"], key


def test_stacks_share_names_as_plain_text(assembly: Assembly) -> None:
    for stack in STACKS:
        template = assembly.template(stack)
        assert not any("Export" in output for output in template["Outputs"].values())
        assert "Fn::ImportValue" not in json.dumps(template)
        assert "Fn::GetStackOutput" not in json.dumps(template)


def test_stacks_are_deployed_in_order(assembly: Assembly) -> None:
    manifest = json.loads((assembly.folder / "manifest.json").read_text())["artifacts"]
    stack = f"sentiment-{assembly.environment}-"
    assert stack + "storage" in manifest[stack + "model"]["dependencies"]
    assert stack + "model" in manifest[stack + "web"]["dependencies"]


def test_an_existing_model_is_deployed_without_training(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    uri = "s3://models-of-mine/imdb/model.tar.gz"
    assembly = synthesize(
        "prod", tmp_path_factory.mktemp("model-data"), {"training.model_data": uri}
    )
    assert assembly.resources("Custom::TrainingJob") == {}
    model = assembly.only("AWS::SageMaker::Model", within="Endpoint")
    assert model["PrimaryContainer"]["ModelDataUrl"] == uri
    assert assembly.only("Custom::SmokeTest").keys().isdisjoint({"ModelVersion", "TrainedOnFilms"})
    assert assembly.template("model")["Outputs"]["ModelArtifact"]["Value"] == uri
    policies = json.dumps(assembly.resources("AWS::IAM::Role", "model"))
    assert ":s3:::models-of-mine/imdb/model.tar.gz" in policies


def test_the_scikit_learn_image_gets_its_own_entry_point_and_needs_no_network(
    tmp_path: Path,
) -> None:
    assembly = synthesize("prod", tmp_path, {"endpoint.image": "scikit-learn"})
    model = assembly.only("AWS::SageMaker::Model", within="Endpoint")
    assert model["EnableNetworkIsolation"]
    container = model["PrimaryContainer"]
    assert container["Image"] == (
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
    )
    assert container["Environment"]["SAGEMAKER_PROGRAM"] == "predict_transform.py"
    assert (ROOT / "model_code" / container["Environment"]["SAGEMAKER_PROGRAM"]).is_file()
    # The image builds a package from the code, and pip would download setuptools for that.
    assert container["Environment"]["PIP_NO_BUILD_ISOLATION"] == "false"
    roles = json.dumps(assembly.resources("AWS::IAM::Role", "model"))
    assert ":ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn" in roles
    assert ":repository/pytorch-inference" not in roles
