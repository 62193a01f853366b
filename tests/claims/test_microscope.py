"""What the microscope page claims of filters, each with the control that could break it."""

from itertools import product

import cv2
import numpy as np
import pytest

from helpers._keras import keras
from helpers.activations import feature_maps, strongest_images
from helpers.datasets import PHOTOS, album_rows, load_album, load_photo
from helpers.images import random_crops
from helpers.inputs import prepare
from helpers.models import load_vgg16

BLACK, WHITE, GREY, BLUE = (0,) * 3, (255,) * 3, (128,) * 3, (20, 80, 190)
MASKS = np.array([m for m in product((0, 1), repeat=9) if m[0] and 3 <= sum(m) <= 6])
FACES = {"duck", "clownfish", "kitten", "lemur"}


@pytest.fixture(scope="module")
def vgg():
    return load_vgg16(None)


def roads_to(vgg, lower: str, upper: str, pictures) -> tuple[np.ndarray, np.ndarray]:
    """Largest values (n, filters), and what each map below adds to them (n, filters, maps)."""
    kernel = vgg.get_layer(upper).get_weights()[0]
    values, roads = [], []
    for picture in pictures:
        maps = feature_maps(vgg, prepare(vgg, picture[None]), [lower, upper])
        below, above = (one[0] for one in maps)
        rows, columns = np.divmod(above.reshape(-1, above.shape[-1]).argmax(0), above.shape[1])
        patches = np.pad(below, ((1, 1), (1, 1), (0, 0)))
        around = np.stack([patches[rows + i, columns + j] for i in range(3) for j in range(3)])
        values.append(above.max(axis=(0, 1)))
        roads.append(np.einsum("pfc,pcf->fc", around, kernel.reshape(9, *kernel.shape[2:])))
    return np.stack(values), np.stack(roads)


def to_446(vgg, pictures):
    values, roads = roads_to(vgg, "block4_conv2", "block4_conv3", pictures)
    return values[:, 446], roads[:, 446]


def cosines(roads: np.ndarray) -> np.ndarray:
    unit = roads / np.linalg.norm(roads, axis=-1, keepdims=True)
    return unit @ unit.T


def likeness(road: np.ndarray, group: np.ndarray) -> float:
    return cosines(np.vstack([road[None], group]))[0, 1:].mean()


def mean_over(chosen: np.ndarray) -> np.ndarray:
    """Weights that take the mean over the chosen pairs of nine: (ways, 81)."""
    flat = chosen.reshape(len(chosen), 81).astype(float)
    return flat / flat.sum(axis=1, keepdims=True)


OTHER, PAIRS = 1 - MASKS, 1 - np.eye(9, dtype=int)
IN_ONE, IN_OTHER = (mean_over(m[:, :, None] * m[:, None] * PAIRS) for m in (MASKS, OTHER))
BETWEEN = mean_over(MASKS[:, :, None] * OTHER[:, None])


def parting(cosine: np.ndarray) -> tuple[float, np.ndarray]:
    """The clearest parting of nine, and how clear it is."""
    flat = cosine.ravel()
    gaps = np.minimum(IN_ONE @ flat, IN_OTHER @ flat) - BETWEEN @ flat
    return gaps.max(), MASKS[gaps.argmax()].astype(bool)


@pytest.fixture(scope="module")
def album(vgg):
    values, roads = roads_to(vgg, "block4_conv2", "block4_conv3", load_album(size=224))
    return values, roads


def drawing(background, *discs) -> np.ndarray:
    picture = np.full((160, 160, 3), background, np.uint8)
    for x, y, radius, colour in discs:
        cv2.circle(picture, (x, y), radius, colour, -1, cv2.LINE_AA)
    return picture


def face(background, dots=BLACK, head=WHITE, x=80, y=80) -> np.ndarray:
    return drawing(background, (x, y, 20, head), (x - 7, y - 3, 4, dots), (x + 8, y - 3, 4, dots))


def without_dots(background, head=WHITE) -> np.ndarray:
    return drawing(background, (80, 80, 20, head))


@pytest.mark.parametrize("draw", [0, 100, 200])
def test_by_mean_coffee_comes_before_the_cat_and_by_maximum_the_cat_leads(vgg, draw):
    crops = [random_crops(load_photo(n, 224), 8, 112, seed=draw + i) for i, n in enumerate(PHOTOS)]
    crops = prepare(vgg, np.concatenate(crops))
    first = {}
    for by in ("max", "mean"):
        best, _ = strongest_images(vgg, crops, "block4_conv2", 192, by=by)
        first[by] = [PHOTOS[crop // 8] for crop in best]
    assert first["mean"].index("coffee") < first["mean"].index("cat")
    assert first["max"][:3] == ["cat"] * 3 and "coffee" not in first["max"]
    if draw == 0:
        assert first["max"][:5] == ["cat"] * 5


def test_a_face_excites_the_filter_more_than_its_parts_and_than_any_photo(vgg, album):
    photos = album[0][:, 446]
    dots = drawing(WHITE, (73, 77, 4, BLACK), (88, 77, 4, BLACK))
    moved = face(BLACK, x=86, y=71)
    parts = [without_dots(BLACK), drawing(WHITE, (80, 80, 20, BLACK)), dots]
    values, _ = to_446(vgg, [face(BLACK), moved, *parts])
    assert photos.max() < min(values[:2]) and max(values[2:]) < photos.max() / 2
    assert values[0] > values[2] + values[4]
    grounds = [GREY, (60, 130, 50), BLUE]  # not one colour of the ground alone
    on_grounds, _ = to_446(vgg, [face(ground) for ground in grounds])
    plain, _ = to_446(vgg, [without_dots(ground) for ground in grounds[:2]])
    assert min(on_grounds) > np.sort(photos)[-2] and max(plain) < min(on_grounds) / 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_untrained_net_tells_the_face_apart(vgg, seed):
    """Over all its filters: which of the four drawings is strongest, and by how much."""
    dots = drawing(WHITE, (73, 77, 4, BLACK), (88, 77, 4, BLACK))
    four = [face(BLACK), without_dots(BLACK), drawing(WHITE, (80, 80, 20, BLACK)), dots]
    images = prepare(vgg, np.stack(four))
    keras.utils.set_random_seed(seed)
    shape = (None, None, 3)
    net = keras.applications.VGG16(include_top=False, weights=None, input_shape=shape)

    def lead(of) -> np.ndarray:
        """How far the face is ahead of its strongest part, for each filter that has one."""
        maps = feature_maps(of, images, ["block4_conv3"])[0].max(axis=(1, 2))
        part = maps[1:].max(axis=0)
        return np.where(part > 0, maps[0] / np.maximum(part, 1e-9), 0)

    assert lead(net).max() < 2 < lead(vgg)[446]
    assert 0.05 < np.mean(lead(vgg) > 2) < 0.2  # 446 is not the only trained filter to do so


def test_an_even_picture_excites_it_along_the_border_and_blue_most(vgg):
    colours = [BLUE, WHITE, BLACK, GREY, (200, 30, 40), (240, 210, 40)]
    x = prepare(vgg, np.stack([drawing(colour) for colour in colours]))
    maps = feature_maps(vgg, x, ["block4_conv3"])[0][..., 446]
    largest = maps.max(axis=(1, 2))
    assert (maps[:, 3:-3, 3:-3] == 0).all() and largest.min() > 5
    assert largest[0] > 2 * largest[1:].max()
    i, j = np.unravel_index(maps[0].argmax(), (20, 20))
    assert i == 19 and j in (0, 19)


def test_a_road_adds_up_to_what_the_layer_says(vgg):
    value, road = to_446(vgg, [load_photo("duck", 224)])
    bias = vgg.get_layer("block4_conv3").get_weights()[1][446]
    assert road[0].sum() + bias == pytest.approx(value[0], abs=1e-2)


def test_filter_446_has_the_clearest_groups_and_they_are_faces_and_corners(album):
    values, roads = album
    strongest = np.argsort(-values, axis=0, kind="stable")[:9]
    gaps = np.array([parting(cosines(roads[strongest[:, f], f]))[0] for f in range(512)])
    assert gaps.argmax() == 446 and gaps[446] > np.sort(gaps)[-2] + 0.05
    nine = strongest[:, 446]
    _, first = parting(cosines(roads[nine, 446]))
    names = np.array([row.name for row in album_rows()])
    assert set(names[nine[first]]) == FACES
    for draw in range(3):  # the same measure on nine random photos
        rng = np.random.default_rng(draw)
        chosen = [rng.choice(len(values), 9, replace=False) for _ in range(512)]
        chance = np.array([parting(cosines(roads[chosen[f], f]))[0] for f in range(512)])
        assert np.sum(gaps > 0.2) == 42 and 8 <= np.sum(chance > 0.2) <= 22
        assert 0.5 < np.sum(chance > 0.1) / np.sum(gaps > 0.1) < 0.85


def test_the_layer_before_has_filter_280_first_and_45_among_the_first_five(vgg):
    lower, upper = "block4_conv1", "block4_conv2"
    values, roads = roads_to(vgg, lower, upper, load_album(size=224))
    strongest = np.argsort(-values, axis=0, kind="stable")[:9]
    gaps = np.array([parting(cosines(roads[strongest[:, f], f]))[0] for f in range(512)])
    assert gaps.argmax() == 280 and 45 in np.argsort(-gaps)[:5]


def test_face_and_blue_come_by_the_roads_of_their_groups(vgg, album):
    values, roads = album
    nine = np.argsort(-values[:, 446], kind="stable")[:9]
    _, first = parting(cosines(roads[nine, 446]))
    faces, corners = roads[nine[first], 446], roads[nine[~first], 446]
    _, (drawn, grey, blue, white, black) = to_446(
        vgg, [face(BLACK), face(GREY), drawing(BLUE), drawing(WHITE), drawing(BLACK)]
    )
    for road in (drawn, grey):
        assert likeness(road, faces) > 0.3 > 0.2 > likeness(road, corners)
    for road in (blue, white, black):
        assert likeness(road, corners) > 0.6 > 0.2 > likeness(road, faces)


def to_45(vgg, pictures):
    values, roads = roads_to(vgg, "block4_conv1", "block4_conv2", pictures)
    return values[:, 45], roads[:, 45]


@pytest.fixture(scope="module")
def of_45(vgg):
    """Names, largest values and roads of the nine photos that excite filter 45 most."""
    photos, names = load_album(size=224), np.array([row.name for row in album_rows()])
    nine, peaks = strongest_images(vgg, prepare(vgg, photos), "block4_conv2", 45)
    return names[nine], peaks, to_45(vgg, photos[nine])[1]


@pytest.mark.parametrize("thickness", [2, 3, 4])
def test_a_growing_ring_changes_its_road_and_a_square_is_weaker(vgg, of_45, thickness):
    names, peaks, roads = of_45
    gap, first = parting(cosines(roads))
    assert gap > 0.3 and set(names[~first]) == {"clownfish", "boarfish", "pandora"}
    radii, rings, squares = (6, 8, 13, 16, 20, 28), [], []
    for radius in radii:
        rings.append(cv2.circle(drawing(GREY), (80, 80), radius, BLACK, thickness, cv2.LINE_AA))
        ends = (80 - radius, 80 - radius), (80 + radius, 80 + radius)
        squares.append(cv2.rectangle(drawing(GREY), *ends, BLACK, thickness))
    values, drawn = to_45(vgg, rings)
    others, _ = to_45(vgg, squares)
    assert values.max() > peaks[0] and (values > 1.25 * others).all()
    lean = [likeness(road, roads[first]) - likeness(road, roads[~first]) for road in drawn]
    assert lean[1] < -0.1 and lean[-1] > 0.3
