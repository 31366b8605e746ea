"""The notebook's serving script: text/plain in, 1 or 0 out."""

import json
from pathlib import Path

import torch
from model import LSTMClassifier
from torch import nn
from utils import convert_and_pad, review_to_words


def model_fn(model_dir: str) -> nn.Module:
    """Load the trained model and its dictionary."""
    settings = torch.load(Path(model_dir, "model_info.pth"), weights_only=True)
    model = LSTMClassifier(32, settings["hidden_dim"], 5000)
    model.load_state_dict(torch.load(Path(model_dir, "model.pth"), weights_only=True))
    model.word_dict = json.loads(Path(model_dir, "word_dict.json").read_text("utf-8"))
    return model.eval()


def input_fn(body: bytes, content_type: str) -> str:
    """Return the review of a request."""
    if not content_type.startswith("text/plain"):
        raise ValueError(f"{content_type} is not text/plain")
    return bytes(body).decode()


def predict_fn(review: str, model: nn.Module) -> int:
    """Return 1 for a positive review and 0 for a negative one."""
    words, length = convert_and_pad(model.word_dict, review_to_words(review))
    with torch.no_grad():
        return round(float(model(torch.tensor([[max(length, 1), *words]]))))


def output_fn(prediction: int, _accept: str) -> str:
    """Return the prediction as text."""
    return str(prediction)
