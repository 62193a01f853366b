"""Exercise 03.1: the sparsest convolution of each block."""

from functools import cache

from helpers.activations import feature_maps
from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lessons.lesson_03.data import cat, vgg
from helpers.models import conv_layers


@cache
def _shares() -> dict[str, float]:
    names = conv_layers(vgg())
    maps = feature_maps(vgg(), cat(224), names)
    return {name: float((one == 0).mean()) for name, one in zip(names, maps, strict=True)}


def _blocks(shares: dict[str, float]) -> dict[str, list[str]]:
    blocks: dict[str, list[str]] = {}
    for name in shares:
        blocks.setdefault(name.split("_")[0], []).append(name)
    return blocks


def _names(answer: object) -> set[str]:
    if isinstance(answer, str):
        raise Mistake("This is one name; give a list of five, one for each block.")
    items = list(answer) if hasattr(answer, "__iter__") else [answer]
    if not items:
        raise Mistake("The list is empty; give five names.")
    if all(isinstance(one, str) for one in items):
        return {str(one).strip().lower() for one in items}
    numbers = expect.array(items)
    if ((numbers > 0) & (numbers < 1)).all():
        raise Mistake("These are the shares; give the names of the convolutions that have them.")
    raise Mistake("These are numbers; give names of layers, like those in conv_layers(vgg).")


@exercise(
    "03.1",
    "feature_maps takes a list of names, and conv_layers(vgg) is one.",
    "Compare within a block: the names that begin with block1, then block2, and so on.",
    "For each block: max(names_of_the_block, key=shares.get), where shares maps name to sparsity.",
)
def _sparsest(answer: object) -> None:
    layers, shares = _names(answer), _shares()
    blocks = _blocks(shares)
    if any("pool" in name for name in layers):
        raise Mistake("A pooling layer is no convolution; it makes zeros fewer.")
    if unknown := sorted(layers - set(shares)):
        raise Mistake(f"There is no convolution {unknown[0]!r}. There are {', '.join(shares)}.")
    least = {min(names, key=shares.__getitem__) for names in blocks.values()}
    if layers == least:
        raise Mistake("These have the fewest zeros. Sparse means many zeros: take the largest.")
    by_zeros = sorted(shares, key=shares.__getitem__)
    if layers == set(by_zeros[-len(blocks) :]):
        raise Mistake("These are the five sparsest of all; give the sparsest within each block.")
    for block, names in blocks.items():
        chosen = [name for name in names if name in layers]
        if len(chosen) != 1:
            raise Mistake(f"Give exactly one convolution of {block}; there are {len(chosen)}.")
        if shares[chosen[0]] < max(shares[name] for name in names) - 1e-6:
            raise Mistake(f"In {block} another convolution has more zeros than {chosen[0]}.")
