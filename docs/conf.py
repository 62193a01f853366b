"""How Sphinx makes the book; ``tools/make_book.py`` writes the pages that it reads."""

import sys
from pathlib import Path

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.course_address import address

project = "Seeing like a CNN"
author = ""
copyright = "the authors; code MIT, prose and figures CC BY 4.0"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["extra"]
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict] = {}
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 80
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_rtype = False
copybutton_selector = "div:not(.output) > div.highlight pre"
copybutton_prompt_text = ">>> "

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = [("book.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # a page from a file may not fetch others
html_math_renderer = "mathml"
html_context = {"default_mode": "auto"}
html_theme_options = {
    "repository_url": address(),
    "use_repository_button": True,
    "use_download_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],
}


def _inline(translator, node):
    translator.body.append(convert(node.astext()))
    raise SkipNode


def _block(translator, node):
    formula = convert(node.astext(), display="block")
    translator.body.append(f'<div class="formula">{formula}</div>')
    raise SkipNode


def setup(app):
    """Draw formulas as MathML, which needs no scripts; copy gallery and pictures as they are."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_extra_path = [str(Path(app.srcdir) / "extra")]
