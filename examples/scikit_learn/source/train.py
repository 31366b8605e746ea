"""Train a classifier of support requests, as a SageMaker script."""

import argparse
import csv
import os
from pathlib import Path

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--model-dir", type=Path, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--train", type=Path, default=os.environ["SM_CHANNEL_TRAIN"])
    arguments = parser.parse_args()

    with (arguments.train / "requests.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts, teams = [row["text"] for row in rows], [row["team"] for row in rows]

    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=arguments.strength))
    accuracy = cross_val_score(model, texts, teams, cv=4).mean()
    print(f"accuracy: {accuracy:.3f}")
    joblib.dump(model.fit(texts, teams), arguments.model_dir / "model.joblib")
