import cv2
import numpy as np
import pytest

from helpers import datasets, images, sources


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

    monkeypatch.setattr(datasets, "fetch", none)
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


def test_fit_keeps_proportions_and_orientation():
    wide = np.zeros((100, 300, 3), np.uint8)
    wide[:, 100:200] = 255
    assert images.fit(wide, 50).min() == 255
    tall = np.zeros((300, 100, 3), np.uint8)
    tall[:150] = 200
    fitted = images.fit(tall, 100)
    assert fitted[:50].min() == 200 and fitted[51:].max() == 0


def test_read_photo_turns_exif_and_keeps_colours(tmp_path):
    from PIL import Image

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
    shown = images.overlay(grey, heat, alpha=1).astype(int)
    viridis_high, viridis_low = (253, 231, 37), (68, 1, 84)
    assert np.abs(shown[2, 37] - viridis_high).max() < 12
    assert np.abs(shown[70, 5] - viridis_low).max() < 12
    np.testing.assert_array_equal(images.overlay(grey, heat, alpha=0), grey)


def test_overlay_refuses_what_is_no_heatmap():
    grey = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ValueError, match="viridis"):
        images.overlay(grey, np.zeros((2, 2)), colormap="virids")
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
