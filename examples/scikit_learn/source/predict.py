"""Serve the classifier in SageMaker's scikit-learn image."""

import json
from pathlib import Path

import joblib


def model_fn(model_dir):
    """Load the model."""
    return joblib.load(Path(model_dir, "model.joblib"))


def input_fn(body, content_type):
    """Read one request as text, or a JSON array of them."""
    if content_type == "application/json":
        return json.loads(body)
    return [body.decode("utf-8")]


def predict_fn(texts, model):
    """Return the team and its probability for each text."""
    chances = model.predict_proba(texts)
    return [
        {"team": model.classes_[row.argmax()], "probability": round(float(row.max()), 3)}
        for row in chances
    ]
