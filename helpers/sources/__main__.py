"""Fetch all that the lessons need: ``python -m helpers.sources``."""

from helpers.sources import SourceError, fetch


def main() -> None:
    """Fetch all that the lessons need; the 528 MB of VGG16's 1,000 classes stay optional."""
    missing = 0
    for asset in ("fashion_mnist", "vgg16_convolutions"):
        try:
            fetch(asset)
        except SourceError as fault:
            print(fault)
            missing += 1
    raise SystemExit(missing)


if __name__ == "__main__":
    main()
