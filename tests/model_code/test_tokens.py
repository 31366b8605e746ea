"""Tokens in scripts with and without blanks between words."""
# ruff: noqa: RUF001 - other alphabets have letters like the Latin ones

import re
from unicodedata import category, name

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment.excerpts import sentences
from sentiment.tokens import mask_markup, place_tokens, plain_text, tokenize

# Tokens of a script with blanks, written down a second time
SPACED = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[!?]|[^\w\s]+")
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR")
PARTS_OF_NAMES = (*UNSPACED, "IDEOGRAPH", "HANGZHOU", "KANA", "HENTAIGANA")


def is_spaced(character: str) -> bool:
    """Return whether a character is of a script with blanks, without its own accents."""
    unicode_name = name(character, "")
    return (
        category(character) not in {"Mn", "Mc"}
        and character not in "\u200c\u200d"
        and not any(part in unicode_name for part in PARTS_OF_NAMES)
    )


TEXT = st.text(st.characters().filter(is_spaced))
WORDS = st.sampled_from(
    ["don't", "größer", "хорошо", "영화", "рас'казал", "كتاب", "\U0001f600", "!!", "…", "a_b", "10"]
)


@given(st.lists(TEXT | WORDS | st.sampled_from(" \n-")).map("".join))
@example("l'été, c'est « bien »")
@example("한국 영화는 정말 좋아요")
@example("Отличный фильм!!")
@example("good\x1ffilm")
def test_scripts_with_blanks_are_read_as_before(review: str) -> None:
    found = SPACED.findall(plain_text(mask_markup(review)))
    assert tokenize(review) == [token.lower() for token in found]


@pytest.mark.parametrize(
    ("review", "tokens"),
    [
        ("这部电影很好看！！NBA2023年。", "这 部 电 影 很 好 看 ！！ nba2023 年 。"),
        ("最高でした、スゴイ", "最 高 で し た 、 ス ゴ イ"),
        ("人々\U00020bb7", "人 々 \U00020bb7"),
        ("หนังดี 10", "ห นั ง ดี 10"),
        ("ຮູບເງົາ", "ຮູ ບ ເ ງົ າ"),
        ("រឿងល្អ", "រឿ ង ល្ អ"),
        ("ရုပ်ရှင်", "ရု ပ် ရှ င်"),
    ],
)
def test_each_letter_of_a_script_without_blanks_is_a_token(review: str, tokens: str) -> None:
    assert tokenize(review) == tokens.split()


@pytest.mark.parametrize(
    ("review", "tokens"),
    [
        ("फिल्म बहुत अच्छी है!", "फिल्म बहुत अच्छी है !"),
        ("فيلم رائعٌ جِدًّا، مُمتاز", "فيلم رائعٌ جِدًّا ، مُمتاز"),
        ("cafe\u0301, l'e\u0301te\u0301", "caf\u00e9 , l'\u00e9t\u00e9"),
        ("סֶרֶט טוֹב", "סֶרֶט טוֹב"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ශ්\u200dරී", "ශ්\u200dරී"),
    ],
)
def test_accents_and_vowel_signs_stay_with_their_letters(review: str, tokens: str) -> None:
    assert tokenize(review) == tokens.split()


def test_emojis_are_read_as_before() -> None:
    assert tokenize("great❤\ufe0f 👩\u200d🚀 1\ufe0f") == [
        "great",
        "❤\ufe0f",
        "👩\u200d🚀",
        "1",
        "\ufe0f",
    ]
    assert tokenize("good\u200c \u0301x") == ["good", "\u200c", "\u0301", "x"]


SCRIPTS = st.text(st.sampled_from("a1'_ .!é漢字かなカーกิ่เ្មក្မြन्मि\u0301\u200d\u200c\U00020bb7😀İ"))


@given(SCRIPTS)
def test_the_tokens_of_mixed_scripts_leave_out_nothing_but_blanks(review: str) -> None:
    tokens, starts, ends = place_tokens(review)
    spans = list(zip(starts, ends, strict=True))
    read = [plain_text(review[start:end]).lower() for start, end in spans]
    assert read == tokens == tokenize(review)
    between = zip([0, *ends], [*starts, len(review)], strict=True)
    assert all(set(review[end:start]) <= {" ", "_"} for end, start in between)
    for start in starts:
        # A token starts with an accent only where no letter precedes it.
        assert category(review[start])[0] != "M" or not review[:start][-1:].isalnum()


@pytest.mark.parametrize(
    ("review", "parts"),
    [
        (
            "这部电影的故事真的非常好看。我还想再看第二次和第三次！",
            ["这部电影的故事真的非常好看。", "我还想再看第二次和第三次！"],
        ),
        (
            "यह फिल्म बहुत अच्छी है। मुझे पसंद आई।",
            ["यह फिल्म बहुत अच्छी है।", "मुझे पसंद आई।"],
        ),
        ("هل أعجبك الفيلم؟ نعم، كان رائعا.", ["هل أعجبك الفيلم؟", "نعم، كان رائعا."]),
    ],
)
def test_sentences_end_in_every_script(review: str, parts: list[str]) -> None:
    assert sorted(sentences(review)) == sorted(parts)


@pytest.mark.parametrize(
    ("review", "tokens", "spans"),
    [
        ("I can&#39;t go", "i can't go", "I can&#39;t go"),
        ("can´t won`t can′t isn&rsquo;t", "can't won't can't isn't", None),
        (
            "„great“ ‚great‘ ＂great＂",
            '" great " \' great \' " great "',
            "„ great “ ‚ great ‘ ＂ great ＂",
        ),
        ("go\xadod n\u200bice", "good nice", None),
        ("cafe\u0301 ﬁne ＧＯＯＤ 10", "café fine good 10", None),
        ("caf&eacute; R&amp;B", "café r & b", "caf&eacute; R &amp; B"),
        ("&foo;x &nbsp; y", "x y", "x y"),
    ],
)
def test_signs_that_look_alike_are_read_alike(review: str, tokens: str, spans: str | None) -> None:
    found, starts, ends = place_tokens(review)
    assert found == tokenize(review) == tokens.split()
    read = [review[start:end] for start, end in zip(starts, ends, strict=True)]
    assert read == (spans or review).split()
