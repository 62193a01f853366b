"""What the microscope page claims of filters, each with the control that could break it."""

from itertools import product

import cv2
import numpy as np
import pytest

from helpers._keras import keras
from helpers.activations import feature_maps, responses
from helpers.datasets import PHOTOS, album_rows, load_album, load_photo
from helpers.images import random_crops
from helpers.inputs import prepare
from helpers.models import load_vgg16

BLACK, WHITE, GREY, BLUE = (0,) * 3, (255,) * 3, (128,) * 3, (20, 80, 190)
LAYERS = ["block4_conv1", "block4_conv2", "block4_conv3"]
MASKS = np.array([m for m in product((0, 1), repeat=9) if m[0] and 3 <= sum(m) <= 6])
FACES = {"duck", "clownfish", "kitten", "lemur"}  # of the kitten it is a paw
DOTS = (73, 77, 4, BLACK), (88, 77, 4, BLACK)


@pytest.fixture(scope="module")
def vgg():
    return load_vgg16(None)


def road_to(below: np.ndarray, above: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What each map below adds to the largest value of each filter: (filters, maps)."""
    rows, columns = np.divmod(above.reshape(-1, above.shape[-1]).argmax(0), above.shape[1])
    padded = np.pad(below, ((1, 1), (1, 1), (0, 0)))
    neighbours = product(range(3), range(3))
    return sum(padded[rows + i, columns + j] * kernel[i, j].T for i, j in neighbours)


def roads_through(vgg, layers: list[str], pictures) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of each layer but the first: largest values (n, filters) and roads (n, filters, maps)."""
    kernels = [vgg.get_layer(layer).get_weights()[0] for layer in layers[1:]]
    values, roads = [[] for _ in kernels], [[] for _ in kernels]
    for start in range(0, len(pictures), 6):  # the maps of all at once would fill the memory
        images = prepare(vgg, np.stack(pictures[start : start + 6]))
        for maps in zip(*feature_maps(vgg, images, layers), strict=True):
            for k, kernel in enumerate(kernels):
                values[k].append(maps[k + 1].max(axis=(0, 1)))
                roads[k].append(road_to(maps[k], maps[k + 1], kernel))
    stacked = zip(map(np.stack, values), map(np.stack, roads), strict=True)
    return dict(zip(layers[1:], stacked, strict=True))


def to_446(vgg, pictures):
    values, roads = roads_through(vgg, LAYERS[1:], pictures)[LAYERS[2]]
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
def photos():
    return load_album(size=224)


@pytest.fixture(scope="module")
def both_layers(vgg, photos):
    return roads_through(vgg, LAYERS, photos)


@pytest.fixture(scope="module")
def album(both_layers):
    return both_layers[LAYERS[2]]


def searched(values: np.ndarray, roads: np.ndarray) -> np.ndarray:
    """How far apart the groups of each filter's nine strongest photos are."""
    strongest = np.argsort(-values, axis=0, kind="stable")[:9]
    return np.array([parting(cosines(roads[nine, f]))[0] for f, nine in enumerate(strongest.T)])


@pytest.fixture(scope="module")
def gaps(album):
    return searched(*album)


@pytest.fixture(scope="module")
def by_chance(album):
    """The same of nine random photos each, in twenty draws, and where all nine excite it."""
    values, roads = album
    rng, found, excited = np.random.default_rng(0), [], []
    for _ in range(20):
        chosen = [rng.choice(len(values), 9, replace=False) for _ in range(512)]
        found.append([parting(cosines(roads[nine, f]))[0] for f, nine in enumerate(chosen)])
        excited.append([values[nine, f].min() > 0 for f, nine in enumerate(chosen)])
    return np.array(found), np.array(excited)


def drawing(background, *discs) -> np.ndarray:
    picture = np.full((160, 160, 3), background, np.uint8)
    for x, y, radius, colour in discs:
        cv2.circle(picture, (x, y), radius, colour, -1, cv2.LINE_AA)
    return picture


def face(background, dots=BLACK, head=WHITE, x=80, y=80) -> np.ndarray:
    return drawing(background, (x, y, 20, head), (x - 7, y - 3, 4, dots), (x + 8, y - 3, 4, dots))


def four_drawings() -> list[np.ndarray]:
    return [
        without_dots(BLACK),
        drawing(WHITE, (80, 80, 20, BLACK)),
        drawing(WHITE, *DOTS),
        face(BLACK),
    ]


def without_dots(background, head=WHITE) -> np.ndarray:
    return drawing(background, (80, 80, 20, head))


@pytest.mark.parametrize("draw", [0, 100, 200])
def test_by_mean_coffee_comes_before_the_cat_and_by_maximum_the_cat_leads(vgg, draw):
    crops = [random_crops(load_photo(n, 224), 8, 112, seed=draw + i) for i, n in enumerate(PHOTOS)]
    crops = prepare(vgg, np.concatenate(crops))
    (found,) = responses(vgg, crops, ["block4_conv2"])  # what strongest_images ranks by
    first = {}
    for by, values in (("max", found.largest), ("mean", found.means)):
        best = np.argsort(-values[:, 192], kind="stable")[:9]
        first[by] = [PHOTOS[crop // 8] for crop in best]
    assert first["mean"].index("coffee") < first["mean"].index("cat")
    assert first["max"][:3] == ["cat"] * 3 and "coffee" not in first["max"]
    if draw == 0:
        assert first["max"][:5] == ["cat"] * 5


def test_a_face_excites_the_filter_far_more_than_its_parts(vgg, album):
    at_224 = album[0][:, 446]
    *parts, drawn = to_446(vgg, four_drawings())[0]
    moved, doubled = to_446(vgg, [face(BLACK, x=86, y=71), larger_face()])[0]
    assert min(drawn, moved) > at_224.max() and max(parts) < drawn / 3
    assert drawn > 1.5 * (parts[0] + parts[2]) and doubled < 25
    grounds = [GREY, (60, 130, 50), BLUE]  # not one colour of the ground alone
    on_grounds, _ = to_446(vgg, [face(ground) for ground in grounds])
    plain, _ = to_446(vgg, [without_dots(ground) for ground in grounds[:2]])
    assert min(on_grounds) > np.sort(at_224)[-2] and max(plain) < min(on_grounds) / 2


def larger_face() -> np.ndarray:
    return drawing(BLACK, (80, 80, 40, WHITE), (66, 74, 8, BLACK), (96, 74, 8, BLACK))


def test_at_160_the_duck_reaches_more_than_the_drawn_face(vgg, photos):
    duck = [row.name for row in album_rows()].index("duck")
    small = load_album(size=160)[duck]
    assert to_446(vgg, [small])[0] > 75 > to_446(vgg, [face(BLACK)])[0] > 65


def test_the_cat_leaves_it_silent_and_a_shrunken_cat_hardly_excites_it(vgg):
    cat, shrunk = load_photo("cat", 224), []
    for side, ground in product((28, 40, 56, 80), (0, 128, 255)):
        canvas, start = np.full_like(cat, ground), 112 - side // 2
        small = cv2.resize(cat, (side, side), interpolation=cv2.INTER_AREA)
        canvas[start : start + side, start : start + side] = small
        shrunk.append(canvas)
    images = prepare(vgg, np.stack([cat, *shrunk]))
    whole, *others = feature_maps(vgg, images, [LAYERS[2]])[0][:, 3:-3, 3:-3, 446]
    assert whole.max() == 0 and np.max(others) < 30


def test_a_paw_and_not_the_kittens_face_excites_it(vgg, photos):
    kitten = photos[[row.name for row in album_rows()].index("kitten")]
    faceless, pawless = kitten.copy(), kitten.copy()
    faceless[30:105, 15:86] = pawless[55:150, 92:165] = kitten[2, 2]
    whole, without_face, without_paw = to_446(vgg, [kitten, faceless, pawless])[0]
    assert without_face == pytest.approx(whole, abs=0.01) and without_paw < whole - 5


def test_the_black_disc_adds_nothing_to_the_border_of_white(vgg):
    images = prepare(vgg, np.stack([drawing(WHITE), drawing(WHITE, (80, 80, 20, BLACK))]))
    plain, disc = feature_maps(vgg, images, [LAYERS[2]])[0][..., 446]
    assert plain.max() == pytest.approx(disc.max(), abs=0.01)
    assert disc[3:-3, 3:-3].max() < disc.max() / 2


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_far_more_trained_than_untrained_filters_tell_the_face_apart(vgg, seed):
    """Only places that cannot see the border count: its response may hide that of a drawing."""
    images = prepare(vgg, np.stack(four_drawings()))
    keras.utils.set_random_seed(seed)
    shape = (None, None, 3)
    net = keras.applications.VGG16(include_top=False, weights=None, input_shape=shape)
    inside = [feature_maps(n, images, [LAYERS[2]])[0][:, 6:-6, 6:-6] for n in (vgg, net)]
    trained, untrained = (maps.max(axis=(1, 2)) for maps in inside)
    ahead, by_luck = (m[3] > 2 * m[:3].max(axis=0) for m in (trained, untrained))
    assert ahead[446] and ahead.sum() == pytest.approx(71, abs=2)
    assert 5 <= by_luck.sum() <= 25
    strong, weak = trained[3] > np.median(trained[3]), untrained[3] < np.median(untrained[3])
    assert strong[ahead].mean() > 0.8 and weak[by_luck].mean() >= 0.9
    if seed == 0:
        assert untrained[:, 446].min() > 0.65 * untrained[:, 446].max()


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


def test_filter_446_has_the_clearest_groups_and_they_are_faces_and_corners(album, gaps):
    values, roads = album
    assert gaps.argmax() == 446 and gaps[446] > np.sort(gaps)[-2] + 0.05
    nine = np.argsort(-values[:, 446], kind="stable")[:9]
    _, first = parting(cosines(roads[nine, 446]))
    names = np.array([row.name for row in album_rows()])
    assert set(names[nine[first]]) == FACES


def test_random_photos_give_a_third_of_the_count_and_two_thirds_at_the_lower_limit(gaps, by_chance):
    found, _ = by_chance
    counts = np.sum(found > 0.2, axis=1)
    assert np.sum(gaps > 0.2) == 42 and 8 <= counts.min() <= counts.max() <= 20
    shares = np.sum(found > 0.1, axis=1) / np.sum(gaps > 0.1)
    assert shares.min() > 0.6 and shares.max() < 0.8


def test_the_largest_gap_is_not_beyond_chance(album, gaps, by_chance):
    found, excited = by_chance
    assert np.sum(found.max(axis=1) > gaps.max()) == 4
    assert found.max(axis=1).min() > 0.3
    assert 0.005 < np.mean(album[0] == 0) < 0.02  # photos that leave a filter silent
    without_silent = np.where(excited, found, 0)
    assert np.sum(without_silent.max(axis=1) > gaps.max()) >= 3


def test_the_layer_before_has_filter_280_first_and_45_among_the_first_five(both_layers):
    gaps = searched(*both_layers[LAYERS[1]])
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
    values, roads = roads_through(vgg, LAYERS[:2], pictures)[LAYERS[1]]
    return values[:, 45], roads[:, 45]


@pytest.fixture(scope="module")
def of_45(both_layers):
    """Names, largest values and roads of the nine photos that excite filter 45 most."""
    values, roads = (part[:, 45] for part in both_layers[LAYERS[1]])
    names, nine = np.array([row.name for row in album_rows()]), np.argsort(-values)[:9]
    return names[nine], values[nine], roads[nine]


@pytest.mark.parametrize("thickness", [2, 3, 4])
def test_a_growing_ring_leans_from_eyes_to_rims_and_a_square_is_weaker(vgg, of_45, thickness):
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
    rims, eyes = (np.array([likeness(r, roads[g]) for r in drawn]) for g in (first, ~first))
    assert (rims - eyes)[:2].max() < -0.05 and (rims - eyes)[2:].min() > 0.1
    assert (rims - eyes)[-1] > 0.3 and np.minimum(rims, eyes)[:4].min() > 0.4
    assert cosines(drawn)[0, -1] < 0.5
