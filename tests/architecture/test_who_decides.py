"""What people may do is decided below telephone and command line, which only say who they are."""

import ast
from pathlib import Path

import pytest

from tests.architecture.test_shape import HOUSE, MODULES, functions_of, nodes_of, where

ABOVE = [path for path in MODULES if path.relative_to(HOUSE).parts[0] in {"ivr", "buurtbel"}]


@pytest.mark.parametrize("path", ABOVE, ids=where)
def test_nothing_is_allowed_or_refused_above_the_use_cases(path: Path) -> None:
    nodes = nodes_of(path)
    asked = [node.lineno for node in nodes if isinstance(node, ast.Attribute) and node.attr == "require"]
    named = [node.lineno for node in nodes if isinstance(node, ast.alias) and node.name in {"RIGHTS", "Act"}]
    assert asked + named == []


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_who_does_something_is_an_actor_and_no_name(path: Path) -> None:
    takes_a_name = [
        one.lineno
        for one in functions_of(path)
        for argument in [*one.args.args, *one.args.kwonlyargs]
        if argument.arg == "by" and argument.annotation and ast.unparse(argument.annotation) == "str"
    ]
    assert takes_a_name == []
