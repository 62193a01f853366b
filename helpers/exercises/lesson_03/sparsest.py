"""Exercise 03.1: the sparsest convolution of each block."""

from functools import cache

from helpers.exercises import expect
from helpers.exercises.checks import Mistake, exercise
from helpers.exercises.lesson_03.data import cat, vgg


@cache
def _shares() -> dict[str, float]:
    from helpers.activations import feature_maps
    from helpers.models import conv_layers

    names = conv_layers(vgg())
    maps = feature_maps(vgg(), cat(224), names)
    return {name: float((one == 0).mean()) for name, one in zip(names, maps, strict=True)}


def _blocks(shares: dict[str, float]) -> dict[str, list[str]]:
    blocks = {}
    for name in shares:
        blocks.setdefault(name.split("_")[0], []).append(name)
    return blocks


def _names(answer: object) -> set[str]:
    if isinstance(answer, str):
        raise Mistake("This is one name; give a list of five, one for each block.")
    given = list(answer) if hasattr(answer, "__iter__") else [answer]
    if not given:
        raise Mistake("The list is empty; give five names.")
    if all(isinstance(one, str) for one in given):
        return {one.strip().lower() for one in given}
    numbers = expect.array(given)
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
    given, shares = _names(answer), _shares()
    blocks = _blocks(shares)
    if any("pool" in name for name in given):
        raise Mistake("A pooling layer is no convolution; it makes zeros fewer.")
    if unknown := sorted(given - set(shares)):
        raise Mistake(f"There is no convolution {unknown[0]!r}. There are {', '.join(shares)}.")
    least = {min(names, key=shares.get) for names in blocks.values()}
    if given == least:
        raise Mistake("These have the fewest zeros. Sparse means many zeros: take the largest.")
    if given == set(sorted(shares, key=shares.get)[-len(blocks) :]) and len(given) == len(blocks):
        raise Mistake("These are the five sparsest of all; give the sparsest within each block.")
    for block, names in blocks.items():
        chosen = [name for name in names if name in given]
        if len(chosen) != 1:
            raise Mistake(f"Give exactly one convolution of {block}; there are {len(chosen)}.")
        if shares[chosen[0]] < max(shares[name] for name in names) - 1e-6:
            raise Mistake(f"In {block} another convolution has more zeros than {chosen[0]}.")
