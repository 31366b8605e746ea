"""The notebook's preparation, without AWS: data/train.csv and the test reviews."""

import csv
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, "serve")
from utils import convert_and_pad, review_to_words

shutil.copy("train/model.py", "serve")
rows = json.loads(Path("reviews.json").read_text("utf-8"))
train = rows[: len(rows) * 4 // 5]
counts = Counter(word for text, _ in train for word in review_to_words(text))
word_dict = {word: number for number, (word, _) in enumerate(counts.most_common(4998), 2)}
Path("data").mkdir(exist_ok=True)
Path("data", "word_dict.json").write_text(json.dumps(word_dict), "utf-8")
with Path("data", "train.csv").open("w", encoding="utf-8", newline="") as file:
    for text, label in train:
        words, length = convert_and_pad(word_dict, review_to_words(text))
        csv.writer(file).writerow([label, max(length, 1), *words])
