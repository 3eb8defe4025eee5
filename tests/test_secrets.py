"""Secrets are compared in constant time, and neither logged nor shown: held over all of the host's code."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from structlog.testing import capture_logs
from tests.protocol.wire_ends import bridged

import tibicen
from tibicen.protocol.handshake import Credentials
from tibicen.protocol.rsa import PublicKey, open_tibia_key
from tibicen.realms.connections import LoginConfig, WithPassword

HOST = Path(tibicen.__file__).parent
SECRET = re.compile(r"(^|_)(password|passwords|secret|secrets|token|session_key|sessionkey|digest|key_hash)$")
LOGGED = re.compile(r"^(debug|info|warning|error|exception|critical|log|print|printed|write_log|told)$")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(HOST.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    """What an expression is called, seen through calls of its methods: `given.password.encode()` is `password`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def compared(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Places where something that is called like a secret is compared with something that is no constant."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not all(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(each, ast.Constant) for each in sides):
            continue
        for each in sides:
            if SECRET.search(name_of(each)):
                yield node.lineno, ast.unparse(node)


def logged(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls that write something called like a secret where people read it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if not LOGGED.match(called):
            continue
        for part in (*node.args, *(each.value for each in node.keywords)):
            for inside in ast.walk(part):
                if isinstance(inside, ast.Name | ast.Attribute | ast.Subscript) and SECRET.search(name_of(inside)):
                    yield node.lineno, ast.unparse(node)


def test_secrets_are_compared_in_constant_time() -> None:
    assert [f"{path.name}:{line}: {text}" for path, tree in trees() for line, text in compared(tree)] == []


def test_secrets_are_not_logged() -> None:
    assert [f"{path.name}:{line}: {text}" for path, tree in trees() for line, text in logged(tree)] == []


def test_the_checks_find_what_they_look_for() -> None:
    bad = "if line.strip() != self._token.encode(): pass\nlog.info('%s', asked['password'])\nok = name == 'password'"
    tree = ast.parse(bad)
    assert [line for line, _ in compared(tree)] == [1]
    assert [line for line, _ in logged(tree)] == [2]


def classes() -> Iterator[type]:
    for module in pkgutil.walk_packages(tibicen.__path__, "tibicen."):
        if module.name.endswith(("__main__", ".build_core")) or ".testing.plugin" in module.name:
            continue
        loaded = importlib.import_module(module.name)
        for each in vars(loaded).values():
            if isinstance(each, type) and each.__module__ == module.name:
                yield each


def test_no_record_shows_its_secrets() -> None:
    shown = []
    for each in classes():
        if dataclasses.is_dataclass(each):
            shown += [
                f"{each.__qualname__}.{one.name}" for one in dataclasses.fields(each) if one.repr and is_secret(one)
            ]
        elif issubclass(each, msgspec.Struct) and not issubclass(each, WithPassword):
            shown += [f"{each.__qualname__}.{one}" for one in each.__struct_fields__ if SECRET.search(one)]
        elif issubclass(each, tuple) and hasattr(each, "_fields"):
            shown += [f"{each.__qualname__}.{one}" for one in each._fields if SECRET.search(one)]
    assert shown == []


def is_secret(field: dataclasses.Field[object]) -> bool:
    # A flag is none: whether secrets are recorded.
    return bool(SECRET.search(field.name)) and field.type not in ("bool", bool)


def test_what_is_shown_in_their_place() -> None:
    config = LoginConfig(server="127.0.0.1:7172", account="ann", password="s3cr3t", character="Ann")
    for text in (repr(config), str(config), str(config.__rich_repr__())):
        assert "ann" in text and "(hidden)" in text and "s3cr3t" not in text
    given = Credentials(account=b"ann", password=b"s3cr3t", session_key=b"s3cr3t", token=b"s3cr3t")
    assert "ann" in repr(given) and "s3cr3t" not in repr(given)


def test_a_bridge_logs_no_secrets() -> None:
    """Logins that pass, that are malformed, and that are closed for another key."""

    async def scenario() -> None:
        async with bridged("sequence") as rig:
            client, server = await rig.enter()
            server.send(rig.sealer().seal(b"\x1d"))
            assert await client.messages(rig.stack) == b"\x1d"
            # Of another key: a modulus that is nobody's.
            wrong = rig.login(PublicKey(open_tibia_key().modulus - 2))
            for login in (wrong, rig.login()[:-3] + b"abc", rig.login()[:60]):
                refused = await rig.client()
                assert await refused.frame()
                refused.send(login)
                await refused.close()

    with capture_logs() as logs:
        asyncio.run(scenario())
    assert logs and not any(each in str(logs) for each in ("acc", "pass"))
