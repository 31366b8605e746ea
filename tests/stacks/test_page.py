"""The HTML of the page: its texts for films and for other data, and those of the settings."""

from html.parser import HTMLParser

import pytest
from pydantic import ValidationError

from stacks.settings.site import SiteSettings
from stacks.web.page import index_html
from tests.stacks.assembly import Assembly

HOSTILE = '"><script>alert(1)</script> $noun ${title} <!-- films --> & \u202e\u0645'
WORDS = "word " * 7
FILM_WORDS = ("film", "movie", "review<", "English", "sample", "fool")


class Page(HTMLParser):
    """The attributes and texts of a page."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.values: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag and the values of its attributes."""
        self.tags.append(tag)
        self.values += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.values.append(data)


def test_the_packaged_reviews_have_a_page_about_films(assembly: Assembly) -> None:
    html = assembly.site_file("index.html")
    assert html == index_html(SiteSettings(), films=True)
    for text in (
        "Did they like the film?",
        "Loved it",
        "Try to fool it",
        'id="sample"',
        "Your review",
    ):
        assert text in html


def test_other_data_has_a_neutral_page() -> None:
    html = index_html(SiteSettings(), films=False)
    visible = html.replace('id="review"', "").replace('for="review"', "")
    assert [word for word in FILM_WORDS if word in visible] == []
    assert "Examples to try" not in html
    assert "Your text" in html


@pytest.mark.parametrize("films", [True, False])
def test_the_settings_replace_the_texts_in_previews_as_well(films: bool) -> None:  # noqa: FBT001 - a parameter
    settings = SiteSettings(
        title="Which team?", intro="Paste a ticket.", placeholder="The ticket", examples=("Help!",)
    )
    html = index_html(settings, films=films)
    assert html.count("Which team?") == 3  # the title, the heading and the preview
    assert html.count("Paste a ticket.") == 3  # the paragraph and both descriptions
    assert 'placeholder="The ticket"' in html
    assert 'data-review="Help!">Help!</button>' in html
    assert "Loved it" not in html


@pytest.mark.parametrize("films", [True, False])
def test_a_text_of_the_settings_is_only_text(films: bool) -> None:  # noqa: FBT001 - a parameter
    plain = Page(index_html(SiteSettings(examples=("x",)), films=films))
    page = Page(
        index_html(
            SiteSettings(title=HOSTILE, intro=HOSTILE, placeholder=HOSTILE, examples=(HOSTILE,)),
            films=films,
        )
    )
    assert page.tags == plain.tags
    assert page.values.count(HOSTILE) == 8


def test_a_long_example_has_a_short_name() -> None:
    html = index_html(SiteSettings(examples=("word " * 20 + "end",)), films=False)
    assert f">{WORDS}word…</button>" in html


def test_an_empty_list_leaves_the_examples_out() -> None:
    assert "Examples to try" not in index_html(SiteSettings(examples=()), films=True)


@pytest.mark.parametrize("unseen", ["\n", "\x07", "\x7f", "\u2028", "\ud800"])
def test_no_text_has_line_breaks_or_control_characters(unseen: str) -> None:
    for setting in ("title", "intro", "placeholder"):
        with pytest.raises(ValidationError, match="without line breaks, control characters"):
            SiteSettings(**{setting: f"Good{unseen}or bad?"})  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="without line breaks, control characters"):
        SiteSettings(examples=("Fine.", f"Good{unseen}or bad?"))
