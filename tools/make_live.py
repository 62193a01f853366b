"""Write the live page, build/live, which opens from its index.html: ``python -m tools.make_live``.

TensorFlow.js comes from npm, into ``docs/live/node_modules``, where it is missing; after that
nothing asks for a network. What is written already is kept while all that it is made of stays.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import cv2
import numpy as np
from filelock import FileLock

from helpers.datasets import (
    CLASS_NAMES,
    DATA,
    album_rows,
    collage,
    imagenet_class_names,
    load_fashion_mnist,
)
from helpers.explorers.answer import labels
from helpers.images import COLORMAPS, encode_jpeg
from helpers.models import export_live, load_trained
from helpers.models.live import write_net, write_script
from helpers.models.trained import read_arrays
from tools.folders import MARK, refuse_foreign

ROOT = Path(__file__).resolve().parents[1]
SOURCES, LIVE = ROOT / "docs" / "live", ROOT / "build" / "live"
MODULES = SOURCES / "node_modules"
WASM = MODULES / "@tensorflow/tfjs-backend-wasm/dist"
COURSE_NETS = [DATA / "models" / f"{net}.npz" for net in ("fashion_cnn", "efficientnet_lite0")]
APACHE = DATA / "models" / "LICENSE-APACHE-2.0"
PHOTOS = ("dog", "jaguar", "windmill3", "panda", "koala", "kitten", "macaw", "crocodile")
PAIR = ("dog", "panda")
GARMENTS = 3  # test images of each class


class NoPage(Exception):
    """The live page cannot be built here; the message says why."""


def reason(said: str) -> str:
    """Find the first error in what npm said; else take its last line.

    >>> reason("npm warn deprecated inflight\\nnpm error code ENOTFOUND\\nnpm error a log")
    'npm error code ENOTFOUND'
    """
    lines = said.split("\n") if (said := said.strip()) else ["no reason given"]
    return next((line for line in lines if re.match("npm err", line, re.IGNORECASE)), lines[-1])


def install() -> None:
    """Let npm put what the lock file names into ``node_modules``, unless it is there."""
    lock, kept = SOURCES / "package-lock.json", MODULES / "installed-lock.json"
    if kept.exists() and kept.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise NoPage("npm is missing here (Debian and Ubuntu: sudo apt install npm)")
    done = subprocess.run([npm, "ci"], cwd=SOURCES, capture_output=True, text=True)
    if done.returncode:
        raise NoPage(f"npm cannot install what the page is made of: {reason(done.stderr)}")
    shutil.copy(lock, kept)


def run_tool(*command: str) -> subprocess.CompletedProcess:
    """Run a program of ``node_modules`` in the folder of the sources."""
    program, *rest = command
    path = str(MODULES / ".bin" / program)
    return subprocess.run([path, *rest], cwd=SOURCES, capture_output=True, text=True)


def bundle(folder: Path) -> None:
    options = ("--bundle", "--minify", "--format=iife", "--target=es2022", "--legal-comments=none")
    done = run_tool("esbuild", "src/main.js", *options, f"--outfile={folder / 'page.js'}")
    if done.returncode:
        raise NoPage(done.stderr)
    for kind, name in (("simd", "tfjs-backend-wasm-simd"), ("plain", "tfjs-backend-wasm")):
        data = (WASM / f"{name}.wasm").read_bytes()
        write_script(folder / f"wasm_{kind}.js", {"name": f"wasm_{kind}"}, data)


def garments() -> tuple[np.ndarray, list[int]]:
    """Take the first test images of each class, class after class in turn."""
    data = load_fashion_mnist("subset")
    places = [np.flatnonzero(data.test_labels == label)[:GARMENTS] for label in range(10)]
    order = np.stack(places, axis=1).ravel()
    pixels = np.rint(data.test_images[order] * 255).astype(np.uint8)
    return pixels, [int(label) for label in data.test_labels[order]]


def colours(name: str) -> np.ndarray:
    levels = np.arange(256, dtype=np.uint8)[None]
    return cv2.applyColorMap(levels, COLORMAPS[name])[0, :, ::-1]


def uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"


def photos() -> list[dict[str, str]]:
    """Pictures to begin with, each with a description and its author."""
    rows = {Path(row.file).stem: row for row in album_rows()}
    pair = uri(encode_jpeg(collage(PAIR, 320)))
    made = [{"name": " and ".join(PAIR), "alt": "A dog and a panda, side by side.", "src": pair}]
    made[0]["credit"] = ""
    for name in PHOTOS:
        row, file = rows[name], (DATA / "album" / f"{name}.jpg").read_bytes()
        one = {"name": name, "alt": row.caption, "credit": row.author, "src": uri(file)}
        made.append(one)
    return made


def write_course(folder: Path) -> None:
    """Write names, pictures and colours that the page shows."""
    pixels, kinds = garments()
    about = {"name": "course", "classNames": CLASS_NAMES, "labels": kinds, "photos": photos()}
    about["imagenet"] = labels(imagenet_class_names())
    parts = (colours("inferno"), colours("viridis"), pixels)
    write_script(folder / "course.js", about, b"".join(part.tobytes() for part in parts))


def made_of() -> list[Path]:
    """List all files that the page may depend on: its sources, data and the course's code."""
    other = {MODULES, DATA / "models"}  # other packages and other nets
    inside = [*SOURCES.rglob("*"), *DATA.rglob("*"), *(ROOT / "helpers").rglob("*.py")]
    files = [path for path in inside if path.is_file() and not other & set(path.parents)]
    return sorted([*files, *COURSE_NETS, APACHE, Path(__file__)])


def fingerprint() -> str:
    """Say in a line what the page is made of."""
    whole = hashlib.sha256()
    for path in made_of():
        data = path.read_bytes()
        whole.update(f"{path.relative_to(ROOT)}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


def write(folder: Path) -> None:
    """Write all files of the page into an empty folder."""
    bundle(folder)
    for name in ("index.html", "live.css", "LICENSES.txt"):
        shutil.copy(SOURCES / name, folder)
    shutil.copy(APACHE, folder)
    write_course(folder)
    small, large = COURSE_NETS
    export_live(load_trained(small.stem), folder, title="the course's net")
    write_net(folder / f"{large.stem}.js", large.stem, "", read_arrays(large), "float16")


def main(folder: Path = LIVE) -> Path:
    """Write the page where it is not up to date, and return its folder.

    Raises:
        NoPage: npm is missing, or cannot install.
        FileExistsError: another folder than the usual one is named, and holds something else.
    """
    if folder != LIVE:
        refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        install()
        mark, now = folder / MARK, fingerprint()
        if mark.exists() and mark.read_text(encoding="utf-8") == now:
            return folder
        part = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        write(part)
        (part / MARK).write_text(now, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    return folder


if __name__ == "__main__":
    try:
        print(f"The live page is {main(*map(Path, sys.argv[1:])) / 'index.html'}")
    except (NoPage, FileExistsError) as fault:
        print(f"The live page is not built: {fault}")
        sys.exit(1)
