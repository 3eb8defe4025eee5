"""OTML: what is read, how it is told to scripts, and how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.clients import DIALECTS, errors, run, with_client

from tibicen.realms.otclient.client import Client, Dialect


def read(tmp_path: Path, text: str, dialect: Dialect = "mehah") -> Any:
    """A document as scripts get it, under a key `root`; or the errors."""
    body_text = "root:\n" + "\n".join("  " + line if line else line for line in text.split("\n"))

    def body(client: Client) -> Any:
        value = run(client, "local c = g_configs.load('/doc.otml') return c and c:getNode('root')")
        return value if not errors(client) else errors(client)

    return with_client(tmp_path, {"doc.otml": body_text.encode("latin-1")}, body, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values(tmp_path: Path, dialect: Dialect) -> None:
    text = """
a: 1
b: -2.5
c: true
d: "true"
e: text: with colons
f: ~
g: 1.
h: 007
i:
// a comment
j: 12abc
k: 99999999999999999999"""
    assert read(tmp_path, text, dialect) == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": '"true"',
        "e": "text: with colons",
        "g": "1.",
        "h": 7,
        "j": "12abc",
        "k": 2**63,
    }


def test_lists_begin_at_two_in_one_engine(tmp_path: Path) -> None:
    text = "list:\n  - a\n  - 2\ninline: [x, , y]"
    mehah = read(tmp_path, text)
    assert mehah == {"list": {2: "a", 3: 2}, "inline": {2: "x", 3: "y"}}
    # Nothing between two commas is nothing in one engine, an empty item in the other.
    assert read(tmp_path, text, "edubart") == {"list": ["a", 2], "inline": ["x", "y"]}


@pytest.mark.parametrize(
    ("style", "expected"),
    [("|", "a\n\n  b\n"), ("|-", "a\n\n  b"), ("|+", "a\n\n  b\n\n")],
    ids=["clip", "strip", "keep"],
)
def test_several_lines(tmp_path: Path, style: str, expected: str) -> None:
    assert read(tmp_path, f"t: {style}\n  a\n\n    b\n\nnext: 1") == {"t": expected, "next": 1}


def test_unique_nodes_take_the_place_of_others(tmp_path: Path) -> None:
    # In a file a node takes the place of an older one before it has children; lists in one line are merged.
    text = "a:\n  x: 1\n  y: 2\nb: 5\na:\n  y: 3\n  z: 4\nb: 6\nl: [ 1 ]\nl: [ 2 ]"
    assert read(tmp_path, text) == {"a": {"y": 3, "z": 4}, "b": 6, "l": {2: 1, 3: 2}}


@pytest.mark.parametrize(
    ("text", "dialect", "problem"),
    [
        ("\ta: 1", "mehah", "at line 2: indentation with tabs are not allowed"),
        ("a: 1\n b: 2", "mehah", "at line 3: must indent every 2 spaces"),
        ("a:\n      b: 2", "mehah", "at line 3: invalid indentation depth, are you indenting correctly?"),
        ("a: 1\n \nb: 2", "edubart", "at line 3: must indent every 2 spaces"),
    ],
)
def test_errors_tell_the_line(tmp_path: Path, text: str, dialect: Dialect, problem: str) -> None:
    if text.startswith("\t"):
        text = text[1:] + "\n\t\tb: 2"
        problem = problem.replace("line 2", "line 3")
    assert read(tmp_path, text, dialect) == [
        f"Unable to parse configuration file 'OTML error in '/doc.otml' {problem}': "
    ]


def test_blank_lines_are_no_error_in_one_engine(tmp_path: Path) -> None:
    assert read(tmp_path, "a: 1\n \nb: 2\n#c: 3") == {"a": 1, "b": 2}


def test_urls_are_keys_in_one_engine(tmp_path: Path) -> None:
    text = "http://host:80/x: 5\nhttps://host:\n  a: 1"
    assert read(tmp_path, text) == {"http://host:80/x": 5, "https://host": {"a": 1}}
    assert read(tmp_path, text, "edubart") == {"http": "//host:80/x: 5", "https": "//host:"}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    code = """
        local c = g_configs.create('/out.otml')
        c:setNode('n', { b = true, a = 1.5, s = 'two\\nlines', t = { x = 'y' } })
        c:setList('l', { 'a', 'b c' })
        c:setValue('v', 'text')
        c:setValue('empty', '')
        c:save()
        g_configs.unload('/out.otml')
        local again = g_configs.load('/out.otml')
        return { g_resources.readFileContents('/out.otml'), again:getNode('n'), again:getList('l'),
            again:exists('empty') }
    """
    text, node, items, exists = with_client(tmp_path, {}, lambda client: run(client, code))
    assert text == (
        "n:\n  a: 1.5\n  b: true\n  s: |-\n    two\n    lines\n  t:\n    x: y\nl:\n  - a\n  - b c\nv: text\n"
    )
    assert node == {"a": 1.5, "b": True, "s": "two\nlines", "t": {"x": "y"}}
    assert items == ["a", "b c"]
    assert exists is False
