"""Which of the names that a notebook imports from the helpers are not there."""

import ast
import warnings
from collections.abc import Iterable
from pathlib import Path

DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def _module_file(module: str, root: Path) -> Path | None:
    base = root.joinpath(*module.split("."))
    places = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in places if path.exists()), None)


def _names_in(module_file: Path) -> set[str]:
    """Collect what can be imported from a module: its own names and a package's modules."""
    is_package = module_file.name == "__init__.py"
    names = {path.stem for path in module_file.parent.iterdir()} if is_package else set()
    for statement in ast.parse(module_file.read_text(encoding="utf-8")).body:
        nodes = [statement] if isinstance(statement, DEFINITIONS) else ast.walk(statement)
        for node in nodes:
            if isinstance(node, DEFINITIONS):
                names.add(node.name)
            elif isinstance(node, ast.alias):
                names.add(node.asname or node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names


def _imports(source: str) -> list[tuple[str, list[ast.alias]]]:
    """Find modules of the helpers and what a cell imports from them; none if it is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return []
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = [(node.module or "", node.names) for node in nodes]
    return [(module, names) for module, names in modules if module.split(".")[0] == "helpers"]


def missing_names(sources: Iterable[str], root: Path) -> list[str]:
    """List what code imports from the helpers and they do not have, without running it.

    Args:
        sources: the code of a notebook's cells.
        root: the folder that holds ``helpers``.

    Returns:
        Names like ``"helpers.cam.grad_cam"``, each once, in the order of the cells.
    """
    missing: dict[str, None] = {}
    for module, names in (found for source in sources for found in _imports(source)):
        module_file = _module_file(module, root)
        if module_file is None:
            missing[module] = None
            continue
        known = _names_in(module_file) | {"*"}
        for alias in names:
            if alias.name not in known:
                missing[f"{module}.{alias.name}"] = None
    return list(missing)
