"""Test lessons as on an ordinary laptop: ``make test-laptop``, or with ``LESSONS="02 05"``.

Twice: on one core, and on all of them while two other programs keep the machine busy. Libraries
are kept to AVX2, the widest instructions of most laptops.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy._core._multiarray_umath as numpy_core

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
WIDER = ("AVX512", "X86_V4")  # how NumPy and OpenCV name what an ordinary laptop lacks
BUSY = 2


def only_avx2() -> dict[str, str]:
    """Settings that keep oneDNN, NumPy and OpenCV from instructions wider than AVX2.

    NumPy and OpenCV complain about features that are not there, so only those in use are named.
    """
    numpy = [name for name in numpy_core.__cpu_dispatch__ if numpy_core.__cpu_features__[name]]
    opencv = [
        name.strip("*") for name in cv2.getCPUFeaturesLine().split() if not name.endswith("?")
    ]
    return {
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "NPY_DISABLE_CPU_FEATURES": " ".join(n for n in numpy if n.startswith(WIDER)),
        "OPENCV_CPU_DISABLE": ",".join(n for n in opencv if n.startswith(WIDER)),
    }


@contextmanager
def one_core() -> Iterator[None]:
    """Let this process and its children use one core for as long as the context lasts."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def busy_machine() -> Iterator[list[subprocess.Popen]]:
    """Keep other programs running for as long as the context lasts."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()


def run_tests(lessons: list[Path], workers: int) -> bool:
    """Run lessons with nbval as on a processor that stops at AVX2; say whether all passed."""
    command = [sys.executable, "-m", "pytest", "--numprocesses", str(workers), "--dist", "loadfile"]
    return subprocess.run([*command, *lessons], env=os.environ | only_avx2()).returncode == 0


def chosen(numbers: list[str]) -> list[Path]:
    """Find the lessons with these numbers; all of them where none is given.

    Raises:
        LookupError: no lesson has such a number.
    """
    pages = sorted(NOTEBOOKS.glob("*.ipynb"))
    for number in numbers:
        if not any(page.name.startswith(number) for page in pages):
            raise LookupError(f"there is no lesson {number}: choose from 00 to 08, or microscope")
    return [page for page in pages if page.name.startswith(tuple(numbers or [""]))]


def main() -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("Not tested: a laptop can be simulated on Linux with an x86-64 processor only.")
    try:
        lessons = chosen(sys.argv[1:])
    except LookupError as fault:
        sys.exit(str(fault))
    print(f"{len(lessons)} lessons on one core")
    with one_core():
        alone = run_tests(lessons, 0)
    print(f"{len(lessons)} lessons while {BUSY} other programs run")
    with busy_machine():
        among_others = run_tests(lessons, 2)
    sys.exit(not (alone and among_others))


if __name__ == "__main__":
    main()
