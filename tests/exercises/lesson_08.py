"""Right and wrong answers to lesson 08, and the answers to its quiz, computed."""

import numpy as np

from helpers._keras import keras, tf
from helpers.cam import grad_cam
from helpers.classes import probabilities
from helpers.exercises.lessons.lesson_08 import data
from helpers.inputs import prepare
from helpers.models import describe, load_mystery
from helpers.models.mystery import draw_marks
from helpers.report.case import Case
from helpers.report.measures import kept_under_harmless_changes, patches
from tests.exercises import Cases

SEEDS = ("Ada", 7)


def which_range() -> Cases:
    def accuracies(net, photos, labels, ways):
        return [np.mean(net(way(photos)).numpy().argmax(axis=1) == labels) for way in ways]

    def right(net, photos, labels, ways):
        return int(np.argmax(accuracies(net, photos, labels, ways)))

    def in_a_loop(net, photos, labels, ways):
        best, best_share = 0, -1.0
        for number, way in enumerate(ways):
            share = float((tf.argmax(net(way(photos)), axis=1).numpy() == labels).mean())
            if share > best_share:
                best, best_share = number, share
        return best

    def surest(net, photos, labels, ways):
        shares = [tf.nn.softmax(net(way(photos))).numpy().max(axis=1).mean() for way in ways]
        return np.argmax(shares)

    def largest_logit(net, photos, labels, ways):
        return np.argmax([net(way(photos)).numpy().max() for way in ways])

    return Cases(
        right=[right, in_a_loop],
        wrong=[
            (surest, "makes the net surest"),
            (largest_logit, "surest|most errors|Another way"),
            (lambda *given: int(np.argmin(accuracies(*given))), "most errors"),
            (accuracies, "1 axes"),
            (lambda *given: max(accuracies(*given)), "Another way|no place|most errors|surest"),
            (lambda net, photos, labels, ways: ways[right(net, photos, labels, ways)], "number of"),
            (lambda *_: 2, "surest|Another way|most errors"),
            (lambda *_: 9, "numbered from 0"),
            (lambda *_: 0.5, "no place in the list"),
            (2, "the function itself"),
        ],
    )


def every_label() -> Cases:
    def chosen(net, image):
        return np.flatnonzero(probabilities(net, image)[0] > 0.5)

    def right(net, image):
        return {label: grad_cam(net, image, int(label))[0] for label in chosen(net, image)}

    def by_hand(net, image):
        both = keras.Model(net.input, [net.get_layer("conv").output, net.output])
        maps = {}
        for label in chosen(net, image):
            with tf.GradientTape() as tape:
                conv, shares = both(image)
                share = shares[:, label]
                score = tf.math.log(share / (1 - share))
            weights = tf.reduce_mean(tape.gradient(score, conv), axis=(1, 2))
            maps[int(label)] = tf.nn.relu(tf.einsum("nhwk,nk->nhw", conv, weights))[0].numpy()
        return maps

    def only_one(net, image):
        label = int(probabilities(net, image)[0].argmax())
        return {label: grad_cam(net, image, label)[0]}

    def all_labels(net, image):
        return {label: grad_cam(net, image, label)[0] for label in range(5)}

    def denied(net, image):
        rest = set(range(5)) - set(chosen(net, image))
        return {label: grad_cam(net, image, label)[0] for label in rest}

    return Cases(
        right=[right, by_hand],
        wrong=[
            (only_one, "only the strongest label"),
            (all_labels, "for every label"),
            (denied, "net denies"),
            (lambda n, i: {k: grad_cam(n, i)[0] for k in right(n, i)}, "another label"),
            (lambda n, i: {k: m / m.max() for k, m in right(n, i).items()}, "stretched"),
            (lambda n, i: {k: m[None] for k, m in right(n, i).items()}, "axis of length 1"),
            (lambda n, i: {f"class {k}": m for k, m in right(n, i).items()}, "not their names"),
            (lambda n, i: list(right(n, i).values()), "should be a dict"),
            (lambda n, i: {}, "labels above one half are"),
            (lambda n, i: None, "returns nothing"),
        ],
    )


def transplant() -> Cases:
    def answers(net, images):
        return net(images).numpy().argmax(axis=1)

    def pasted(images, patch, place):
        copied = images.copy()
        copied[:, place[0], place[1]] = patch
        return copied

    def right(net, images, donor, place):
        wanted = answers(net, donor[None])[0]
        others = images[answers(net, images) != wanted]
        return np.mean(answers(net, pasted(others, donor[place], place)) == wanted)

    def one_by_one(net, images, donor, place):
        wanted, won, asked = int(answers(net, donor[None])[0]), 0, 0
        for image in images:
            if answers(net, image[None])[0] != wanted:
                asked += 1
                won += answers(net, pasted(image[None], donor[place], place))[0] == wanted
        return won / asked

    def of_all(net, images, donor, place):
        return np.mean(
            answers(net, pasted(images, donor[place], place)) == answers(net, donor[None])
        )

    def by_all(net, images, donor, place):
        before, wanted = answers(net, images), answers(net, donor[None])
        after = answers(net, pasted(images, donor[place], place))
        return np.mean((before != wanted) & (after == wanted))

    def changed(net, images, donor, place):
        return np.mean(answers(net, pasted(images, donor[place], place)) != answers(net, images))

    def covered(net, images, donor, place):
        wanted = answers(net, donor[None])[0]
        others = images[answers(net, images) != wanted]
        return np.mean(answers(net, pasted(others, donor.mean(), place)) == wanted)

    def in_place(net, images, donor, place):
        share = right(net, images, donor, place)
        images[:, place[0], place[1]] = donor[place]
        return share

    return Cases(
        right=[right, one_by_one],
        wrong=[
            (of_all, "had the donor's answer before"),
            (by_all, "not by all photos"),
            (changed, "every answer that changed"),
            (covered, "what covering does"),
            (in_place, "work on a copy"),
            (lambda *given: 1 - right(*given), "does not win"),
            (lambda *given: 100 * right(*given), "per cent"),
            (lambda *given: 0.5, "not the share|before|does not|changed|covering"),
            (lambda *given: [right(*given)], "1 axes"),
            (0.3, "the function itself"),
        ],
    )


def project() -> Cases:
    def functions(seed):
        mark, decoy = draw_marks(seed)
        return mark.add, decoy.add, mark.opposite().add

    def flat(images):
        return np.full_like(images, 0.5)

    def in_place(images):
        images[:, :3, :3] = 1
        return images

    seed = SEEDS[0]
    mark, decoy, elsewhere = functions(seed)
    return Cases(
        right=[(s, functions(s)[0], functions(s)[2]) for s in SEEDS] + [[seed, mark, decoy]],
        wrong=[
            ((seed, decoy, mark), "which is no proof"),
            ((seed, decoy, elsewhere), "which is no proof"),
            ((seed, mark, mark), "so does the control"),
            ((seed, mark, lambda images: images.copy()), "changes nothing"),
            ((seed, flat, elsewhere), "a mark is small"),
            ((seed, in_place, elsewhere), "work on a copy"),
            ((seed, lambda images: 9 * mark(images), elsewhere), "stay within 0 and 1"),
            ((seed, lambda images: mark(images)[0], elsewhere), "3 axes"),
            ((seed, mark, lambda images: mark(images)[..., 0]), "3 axes"),
            ((mark, elsewhere), "three things"),
            ((True, mark, elsewhere), "the seed"),
            (mark, "three things"),
            ((seed, "corner", elsewhere), "the function itself"),
        ],
    )


def cases() -> dict[str, Cases]:
    return {
        "08.1": which_range(),
        "08.2": every_label(),
        "08.3": transplant(),
        "08.project": project(),
    }


def own_range() -> str:
    """A net that begins with Rescaling: what does it take?"""
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(2, 3),
            layers.GlobalAveragePooling2D(),
        ]
    )
    pixels = np.full((1, 8, 8, 3), 200, np.uint8)
    given = float(prepare(net, pixels).max())
    return {200.0: "the pixels as they are", 200 / 255: "the pixels divided by 255"}[given]


def sigmoids() -> str:
    outputs = keras.layers.Dense(3, activation="sigmoid")
    image = keras.Input((4, 4, 1))
    net = keras.Model(image, outputs(keras.layers.GlobalAveragePooling2D()(image)))
    logits = np.log(np.array([0.9, 0.8, 0.1]) / np.array([0.1, 0.2, 0.9]))
    outputs.set_weights([np.zeros((1, 3)), logits])
    shares = probabilities(net, np.zeros((1, 4, 4, 1)))[0]
    assert abs(shares.sum() - 1.8) < 1e-5
    return {1: "one", 2: "two", 3: "three"}[int((shares > 0.5).sum())]


def equal_to_hand() -> str:
    """Grad-CAM of a net with random weights is what a tape computes; another draw, another map."""
    draws = []
    for seed in (0, 1):
        net = data.label_net(seed)
        image = np.random.default_rng(9).random((1, 12, 12, 3), np.float32)
        draws.append(grad_cam(net, image, 0)[0].ravel())
    if np.corrcoef(draws)[0, 1] < 0.9:
        return "the formula is computed rightly for its layers"
    return "the heatmap shows where the dog is"


def steady() -> str:
    """What a net without any training keeps under harmless changes."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(5, activation="softmax"),
        ]
    )
    net = describe(net, preprocess=data.to_unit)
    case = Case(net, np.random.default_rng(0).integers(0, 255, (6, 24, 24, 3), np.uint8))
    if kept_under_harmless_changes(case).value > 0.9:
        return "nothing yet: a net that doesn't look keeps its answers, too"
    return "it has learned what matters in a photo"


def unseen_mark() -> str:
    """The report of a net with a mark, on photos without any."""
    model, images, labels = load_mystery("Ada")
    clean = [images[np.flatnonzero(labels == c)[-1], ..., 0] for c in (0, 1, 5, 8, 9)]
    worst = max(patch.rate - patch.control for patch in patches(Case(model, clean)))
    if worst < 0.5:
        return "photos without the mark cannot show what it does"
    return "the report finds the mark in the weights of the net"


def quiz_answers() -> dict[str, str]:
    return {
        "08-rescaling": own_range(),
        "08-sigmoids": sigmoids(),
        "08-arithmetic": equal_to_hand(),
        "08-steady": steady(),
        "08-unseen": unseen_mark(),
    }
