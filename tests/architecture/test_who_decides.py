"""What people may do is decided below telephone and command line, which only say who they are."""

import ast
from collections.abc import Sequence
from pathlib import Path

from tests.architecture.measures import functions_of, modules, nodes_of, offences, packages


def test_nothing_is_allowed_or_refused_above_the_use_cases() -> None:
    def decides(path: Path) -> Sequence[int]:
        nodes = nodes_of(path)
        asked = [node.lineno for node in nodes if isinstance(node, ast.Attribute) and node.attr == "require"]
        named = [
            node.lineno for node in nodes if isinstance(node, ast.alias) and node.name in {"RIGHTS", "Act"}
        ]
        return asked + named

    above = modules("ivr", "buurtbel", "console")
    assert above
    assert offences(decides, above) == {}


def test_who_does_something_is_an_actor_and_no_name() -> None:
    def takes_a_name(path: Path) -> Sequence[int]:
        return [
            one.lineno
            for one in functions_of(path)
            for argument in [*one.args.args, *one.args.kwonlyargs]
            if argument.arg == "by" and argument.annotation and ast.unparse(argument.annotation) == "str"
        ]

    assert offences(takes_a_name, modules(*packages())) == {}
