"""Where the files that come with the course lie, and where the learner's own go.

A clone has ``data`` beside the helpers, and its own folder takes what the learner saves. A package
that pip has installed holds ``data`` itself, and what is saved goes to the current folder.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_IS_INSTALLED = (_PACKAGE / "data").exists()
DATA = (_PACKAGE if _IS_INSTALLED else _PACKAGE.parent) / "data"
WORKPLACE = Path.cwd() if _IS_INSTALLED else _PACKAGE.parent
