"""What the code itself says of the house: rooms and what stands flat in them, imports, names, lengths."""

import ast
import subprocess
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import grimp

HOUSE = Path(__file__).parents[2]
BESIDE = ("bench", "tests")
"""What stands beside the product."""


@cache
def project() -> Mapping[str, Any]:
    """What stands in pyproject.toml."""
    return tomllib.loads((HOUSE / "pyproject.toml").read_text())


def contracts() -> Mapping[str, Any]:
    """What it tells the import linter."""
    linter: Mapping[str, Any] = project()["tool"]["importlinter"]
    return linter


def packages() -> tuple[str, ...]:
    """The top-level packages of the product."""
    return tuple(contracts()["root_packages"])


@cache
def modules(*folders: str) -> Sequence[Path]:
    """Every module of these folders that is under version control, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (HOUSE / name for name in sorted(set(listed.stdout.splitlines())) if name.endswith(".py"))
    return tuple(path for path in paths if path.exists())


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed; each is read once, as many tests look into it."""
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> Sequence[ast.AST]:
    """Every node of a module's tree."""
    return tuple(ast.walk(tree_of(path)))


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def where(path: Path) -> str:
    """A path as people write it, from the root of the repository."""
    return str(path.relative_to(HOUSE))


def offences(look: Callable[[Path], object], paths: Iterable[Path]) -> Mapping[str, object]:
    """What `look` found in each of these modules, by module, where it found anything."""
    return {where(path): found for path in paths if (found := look(path))}


def flat_files(*folders: str) -> Counter[str]:
    """How many modules stand directly in each folder that has any.

    `__init__` and `__main__` only open it. Migrations are a sequence, one for each change, and not counted.
    """
    counted = (
        path
        for path in modules(*folders)
        if not path.stem.startswith("__") and path.parent.name != "versions"
    )
    return Counter(str(path.parent.relative_to(HOUSE)) for path in counted)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*packages(), cache_dir=None)


def up_arrows() -> list[tuple[str, str]]:
    """Imports that go up the layers of the import linter's contracts, or across independent ones."""
    found = []
    for contract in contracts()["contracts"]:
        if contract["type"] != "layers":
            continue
        for container in contract.get("containers", [""]):
            found += list(_against(f"{container}." if container else "", contract["layers"]))
    return found


def _against(start: str, layers: list[str]) -> Iterator[tuple[str, str]]:
    height = {
        start + name.strip(): (level, name.strip())
        for level, layer in enumerate(reversed(layers))
        for name in layer.replace(":", "|").strip("()").split("|")
    }

    def place(module: str) -> tuple[int, str] | None:
        parts = module.split(".")
        names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((height[name] for name in names if name in height), None)

    for importer, imported in arrows():
        above, below = place(importer), place(imported)
        if above and below and above != below and below[0] >= above[0]:
            yield importer, imported


def arrows() -> Iterator[tuple[str, str]]:
    """Which module of the product imports which."""
    for importer in graph().modules:
        for imported in graph().find_modules_directly_imported_by(importer):
            yield importer, imported


def arrows_beside() -> Iterator[tuple[str, str]]:
    """The same of tests and benches, which are no packages that could be imported to look into them."""
    files = {".".join(path.relative_to(HOUSE).with_suffix("").parts): path for path in modules(*BESIDE)}
    known = {name.removesuffix(".__init__") for name in files}
    for importer, path in files.items():
        for node in nodes_of(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if name in known else str(node.module) for name in inside]
            for imported in known.intersection(names):
                yield importer, imported


def circles(imports: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Modules and rooms of one room that import each other, however far round; each circle once."""
    siblings: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for importer, imported in imports:
        one, other = importer.split("."), imported.split(".")
        shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
        if shared is not None:
            room = ".".join(one[:shared])
            siblings[room][one[shared]].add(other[shared])
    found = []
    for room, theirs in sorted(siblings.items()):
        found += [[f"{room}.{name}".strip(".") for name in circle] for circle in _circles_of(theirs)]
    return found


def _circles_of(imports: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Strongly connected components of more than one: who reaches whom, both ways."""

    def reached_from(name: str) -> set[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            for other in imports.get(waiting.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return seen

    reach = {name: reached_from(name) for name in imports}
    told: set[str] = set()
    for name in sorted(reach):
        if name in told or name not in reach[name]:
            continue
        circle = sorted(other for other in reach[name] if name in reach.get(other, ()))
        told.update(circle)
        yield circle


def importers_of(library: str, package: str) -> list[str]:
    """Modules of a package that import this library of others."""
    found = []
    for path in modules(package):
        for node in nodes_of(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == library for name in names):
                found.append(where(path))
                break
    return found


def doubled_class_names() -> dict[str, list[str]]:
    """Names that more than one class of product, simulation and benches has, and where."""
    where: dict[str, list[str]] = defaultdict(list)
    for path in modules(*packages(), "bench"):
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                where[node.name].append(where(path))
    return {name: places for name, places in sorted(where.items()) if len(places) > 1}


def file_lengths(*folders: str) -> list[int]:
    """Lines of each module."""
    return [len(path.read_text().splitlines()) for path in modules(*folders)]


def function_lengths(*folders: str) -> list[int]:
    """Lines of each function and method."""
    return [length_of(function) for path in modules(*folders) for function in functions_of(path)]


def length_of(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def middle(numbers: list[int]) -> int:
    return round(median(numbers))
