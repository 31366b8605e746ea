"""Made-up reviews in several languages, put together from short lists of words."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Language(NamedTuple):
    """Words of a language.

    Attributes:
        nouns: what a review is about.
        good: positive judgements.
        bad: negative judgements.
        neutral: words without a judgement.
        clause: a clause with a noun and a judgement.
        separator: text between the clauses.
        end: text after the last clause.
    """

    nouns: str
    good: str
    bad: str
    neutral: str
    clause: str
    separator: str
    end: str


LANGUAGES = {
    "German": Language(
        nouns="der_Film die_Geschichte das_Drehbuch die_Musik der_Hauptdarsteller das_Ende",
        good="wunderbar großartig gelungen bewegend überraschend köstlich",
        bad="furchtbar langweilig misslungen überflüssig ärgerlich öde",
        neutral="gestern im_Kino mit_Freunden nach_dem_Buch zum_zweiten_Mal am_Abend",
        clause="{noun} war {judgement}, {neutral} gesehen",
        separator=", und ",
        end=".",
    ),
    "Chinese": Language(
        nouns="电影 故事 剧本 音乐 主角 结局",
        good="非常好看 十分精彩 令人感动 很有创意 值得一看 相当出色",
        bad="非常难看 十分无聊 令人失望 毫无创意 浪费时间 相当糟糕",
        neutral="昨天 在电影院 和朋友一起 看完原著 第二次 晚上",
        clause="{neutral}看的{noun}{judgement}",
        separator="，",  # noqa: RUF001 - the Chinese comma
        end="。",
    ),
    "Arabic": Language(
        nouns="الفيلم القصة السيناريو الموسيقى البطل النهاية",
        good="رائعٌ ممتاز جميل مؤثّر مدهش ناجح",
        bad="سيّئ ممل ضعيف فاشل مزعج سخيف",
        neutral="أمس في_السينما مع_الأصدقاء بعد_الكتاب مرة_أخرى مساء",
        clause="شاهدت {noun} {neutral} وكان {judgement}",
        separator="، ",
        end=".",
    ),
}


def corpus(language: str, reviews: int, *, noise: float = 0.1) -> list[tuple[str, int]]:
    """Return distinct reviews and labels, the same at every call.

    Args:
        language: key of `LANGUAGES`.
        reviews: number of reviews.
        noise: share of the judgements that contradict their review's label.
    """
    words = LANGUAGES[language]
    chance = random.Random(f"{language} {noise}")  # noqa: S311 - not a secret
    rows: dict[str, int] = {}
    while len(rows) < reviews:
        label = len(rows) % 2
        clauses = [
            words.clause.format(
                noun=_one(chance, words.nouns),
                neutral=_one(chance, words.neutral),
                judgement=_one(
                    chance, words.good if label ^ (chance.random() < noise) else words.bad
                ),
            )
            for _ in range(chance.randint(3, 6))
        ]
        rows[words.separator.join(clauses) + words.end] = label
    return list(rows.items())


def write(rows: Sequence[tuple[str, int | str]], file: Path) -> None:
    """Write reviews as JSON lines."""
    lines = (json.dumps({"text": text, "label": label}, ensure_ascii=False) for text, label in rows)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def _one(chance: random.Random, words: str) -> str:
    return chance.choice(words.split()).replace("_", " ")
