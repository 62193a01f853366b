"""What the course asks of nbval beyond comparing text: pictures, and the memory of a lesson.

nbval has no public way to do this, so three of its methods are wrapped here, and nowhere else.
``test_nbval_plugin.py`` fails plainly when nbval has changed.
"""

import re

import numpy as np
from nbval.plugin import IPyNbCell, IPyNbFile

from tests import pictures
from tools.execute_notebooks import peak_memory

MEMORY = 1.5  # GB that a lesson may need, so that all run where there are 2
STATED = re.compile(r"([\d.]+)\sGB\sof\smemory")  # in a lesson's prose

_compare_text = IPyNbCell.compare_outputs
_end_lesson = IPyNbFile.teardown


def _fault(new: np.ndarray, stored: np.ndarray, as_texture: bool) -> str:
    """Say what is wrong with a picture; empty where it shows what the stored one shows."""
    if pictures.is_blank(new):
        return "is blank"
    if as_texture:
        distance = pictures.texture_difference(new, stored)
        too_far = distance > pictures.TEXTURE_TOLERANCE
        return f"differs in texture by {distance:.2f}" if too_far else ""
    steps = pictures.difference(new, stored)
    return f"differs in {steps} of 64 steps" if steps > pictures.TOLERANCE else ""


def compare_outputs(cell: IPyNbCell, test: list, ref: list, skip_compare=None) -> bool:
    """Compare a cell's pictures by what they show, and everything else as nbval does."""
    new, stored = (
        [pictures.decode(code) for code in pictures.found_in(outputs)] for outputs in (test, ref)
    )
    same = _compare_text(
        cell, pictures.without_pictures(test), pictures.without_pictures(ref), skip_compare
    )
    if len(new) != len(stored):
        cell.comparison_traceback.append(f"{len(new)} pictures instead of {len(stored)}")
        return False
    as_texture = "texture" in cell.cell.metadata.get("tags", [])
    for number, pair in enumerate(zip(new, stored, strict=True)):
        if fault := _fault(*pair, as_texture):
            cell.comparison_traceback.append(f"picture {number} {fault}")
            same = False
    return same


def teardown(lesson: IPyNbFile) -> None:
    """Look at the memory that a lesson took before its kernel is ended."""
    peak = peak_memory(lesson.kernel.km.provisioner.process.pid) if lesson.kernel else 0
    _end_lesson(lesson)
    prose = "\n".join(cell.source for cell in lesson.nb.cells if cell.cell_type == "markdown")
    stated = STATED.search(prose)
    assert stated, f"{lesson.path.name} does not say how much memory it takes"
    most = float(stated[1])
    assert peak <= most <= MEMORY, f"{lesson.path.name} took {peak:.2f} GB, says {most} GB"


IPyNbCell.compare_outputs = compare_outputs
IPyNbFile.teardown = teardown
