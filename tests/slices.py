"""The cells of a notebook that some of its cells need: a program slice, by names."""

import ast
import builtins
from collections.abc import Callable


def _names(source: str) -> tuple[set[str], set[str]]:
    """Names that code binds, and names that it asks for."""
    bound, asked = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (asked if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return bound, asked - set(vars(builtins))


def needed(sources: list[str], wanted: Callable[[str], object]) -> list[str]:
    """Keep the wanted cells, and of the others those that bind a name which a kept cell asks for.

    Imports are always kept. A cell that changes an object in place without binding its name is not
    seen.
    """
    kept, missing = [], set()
    for source in reversed(sources):
        bound, asked = _names(source)
        if wanted(source) or bound & missing or source.startswith(("import ", "from ")):
            kept.append(source)
            missing = (missing - bound) | asked
    return kept[::-1]
