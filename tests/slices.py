"""The cells of a notebook that some of its cells need: a program slice, by names."""

import ast
import builtins
from collections.abc import Callable


def _names(source: str) -> tuple[set[str], set[str]]:
    """Names that code binds, and names that it asks for and has not bound before."""
    bound, asked = set(), set()
    for statement in ast.parse(source).body:
        nodes = list(ast.walk(statement))
        loops = [node.target for node in nodes if isinstance(node, ast.comprehension | ast.For)]
        own = {name.id for loop in loops for name in ast.walk(loop) if isinstance(name, ast.Name)}
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        names = [node for node in nodes if isinstance(node, ast.Name) and node.id not in own]
        asked |= {name.id for name in names if isinstance(name.ctx, ast.Load)} - bound
        bound |= {name.id for name in names if not isinstance(name.ctx, ast.Load)}
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
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
