"""The simulation of a laptop: what it switches off, which lessons it takes, where it cannot run."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tools import laptop

ROOT = Path(__file__).resolve().parents[1]


def test_libraries_are_kept_to_avx2():
    assert laptop.only_avx2()["ONEDNN_MAX_CPU_ISA"] == "AVX2"
    named = " ".join(laptop.only_avx2().values()).replace("AVX2", "")
    assert all(name.startswith(laptop.WIDER) for name in named.replace(",", " ").split())


def test_lessons_are_chosen_by_their_numbers():
    assert [page.name[:2] for page in laptop.chosen(["02", "05"])] == ["02", "05"]
    assert len(laptop.chosen([])) == len(list(laptop.NOTEBOOKS.glob("*.ipynb")))
    with pytest.raises(LookupError, match="no lesson 99"):
        laptop.chosen(["02", "99"])


@pytest.mark.parametrize("machine", [("Darwin", "arm64"), ("Linux", "aarch64")])
def test_elsewhere_it_says_that_nothing_was_tested(machine, monkeypatch):
    monkeypatch.setattr(platform, "system", lambda: machine[0])
    monkeypatch.setattr(platform, "machine", lambda: machine[1])
    with pytest.raises(SystemExit, match=r"Not tested: .* Linux with an x86-64"):
        laptop.main()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no choice of cores here")
def test_one_core_is_one_core_and_all_come_back():
    before = os.sched_getaffinity(0)
    with laptop.one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_other_programs_run_beside_and_end():
    with laptop.busy_machine() as loops:
        assert len(loops) == 2 and all(loop.poll() is None for loop in loops)
    assert all(loop.wait(timeout=10) is not None for loop in loops)


@pytest.mark.parametrize(("chosen", "expected"), [(None, "1"), ("0", "0")])
def test_every_processor_takes_the_same_convolutions_unless_told_otherwise(chosen, expected):
    environment = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}
    environment |= {"TF_ENABLE_ONEDNN_OPTS": chosen} if chosen else {}
    code = "import os, helpers._keras; print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == expected and not done.stderr
