"""The notebook's training script, in script mode; the container of its first endpoint as well."""

import argparse
import csv
import os
import shutil
from pathlib import Path

import torch
from model import LSTMClassifier
from torch import nn

EMBEDDING, VOCABULARY = 32, 5000


def model_fn(model_dir: str) -> nn.Module:
    """Load the trained model."""
    settings = torch.load(Path(model_dir, "model_info.pth"), weights_only=True)
    model = LSTMClassifier(EMBEDDING, settings["hidden_dim"], VOCABULARY)
    model.load_state_dict(torch.load(Path(model_dir, "model.pth"), weights_only=True))
    return model.eval()


def predict_fn(rows: torch.Tensor, model: nn.Module) -> torch.Tensor:
    """Return the probabilities of rows of a length and words each."""
    with torch.no_grad():
        return model(torch.as_tensor(rows).long())


def train(folder: str, model_dir: str, epochs: int, hidden_dim: int) -> None:
    """Train on train.csv and write the model."""
    torch.manual_seed(1)
    with Path(folder, "train.csv").open(encoding="utf-8") as file:
        rows = torch.tensor([[int(cell) for cell in row] for row in csv.reader(file)])
    x, y = rows[:, 1:], rows[:, 0].float()
    model = LSTMClassifier(EMBEDDING, hidden_dim, VOCABULARY)
    optimizer, loss_fn = torch.optim.Adam(model.parameters()), nn.BCELoss()
    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            loss = loss_fn(model(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        print(f"Epoch: {epoch}, BCELoss: {total / len(x)}")
    torch.save({"hidden_dim": hidden_dim}, Path(model_dir, "model_info.pth"))
    torch.save(model.state_dict(), Path(model_dir, "model.pth"))
    shutil.copy(Path(folder, "word_dict.json"), model_dir)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--hidden_dim", type=int, default=100)
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--data-dir", default=os.environ["SM_CHANNEL_TRAINING"])
    options, _ = parser.parse_known_args()
    train(options.data_dir, options.model_dir, options.epochs, options.hidden_dim)
