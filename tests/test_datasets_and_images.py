import hashlib
from collections import Counter
from itertools import product

import cv2
import numpy as np
import pytest
from PIL import Image

from helpers import datasets, images, sources
from helpers.datasets import ALBUM, DATA, fashion_mnist
from tools import make_patterns


@pytest.fixture(scope="module")
def subset():
    return datasets.load_fashion_mnist("subset")


def test_full_set_is_the_real_one():
    data = datasets.load_fashion_mnist("full")
    assert data.source == "full"
    assert data.train_images.shape == (60000, 28, 28, 1) and data.test_images.shape[0] == 10000
    assert data.train_images.dtype == np.float32
    assert data.train_images.min() == 0 and data.train_images.max() == 1
    assert np.bincount(data.test_labels).tolist() == [1000] * 10
    assert data.class_names[data.test_labels[4]] == "Shirt"
    assert data.class_names[data.test_labels[18]] == "Bag"


def test_subset_is_the_beginning_of_the_full_set(subset):
    full = datasets.load_fashion_mnist("full")
    for part in ("train_images", "train_labels", "test_images", "test_labels"):
        few = getattr(subset, part)
        np.testing.assert_array_equal(few, getattr(full, part)[: len(few)])


def test_auto_falls_back_to_the_subset_and_says_so(monkeypatch, capsys):
    def none(asset):
        raise sources.SourceError("no source answered")

    monkeypatch.setattr(fashion_mnist, "fetch", none)
    assert datasets.load_fashion_mnist().source == "subset"
    assert "7,000 images" in capsys.readouterr().out
    with pytest.raises(sources.SourceError):
        datasets.load_fashion_mnist("full")


def test_unknown_names_are_refused_with_the_valid_ones():
    with pytest.raises(ValueError, match="auto, full, subset"):
        datasets.load_fashion_mnist("ful")
    with pytest.raises(ValueError, match="did you mean 'cat'"):
        datasets.load_photo("cats")
    with pytest.raises(ValueError, match="at least one"):
        datasets.collage([])


@pytest.mark.parametrize("name", datasets.PHOTOS)
def test_photos_are_colour_pictures(name):
    photo = datasets.load_photo(name)
    assert photo.dtype == np.uint8 and photo.shape[2] == 3 and max(photo.shape) <= 640
    assert photo.std() > 20
    assert datasets.load_photo(name, 224).shape == (224, 224, 3)


def test_collage_puts_photos_row_by_row():
    picture = datasets.collage(["cat", "coffee", "rocket", "flower"], cell=50)
    assert picture.shape == (100, 100, 3)
    np.testing.assert_array_equal(picture[50:, :50], datasets.load_photo("rocket", 50))
    three = datasets.collage(["cat", "coffee", "rocket"], cell=50)
    np.testing.assert_array_equal(three[:, :50], picture[:, :50])
    assert three.shape == (100, 100, 3) and three[50:, 50:].max() == 0


def test_every_photo_of_the_album_is_in_its_table_and_in_sources_md():
    files = {path.name for path in (DATA / "album").glob("*.jpg")}
    assert files == {row.file for row in ALBUM} and len(files) == len(ALBUM)
    listed = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    for row in ALBUM:
        path = DATA / "album" / row.file
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row.sha256, row.file
        line = f"| `album/{row.file}` | {row.author} | {row.licence} | <{row.source}> |"
        assert line in listed, row.file
        assert row.licence in ("CC0-1.0", "Public Domain") and row.source.startswith("https://")
        assert row.author and len(row.caption) > 8 and row.caption.endswith(".")


def test_the_album_is_small_and_says_nothing_of_cameras():
    assert sum(path.stat().st_size for path in (DATA / "album").iterdir()) <= 3_000_000
    for path in (DATA / "album").glob("*.jpg"):
        photo = Image.open(path)
        assert max(photo.size) <= 480 and min(photo.size) >= 100 and not photo.getexif(), path.name


def test_the_stored_patterns_are_those_of_their_tool_and_small():
    stored = datasets.load_patterns()
    assert tuple(stored) == make_patterns.FILTERS
    for pattern in stored.values():
        assert pattern.shape == (192, 192, 3) and pattern.dtype == np.uint8
        assert pattern.std() > 20
    files = (DATA / "patterns").rglob("*.png")
    assert sum(path.stat().st_size for path in files) < 1_000_000
    assert make_patterns.table() in (DATA / "SOURCES.md").read_text(encoding="utf-8")


def test_the_split_of_the_album_is_fixed():
    counts = Counter((row.kind, row.split) for row in ALBUM)
    assert {kind: (counts[kind, "train"], counts[kind, "test"]) for kind, _ in counts} == {
        "animal": (0, 22),
        "dam": (3, 2),
        "fish": (9, 9),
        "hammer": (5, 4),
        "measuring tape": (3, 3),
        "monument": (10, 10),
        "scissors": (2, 2),
        "solar panel": (3, 2),
        "thing": (0, 11),
        "windmill": (8, 6),
    }
    split = {row.name: row.split for row in ALBUM}
    famous = ("dog", "jaguar", "giraffe", "cow", "pyramid", "windmill3", "windmill13")
    assert {split[name] for name in famous} == {"test"}
    train = "".join(row.file for row in ALBUM if row.split == "train")
    assert hashlib.sha256(train.encode()).hexdigest()[:8] == "dce147d9"


def fingerprint(photo):
    """Where a photo gets brighter from left to right, at 9 x 8 places."""
    small = cv2.resize(
        cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), (9, 8), interpolation=cv2.INTER_AREA
    )
    return small[:, 1:] > small[:, :-1]


def test_no_photo_of_the_album_is_nearly_another_one_of_the_other_split():
    photos = {row: datasets.load_photo(row.name) for row in ALBUM}
    prints = {row: fingerprint(photo) for row, photo in photos.items()}
    mirrored = {row: fingerprint(photo[:, ::-1]) for row, photo in photos.items()}
    train, test = ([row for row in ALBUM if row.split == split] for split in ("train", "test"))
    for one, other in product(train, test):
        for version in (prints, mirrored):
            assert (version[one] != prints[other]).sum() > 8, (one.file, other.file)


def test_load_album_chooses_by_kind_and_split():
    squares = datasets.load_album("windmill", "test", size=64)
    assert squares.shape == (6, 64, 64, 3) and squares.dtype == np.uint8
    names = [row.name for row in datasets.album_rows("windmill", "test")]
    place = names.index("windmill3")
    np.testing.assert_array_equal(squares[place], datasets.load_photo("windmill3", 64))
    assert len(datasets.load_album(size=8)) == len(ALBUM)
    assert len(datasets.load_album("fish", size=8)) == 18
    assert len(datasets.load_album(split="train", size=8)) == 43


def test_the_album_refuses_what_it_does_not_have():
    with pytest.raises(ValueError, match="kind of the album 'windmil'; did you mean 'windmill'"):
        datasets.load_album("windmil")
    with pytest.raises(ValueError, match="split of the album 'tests'; did you mean 'test'"):
        datasets.load_album("fish", "tests")
    with pytest.raises(ValueError, match="no 'train' photos of the kind 'animal'"):
        datasets.load_album("animal", "train")
    with pytest.raises(ValueError, match="did you mean 'dog'"):
        datasets.load_photo("dogg")


def test_photos_of_the_album_are_loaded_by_short_name_or_file():
    dog = datasets.load_photo("dog")
    assert dog.shape == (360, 480, 3)
    np.testing.assert_array_equal(datasets.load_photo("dog.jpg"), dog)
    pair = datasets.collage(["cat", "dog.jpg"], cell=40)
    np.testing.assert_array_equal(pair[:, 40:], datasets.load_photo("dog", 40))


def test_fit_keeps_proportions_and_orientation():
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 255
    assert images.fit(wide, 50).min() == 255
    tall = np.zeros((300, 100, 3), np.uint8)
    tall[:150] = 200
    fitted = images.fit(tall, 100)
    assert fitted[:50].min() == 200 and fitted[51:].max() == 0


def test_read_photo_turns_exif_and_keeps_colours(tmp_path):
    picture = Image.new("RGB", (40, 20), (200, 30, 60))
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    read = images.read_photo(tmp_path / "turned.jpg")
    assert read.shape == (40, 20, 3)
    assert np.abs(read.mean(axis=(0, 1)) - (200, 30, 60)).max() < 5


@pytest.mark.parametrize("raw", [b"", b"this is text", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_picture_is_refused_in_plain_words(raw):
    with pytest.raises(ValueError, match="not a picture"):
        images.read_photo(raw)


def test_overlay_places_the_heat_where_the_map_has_it():
    grey = np.full((80, 40, 3), 100, np.uint8)
    heat = np.zeros((4, 2))
    heat[0, 1] = 1
    shown = images.overlay(grey, heat, 1, "viridis", mode="blend").astype(int)
    viridis_high, viridis_low = (253, 231, 37), (68, 1, 84)
    assert np.abs(shown[2, 37] - viridis_high).max() < 12
    assert np.abs(shown[70, 5] - viridis_low).max() < 12
    np.testing.assert_array_equal(images.overlay(grey, heat, alpha=0), grey)


def test_overlay_refuses_what_is_no_heatmap():
    grey = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ValueError, match="viridis"):
        images.overlay(grey, np.zeros((2, 2)), colormap="virids")
    with pytest.raises(ValueError, match="blend"):
        images.overlay(grey, np.zeros((2, 2)), mode="even")
    for bad in (np.full((2, 2), 3.0), np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="to_heatmap"):
            images.overlay(grey, bad)


def test_encode_png_is_lossless():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    raw = np.frombuffer(images.encode_png(picture), np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(raw, cv2.IMREAD_COLOR)[:, :, ::-1], picture)


def test_imagenet_names():
    names = datasets.imagenet_class_names()
    assert len(names) == 1000 and names[504] == "coffee mug"
