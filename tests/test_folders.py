"""Folders that somebody names for a tool: what lies there is not lost."""

import subprocess
import sys

import pytest

from tests import browser
from tools import make_live
from tools.folders import MARK, refuse_foreign


@pytest.mark.parametrize("tool", ["make_live", "make_book", "make_lab_kit"])
def test_a_folder_that_holds_something_is_refused_in_a_sentence(tmp_path, tool):
    (tmp_path / "thesis.txt").write_text("years of work")
    command = [sys.executable, "-m", f"tools.{tool}", str(tmp_path)]
    done = subprocess.run(command, cwd=browser.ROOT, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert f"{tmp_path} is not empty: name another folder or remove it" in said
    assert done.returncode == 1 and "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_is_taken_where_it_is_missing_or_empty_or_has_the_mark(tmp_path):
    refuse_foreign(tmp_path)
    refuse_foreign(tmp_path / "missing")
    (tmp_path / "page.js").touch()
    with pytest.raises(FileExistsError, match="not empty"):
        refuse_foreign(tmp_path)
    with pytest.raises(FileExistsError, match="is a file"):
        refuse_foreign(tmp_path / "page.js")
    (tmp_path / MARK).touch()
    refuse_foreign(tmp_path)


def test_the_live_page_is_written_again_where_it_was_written_before(tmp_path, monkeypatch):
    pages = iter(["one", "two"])
    monkeypatch.setattr(make_live, "install", lambda: None)
    monkeypatch.setattr(
        make_live, "write", lambda folder: (folder / "page.js").write_text(next(pages))
    )
    for made_of, page in (("a", "one"), ("a", "one"), ("b", "two")):
        monkeypatch.setattr(make_live, "fingerprint", lambda now=made_of: now)
        folder = make_live.main(tmp_path / "live")
        assert (folder / "page.js").read_text() == page
