"""Reviews in other languages, from the training data to verdicts through the public URL."""

import json

import pytest

from local_aws.urls import send
from tests.support.corpora import LANGUAGES, corpus
from tests.support.deployment import Deployment


@pytest.mark.parametrize("language", LANGUAGES)
def test_reviews_of_other_languages_get_their_verdicts(
    deployment: Deployment, language: str
) -> None:
    rows = corpus(language, 10, noise=0)
    status, _, body = send(
        deployment.outputs["SiteUrl"] + "api/predict/batch",
        body=json.dumps({"reviews": [text for text, _ in rows]}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert status == 200
    found = [one["sentiment"] for one in json.loads(body)["predictions"]]
    assert found == [("negative", "positive")[label] for _, label in rows]


def test_callers_of_the_api_get_no_known_reviews(deployment: Deployment) -> None:
    status, _, body = send(deployment.outputs["ApiUrl"] + "model")
    assert (status, "known_reviews" in json.loads(body)) == (200, False)
