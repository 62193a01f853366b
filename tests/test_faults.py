"""Bad days: disks, processes, kernels and models that fail. Nothing is lost, the text is plain."""

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from helpers import sources
from helpers._keras import keras
from helpers.models import build_fashion_cnn, heads, load_trained, train, trained
from helpers.sources import assets
from helpers.sources.placing import placed
from tests.test_sources import (  # noqa: F401
    CONTENT,
    FILES,
    Download,
    Remote,
    Server,
    home,
    offer,
    remote,
    server,
)

ROOT = Path(__file__).resolve().parents[1]


class FullDisk:
    """An origin that fails as a full disk does."""

    def fill(self, folder, names):
        (folder / "w.bin").write_bytes(CONTENT[:100])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_behind(home, monkeypatch):  # noqa: F811
    offer(monkeypatch, Remote("a server", FullDisk(), FILES))
    with pytest.raises(sources.SourceError, match="No space left"):
        sources.fetch("test")
    assert [p.name for p in assets.course_cache().iterdir()] == ["test.lock"]


def test_a_cache_that_cannot_be_written_to_is_said(home, server, monkeypatch):  # noqa: F811
    offer(monkeypatch, remote("good"))
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the folder should be")
    with pytest.raises(sources.SourceError, match="set KERAS_HOME to a folder of yours"):
        sources.fetch("test")


def test_a_read_only_cache_that_holds_the_files_is_enough(home, server, monkeypatch):  # noqa: F811
    offer(monkeypatch, remote("good"))
    folder = sources.fetch("test")
    sources.fetch.cache_clear()
    for method in ("mkdir", "rename"):
        monkeypatch.setattr(Path, method, denied)
    assert sources.fetch("test") == folder


def denied(*args, **kwargs):
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.fixture
def head_fitted(monkeypatch):
    """Fits a head of ones instead of a real one; lists how often."""

    def fit(convolutions):
        fit.times += 1
        return [np.ones((512, 6)), np.ones(6)]

    fit.times = 0
    monkeypatch.setattr(heads, "file_name", lambda head, convolutions: f"{head}_head_test.npz")
    return fit


def test_an_album_head_that_cannot_be_kept_is_used_all_the_same(home, head_fitted, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Path, "open", denied)
    kernel, _ = heads.load_head("album", None, head_fitted)
    assert kernel.shape == (512, 6) and not list(home.rglob("album_head*"))


@pytest.mark.parametrize("bytes_left", [0, 100, -20])
def test_a_truncated_album_head_is_said_and_fitted_again(bytes_left, home, head_fitted, capsys):  # noqa: F811
    heads.load_head("album", None, head_fitted)
    kept = assets.course_cache() / "album_head_test.npz"
    kept.write_bytes(kept.read_bytes()[:bytes_left])
    capsys.readouterr()
    heads.load_head("album", None, head_fitted)
    assert f"{kept} is damaged" in capsys.readouterr().out
    kernel, bias = heads.load_head("album", None, head_fitted)
    assert (kernel == 1).all() and bias.shape == (6,)
    assert head_fitted.times == 2 and not capsys.readouterr().out


def test_a_file_is_never_seen_half_written(tmp_path):
    path = tmp_path / "new folder/head.npz"
    with placed(path) as file:
        file.write(b"whole")
    with pytest.raises(KeyboardInterrupt), placed(path) as file:
        file.write(b"ha")
        file.flush()
        assert path.read_bytes() == b"whole"
        raise KeyboardInterrupt
    assert path.read_bytes() == b"whole" and list(path.parent.iterdir()) == [path]


def test_a_truncated_net_of_the_course_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(trained, "DATA", tmp_path)
    (tmp_path / "models").mkdir()
    whole = (ROOT / "data/models/photo_cnn.npz").read_bytes()
    for content in (b"", whole[:1000], whole[:-100]):
        (tmp_path / "models/photo_cnn.npz").write_bytes(content)
        with pytest.raises(ValueError, match=r"photo_cnn\.npz cannot be read"):
            load_trained("photo_cnn")


def test_a_home_that_cannot_be_written_to(tmp_path, monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert assets.keras_home() == tmp_path / ".keras"


def _fetch_slowly():
    sources.fetch("test")


def test_killed_in_the_middle_and_started_again(home, server, monkeypatch):  # noqa: F811
    offer(monkeypatch, remote("hanging"))
    process = multiprocessing.get_context("fork").Process(target=_fetch_slowly)
    process.start()
    while not list(assets.course_cache().glob("test.part-*/*")):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert list(assets.course_cache().glob("test.part-*"))
    offer(monkeypatch, remote("good"))
    assert (sources.fetch("test") / "w.bin").read_bytes() == CONTENT
    assert not list(assets.course_cache().glob("test.part-*"))


def test_a_dead_proxy_is_passed_over(home, server, monkeypatch):  # noqa: F811
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    offer(monkeypatch, remote("good"), Remote("a folder", Copy(), FILES))
    assert (sources.fetch("test") / "w.bin").read_bytes() == CONTENT
    assert Server.asked == []


class Copy:
    """An origin that needs no network."""

    def fill(self, folder, names):
        (folder / "w.bin").write_bytes(CONTENT)


@pytest.mark.parametrize("now", [0.0, 4e9])
def test_a_wrong_clock_does_not_matter(now, home, server, monkeypatch):  # noqa: F811
    monkeypatch.setattr(time, "time", lambda: now)
    offer(monkeypatch, remote("good"))
    assert (sources.fetch("test") / "w.bin").read_bytes() == CONTENT


def test_paths_with_spaces_and_other_letters(tmp_path, server, monkeypatch):  # noqa: F811
    folder = tmp_path / "Übung 4 – Größe"
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.delenv("CNN_COURSE_OFFLINE", raising=False)
    sources.fetch.cache_clear()
    offer(monkeypatch, remote("good"))
    assert sources.fetch("test").is_relative_to(folder)
    sources.fetch.cache_clear()
    for name in ("helpers", "data"):
        shutil.copytree(ROOT / name, folder / name)
    code = (
        "from helpers.models import load_trained; from helpers.datasets import load_photo;"
        "print(load_trained('fashion_cnn').name, load_photo('cat', 9).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "fashion_cnn (9, 9, 3)" and not done.stderr


@pytest.mark.parametrize("content", [b"", b"no model at all", b"PK\x03\x04 half an archive"])
def test_a_damaged_model_of_the_learner_is_named(content, tmp_path, monkeypatch):
    monkeypatch.setattr(trained, "OWN_MODELS", tmp_path)
    (tmp_path / "fashion_cnn.keras").write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read: it is damaged") as caught:
        load_trained("fashion_cnn", own=True)
    assert "own=False" in str(caught.value)


def test_a_model_of_a_newer_keras_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(trained, "OWN_MODELS", tmp_path)
    whole = tmp_path / "whole.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "fashion_cnn.keras", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                content = content.replace(b'"units": 1', b'"units": 1, "of_the_future": true')
                assert b"of_the_future" in content
            new.writestr(name, content)
    with pytest.raises(ValueError, match="another version") as caught:
        load_trained("fashion_cnn", own=True)
    assert "own=False" in str(caught.value)


def test_a_model_that_would_run_code_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(trained, "OWN_MODELS", tmp_path)
    evil = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1)])
    evil.save(tmp_path / "fashion_cnn.keras")
    with pytest.raises(ValueError, match="cannot be read") as caught:
        load_trained("fashion_cnn", own=True)
    assert "safe_mode" in str(caught.value.__cause__)


class Interrupt(keras.callbacks.Callback):
    """A learner who presses the stop button after the second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_training_goes_on_where_it_was_interrupted(tmp_path):
    rng = np.random.default_rng(0)
    images, labels = rng.random((64, 28, 28, 1), np.float32), rng.integers(0, 10, 64)
    net, options = build_fashion_cnn(), {"epochs": 4, "held_out": 0, "backup": tmp_path / "kept"}
    with pytest.raises(KeyboardInterrupt):
        train(net, images, labels, callbacks=[Interrupt()], **options)
    again = build_fashion_cnn()  # a fresh kernel
    history = train(again, images, labels, **options)
    assert len(history["loss"]) == 2
    assert history["loss"][-1] < 2.5 and not (tmp_path / "kept").exists()


def test_import_is_quick_and_silent():
    code = "import time; t = time.perf_counter(); import helpers; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3 and not done.stderr
    quiet = "from helpers.models import load_trained; load_trained('fashion_cnn')"
    done = subprocess.run([sys.executable, "-c", quiet], capture_output=True, text=True, check=True)
    assert not done.stdout and not done.stderr
