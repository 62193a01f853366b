"""Pictures of any type, range and number of channels are drawn right, or refused in a sentence."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from helpers.images import encode_jpeg, encode_png, enlarge, fit, overlay, read_photo, to_uint8_rgb
from helpers.pixels import tile

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (8, 12, 3), dtype=np.uint8)
RGB[0, 0], RGB[0, 1] = 0, 255
MASK = RGB[..., 0] > 127
GREY = np.repeat(RGB[..., :1], 3, axis=2)
BLACK_AND_WHITE = np.repeat(np.where(MASK, 255, 0)[..., None], 3, axis=2)
OPAQUE = np.full(MASK.shape, 255, np.uint8)

RIGHT = {
    "uint8": (RGB, RGB),
    "int64": (RGB.astype(np.int64), RGB),
    "float64 to 1": (RGB / 255, RGB),
    "float16 to 1": (np.float16(RGB / 255), RGB),
    "float32 to 1, rounded up": (np.float32(RGB / 255 * 1.000001), RGB),
    "float32 to 255": (RGB.astype(np.float32), RGB),
    "uint16": (RGB.astype(np.uint16) * 257, RGB),
    "uint16 of the other byte order": (RGB.astype(">u2") * 257, RGB),
    "float32 of the other byte order": ((RGB / 255).astype(">f4"), RGB),
    "grey (h, w)": (GREY[..., 0], GREY),
    "grey (h, w, 1)": (GREY[..., :1], GREY),
    "grey float (1, h, w, 1)": (GREY[None, ..., :1] / 255, GREY),
    "grey (1, h, w)": (GREY[None, ..., 0], GREY),
    "a batch of one": (RGB[None], RGB),
    "opaque": (np.dstack([RGB, OPAQUE]), RGB),
    "half transparent floats": (np.dstack([RGB / 255, OPAQUE / 510]), 255 - (255 - RGB / 1.0) / 2),
    "bool mask": (MASK, BLACK_AND_WHITE),
    "mask of 0 and 255": (np.where(MASK, 255, 0), BLACK_AND_WHITE),
    "mirrored": (RGB[:, ::-1], RGB[:, ::-1]),
    "black": (np.zeros((4, 4)), np.zeros((4, 4, 3))),
    "a list": (RGB.tolist(), RGB),
}
WRONG = {
    "prepared": (RGB / 127.5 - 1, "from -1 to 1, so only a guess"),
    "up to 2": (RGB / 127.5, "from 0 to 2, so only a guess"),
    "12 bits of 16": (RGB.astype(np.uint16) * 16, "so only a guess"),
    "mask of 0 and 1": (np.uint8(MASK), "or a mask as bool"),
    "up to 65535": (RGB * 257.0, "so only a guess"),
    "NaN": (np.where(MASK, np.nan, 0.5), "NaN"),
    "infinite": (np.where(MASK, np.inf, 0.5), "NaN or infinite"),
    "empty": (RGB[:0], "one image"),
    "two images": (np.stack([RGB, RGB]), r"shape \(2, 8, 12, 3\)"),
    "channels first": (RGB.transpose(2, 0, 1), "no known colours"),
    "two channels": (RGB[..., :2], "no known colours"),
    "complex": (RGB * 1j, "complex128"),
    "text": ([["a", "b"]], "numbers is needed"),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_pictures_of_every_kind_become_uint8_rgb(kind):
    image, right = RIGHT[kind]
    got = to_uint8_rgb(image)
    assert got.dtype == np.uint8 and got.shape == right.shape
    assert np.abs(got - np.float64(right)).max() <= 0.5
    heat = np.eye(3)
    np.testing.assert_array_equal(overlay(image, heat), overlay(got, heat))
    np.testing.assert_array_equal(read_photo(encode_png(image)), got)
    assert read_photo(encode_jpeg(image)).shape == got.shape


@pytest.mark.parametrize("kind", WRONG)
def test_pictures_that_leave_a_guess_are_refused(kind):
    image, sentence = WRONG[kind]
    for use in (to_uint8_rgb, encode_png, lambda image: overlay(image, np.eye(3))):
        with pytest.raises(ValueError, match=sentence):
            use(image)


@pytest.mark.parametrize(
    "heat",
    [
        np.eye(3)[None],
        np.eye(3)[..., None],
        np.eye(3)[None, ..., None],
        np.eye(3, dtype=bool),
        np.eye(3, dtype=int),
        np.uint8(255 * np.eye(3)),
        np.where(np.eye(3), 255, 0),
        np.float16(np.eye(3)),
        np.eye(3) * 1.0000001,
        np.eye(3)[::-1, ::-1],
    ],
)
def test_heatmaps_of_every_kind_are_laid_over(heat):
    np.testing.assert_array_equal(overlay(RGB, heat), overlay(RGB, np.eye(3, dtype=np.float32)))


def test_heatmaps_of_one_value_and_of_any_size():
    hot = overlay(RGB, np.ones((8, 12)))
    for shape in ((1, 1), (80, 120)):
        np.testing.assert_array_equal(overlay(RGB, np.ones(shape)), hot)
    for heat in (np.eye(3) * 7, np.eye(3, dtype=int) * 7, -np.eye(3), np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="to_heatmap"):
            overlay(RGB, heat)
    for heat in (np.zeros((2, 3, 3)), np.zeros((0, 3)), 1.0, np.eye(3) * 1j):
        with pytest.raises(ValueError, match="one heatmap"):
            overlay(RGB, heat)


@pytest.mark.parametrize("dtype", ["bool", "u1", "i8", "u2", "f2", "f4", "f8", ">f4"])
def test_fit_keeps_type_channels_and_range(dtype):
    wide = np.zeros((8, 24, 5))
    wide[:, 8:16] = 1
    for image in (wide, wide[..., :1], wide[..., 0], wide[::-1]):
        for size in (4, 16):
            got = fit(image.astype(dtype), size)
            assert got.shape == (size, size, *image.shape[2:])
            assert got.dtype == np.dtype(dtype).newbyteorder("=")
            np.testing.assert_array_equal(got, 1)
    if np.dtype(dtype).kind in "iu":
        assert fit(np.array([[1, 2], [2, 2]], dtype), 1) == 2  # 1.75, rounded
    assert enlarge(wide.astype(dtype), 16).shape == (16, 48, 5)
    assert fit(wide[None].astype(dtype), 4).shape == (4, 4, 5)


@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_a_size_that_cannot_be_is_refused(size):
    with pytest.raises(ValueError, match="whole number"):
        fit(RGB, size)


def test_tiles_lie_row_by_row():
    sheet = tile(np.arange(1, 4).reshape(3, 1, 1), columns=2, gap=1)
    np.testing.assert_array_equal(sheet, [[1, 0, 2], [0, 0, 0], [3, 0, 0]])


RAMP = np.tile(np.linspace(0, 1, 64), (4, 1))
GREY_RAMP = Image.fromarray(np.uint8(RAMP * 255))


def pillow_file(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def deep(bits, kind, channels=3):
    """A ramp in 16 bits of which so many are used, written by OpenCV."""
    values = np.repeat(np.uint16(RAMP * (2**bits - 1))[..., None], channels, axis=2)
    return cv2.imencode(kind, values)[1].tobytes()


@pytest.mark.parametrize(
    ("raw", "slack"),
    [
        (deep(16, ".png"), 1),
        (deep(16, ".tiff"), 1),
        (deep(16, ".png", 1), 0.5),
        (deep(16, ".tiff", 1), 0.5),
        (pillow_file(Image.fromarray(np.float32(RAMP)), "TIFF"), 0.5),
        (pillow_file(Image.fromarray(np.float32(RAMP * 255)), "TIFF"), 0.5),
        (pillow_file(Image.fromarray(np.int32(RAMP * 255)), "TIFF"), 1),
        (pillow_file(Image.fromarray(np.uint8(RAMP * 255)).convert("CMYK"), "TIFF"), 1),
        (pillow_file(Image.fromarray(np.uint8(RAMP * 255)).convert("P"), "PNG"), 1),
        (
            pillow_file(
                Image.fromarray(np.uint8(RAMP * 255)).convert("RGB").convert("LAB"), "TIFF"
            ),
            3,
        ),
    ],
)
def test_files_of_every_depth_and_mode_are_read(raw, slack):
    got = read_photo(raw)
    assert got.dtype == np.uint8 and got.shape == (4, 64, 3)
    assert np.abs(got - RAMP[..., None] * 255).max() <= slack


@pytest.mark.parametrize(
    "raw",
    [
        deep(8, ".png"),
        deep(12, ".tiff"),
        deep(14, ".png", 4),
        deep(12, ".tiff", 1),
        pillow_file(Image.fromarray(np.float32(RAMP * 65535)), "TIFF"),
    ],
)
def test_files_that_leave_a_guess_are_refused(raw):
    with pytest.raises(ValueError, match="so only a guess could tell"):
        read_photo(raw)


def test_transparent_parts_of_files_are_white():
    grey = GREY_RAMP.convert("RGB")
    grey.putalpha(128)
    right = np.uint8(RAMP * 255)[..., None] * (128 / 255) + 127
    assert np.abs(read_photo(pillow_file(grey, "PNG")) - right).max() <= 1
    keyed = read_photo(pillow_file(grey.convert("RGB"), "PNG", transparency=(0, 0, 0)))
    assert keyed[0, 0].tolist() == [255] * 3 and keyed[0, 1].tolist() == [4] * 3


def test_a_colour_profile_is_followed_and_a_bad_one_ignored():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    picture = Image.fromarray(RGB)
    np.testing.assert_allclose(read_photo(pillow_file(picture, "PNG", icc_profile=srgb)), RGB, 0, 1)
    got = read_photo(pillow_file(picture, "PNG", icc_profile=swapped))
    np.testing.assert_allclose(got, RGB[..., ::-1], atol=2)
    for profile in (b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()):
        got = read_photo(pillow_file(picture, "PNG", icc_profile=profile))
        np.testing.assert_array_equal(got, RGB)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM"])
def test_damaged_files_are_read_or_refused_in_a_sentence(kind):
    raw = pillow_file(Image.fromarray(RGB), kind)
    for _ in range(60):
        damaged = bytearray(raw[: RNG.integers(1, len(raw) + 1)])
        damaged[RNG.integers(len(damaged))] = RNG.integers(256)
        try:
            assert read_photo(bytes(damaged)).dtype == np.uint8
        except ValueError as refusal:
            assert "not a picture" in str(refusal) or "million" in str(refusal)
