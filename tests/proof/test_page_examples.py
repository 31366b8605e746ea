"""The page's examples keep their promise with a model of all packaged reviews."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import predict
from scripts import ROOT
from stacks.settings.site import SiteSettings
from stacks.web.page import index_html
from tests.support.reviews import packaged_reviews

# Name of each example to the range of its P(positive); the last two fool the model.
PROMISES = {
    "Loved it": (0.9, 1.0),
    "Hated it": (0.0, 0.1),
    "Mixed feelings": (0.4, 0.6),
    "A surprise": (0.0, 0.4),
    "A letdown": (0.6, 1.0),
}


@pytest.mark.slow
def test_examples_of_the_page(tmp_path: Path) -> None:
    reviews, model = tmp_path / "reviews", tmp_path / "model"
    reviews.mkdir()
    lines = (json.dumps({"text": text, "label": label}) for text, label in packaged_reviews())
    (reviews / "reviews.jsonl").write_text("\n".join(lines))
    channels = {
        "SM_CHANNEL_TRAINING": str(reviews),
        "SM_MODEL_DIR": str(model),
        "SM_OUTPUT_DATA_DIR": str(tmp_path / "output"),
    }
    train = [sys.executable, str(ROOT / "model_code" / "train.py")]
    subprocess.run(train, env={**os.environ, **channels}, check=True, cwd=tmp_path)
    page = BeautifulSoup(index_html(SiteSettings(), films=True), "html.parser")
    examples = {str(one.string): str(one["data-review"]) for one in page.select(".example")}
    assert examples.keys() == PROMISES.keys()
    judged = predict.model_fn(str(model)).judge(list(examples.values()))
    for name, probability in zip(examples, judged.probabilities[:, 1], strict=True):
        low, high = PROMISES[name]
        assert low <= probability <= high, name
