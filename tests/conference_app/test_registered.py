"""What the tree declares is what the product knows: no job kind, email template, route or page is found by nobody."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources import parsed

pytestmark = pytest.mark.timeout(120)  # a Python of its own imports the whole product

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "conference_app"
ASKED = """
import json, sys
from conference_app import conference_app as root
from conference_app.components.frame.page_registry import PAGES
from conference_app.services.emails.template import TEMPLATES
from conference_app.services.jobs.queue import KINDS
known = {
    "jobs": sorted(KINDS),
    "periodic": sorted(name for name, kind in KINDS.items() if kind.every is not None),
    "templates": sorted(TEMPLATES),
    "routes": sorted({route.endpoint.__module__ for route in root.routes}),
    "pages": sorted({page.build.__module__ for page in PAGES}),
}
print(json.dumps(known))
"""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the product knows when it has imported what it imports itself; here other tests import the rest."""
    environment = os.environ | {"PARLEY_DATA": str(tmp_path_factory.mktemp("known")), "__REFLEX_SKIP_COMPILE": "true"}
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def trees(folder: str) -> Iterator[tuple[str, ast.Module]]:
    """Each module below a folder of the product, by its name."""
    for file in sorted((PRODUCT / folder).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), parsed(file)


def calls(tree: ast.AST, *names: str) -> list[ast.Call]:
    """Calls of a function, or method, of one of these names."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [one for one in found if getattr(one.func, "attr", getattr(one.func, "id", "")) in names]


def value(module: str, expression: ast.expr) -> Any:
    """What a literal, or a constant's name, stands for in a module."""
    if isinstance(expression, ast.Name):
        return getattr(importlib.import_module(module), expression.id)
    return ast.literal_eval(expression)


def declared_kinds() -> list[str]:
    """Every kind of job that a decorator names."""
    return [
        value(name, call.args[0])
        for name, tree in trees("services")
        for function in ast.walk(tree)
        if isinstance(function, ast.AsyncFunctionDef)
        for decorator in function.decorator_list
        for call in calls(decorator, "handler", "batch_handler", "periodic")
    ]


def planned_kinds() -> set[str]:
    """Every kind of job that is planned anywhere; those of periodic work are planned by the worker itself."""
    found = set()
    for name, tree in trees("services"):
        for call in calls(tree, "enqueue", "row"):
            if ast.unparse(call.func) in ("queue.enqueue", "queue.row") and not name.endswith(".jobs.worker"):
                found.add(value(name, call.args[call.func.attr == "enqueue"]))  # type: ignore[attr-defined]
    return found


def templates() -> dict[str, str]:
    """Every email template that is declared, with the constant that holds it."""
    return {
        ast.literal_eval(call.args[0].args[0]): ast.unparse(node.targets[0])
        for _name, tree in trees("services")
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for call in calls(node.value, "register")
        if isinstance(call.args[0], ast.Call)
    }


def test_every_job_has_its_handler_once_the_product_is_imported(known: dict[str, list[str]]) -> None:
    assert known["jobs"] == sorted(declared_kinds())
    assert len(known["jobs"]) > 10


def test_every_handler_has_somebody_who_plans_its_jobs(known: dict[str, list[str]]) -> None:
    assert set(known["jobs"]) - set(known["periodic"]) == planned_kinds()


def test_every_template_is_known_and_sent(known: dict[str, list[str]]) -> None:
    declared = templates()
    assert known["templates"] == sorted(declared)
    used = {
        getattr(node, "attr", getattr(node, "id", ""))
        for _name, tree in trees("")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    assert {name: holder for name, holder in declared.items() if holder not in used} == {}


def test_every_route_is_mounted(known: dict[str, list[str]]) -> None:
    declaring = [name for name, tree in trees("api") if calls(tree, "Route", "WebSocketRoute")]
    assert known["routes"] == declaring


def test_every_module_that_declares_a_page_is_imported(known: dict[str, list[str]]) -> None:
    declaring = [
        name
        for folder in ("pages", "embedded")
        for name, tree in trees(folder)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if calls(decorator, "page")
    ]
    assert known["pages"] == sorted(set(declaring))
