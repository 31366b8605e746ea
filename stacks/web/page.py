"""The HTML of the page with the texts of its deployment, which previews of a link read as well."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from stacks.settings.site import SiteSettings

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
INDEX = "index.html"
LONGEST_NAME = 40  # characters of an example on its button
BUTTON = '<button type="button" class="example small" dir="auto" data-review="{}">{}</button>'


@dataclass(frozen=True)
class Texts:
    """Texts of the page.

    Attributes:
        noun: the word for what the model judges.
        examples: name to text of the examples to try.
    """

    noun: str
    title: str
    intro: str
    placeholder: str
    examples: Mapping[str, str]


ABOUT_FILMS = Texts(
    noun="review",
    title="Did they like the film?",
    intro="Write or paste a movie review. A model says how positive it is, and why.",
    placeholder="What did you think of the film? Two or three sentences are enough.",
    examples={
        "Loved it": "I went in expecting little and came out beaming. The two leads are wonderful "
        "together, the script is sharp and funny, and the last scene is one of the most moving I "
        "have seen in years.",
        "Hated it": "A dull, lazy mess. The plot makes no sense, the acting is wooden and the "
        "jokes are painfully bad. Two hours of my life wasted; avoid at all costs.",
        "Mixed feelings": "It looks lovely and the cast is good, but the story drags and the "
        "ending is a letdown. Part of me liked it, and part of me looked at the clock.",
    },
)
ABOUT_ANYTHING = Texts(
    noun="text",
    title="Which label fits the text?",
    intro="Write or paste a text. A model says which label fits best, and why.",
    placeholder="Two or three sentences are enough.",
    examples={},
)


def index_html(settings: SiteSettings, *, films: bool) -> str:
    """Return the page's HTML.

    Its template has `$name` for each text, and blocks between `<!-- name -->` and
    `<!-- /name -->` that some deployments leave out.

    Args:
        settings: texts that replace the defaults.
        films: whether the model judges reviews of films, of which the page then has examples.
    """
    default = ABOUT_FILMS if films else ABOUT_ANYTHING
    examples = default.examples
    if settings.examples is not None:
        examples = {_name(text): text for text in settings.examples}
    lines = (FRONTEND / INDEX).read_text("utf-8").splitlines(keepends=True)
    html = "".join(line.lstrip() for line in lines)  # visitors need no indentation
    for block, kept in {"films": films, "examples": bool(examples)}.items():
        html = re.sub(
            rf"<!-- {block} -->\n?(.*?)<!-- /{block} -->\n?",
            r"\1" if kept else "",
            html,
            flags=re.DOTALL,
        )
    html = re.sub(r"<!-- .*? -->\n?", "", html)  # nor do they need comments
    return Template(html).substitute(
        noun=default.noun,
        title=escape(settings.title or default.title),
        intro=escape(settings.intro or default.intro),
        placeholder=escape(settings.placeholder or default.placeholder),
        examples="\n".join(
            BUTTON.format(escape(text), escape(name)) for name, text in examples.items()
        ),
    )


def _name(text: str) -> str:
    """Return the beginning of an example, for its button."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…"
