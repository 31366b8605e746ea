"""Files for the comparison of this model with the previous one, and of the next one with this.

They are part of the job's output and not of the artifact, which serves.
"""

import hashlib
import json
from pathlib import Path

from sentiment.checks import can_be_sent
from sentiment.datasets import Dataset
from sentiment.split import shuffle

HELD_OUT, TRAINED_ON = "held_out.jsonl", "trained_on.bin"
HASH_BYTES = 8  # of SHA-256; enough to tell a million reviews apart
# The trial asks about 2,000 reviews that the serving model was not trained on. It may have been
# trained on most of them if a split has chosen them.
MOST_REVIEWS, MOST_CHARACTERS = 10_000, 16_000_000


def write_held_out(folder: Path, training: Dataset, testing: Dataset, seed: int) -> None:
    """Write the test reviews in random order, and hashes of the training reviews.

    Args:
        folder: target folder, created if it is missing.
        training: the training reviews.
        testing: the test reviews; those that no request can hold are left out.
        seed: seed of the order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shuffled = shuffle(testing, seed)
    lines = [json.dumps({"labels": list(testing.names)}, ensure_ascii=False)]
    characters = 0
    for text, label in zip(shuffled.texts, shuffled.labels, strict=True):
        if not can_be_sent(text):
            continue
        characters += len(text)
        if len(lines) > MOST_REVIEWS or characters > MOST_CHARACTERS:
            break
        lines.append(json.dumps({"text": text, "label": testing.names[label]}, ensure_ascii=False))
    (folder / HELD_OUT).write_text("\n".join(lines) + "\n", "utf-8")
    hashes = sorted({_hash(text) for text in training.texts})
    (folder / TRAINED_ON).write_bytes(b"".join(hashes))


def _hash(text: str) -> bytes:
    # Unpaired surrogates, which JSON can contain, have no UTF-8.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:HASH_BYTES]
