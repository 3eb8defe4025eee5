"""Engines' APIs are read as they are declared, and every mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tibicen.errors import ManifestError
from tibicen.realms.bound import BUILT_IN, BoundApi, SignatureProblem, parse_signature, read_bound_api

HEAD = "realm: otclient\ntitle: T\ndialects: [new, old]\n"

GOOD = """
realm: otclient
title: The realm
description: What it offers.
dialects: [new, old]
structs:
  Point: {x: int, y: int}
globals:
  topoint: "(text: string) -> Point"
  dofile: {signature: "(file: string)", replaces: true}
singletons:
  g_app:
    exit: "()"
    optimize: {signature: "(value: bool)", status: accepts-and-ignores, only: new, note: It draws nothing.}
    walk:
      signature: "(to: Point, steps: map<int, Thing[]>, fast?: bool) -> Thing[][]"
      old: "(to: Point)"
classes:
  Base: {}
  Thing:
    parent: Base
    statics: {create: "() -> Thing"}
    methods: {run: "(...: any) -> ..."}
  Effect:
    parent: Thing
    old: {parent: Base}
    only: new
    methods: {start: "()"}
  Database:
    status: missing
    methods:
      open: "()"
      close: {signature: "()", status: accepts-and-ignores}
"""


def read(tmp_path: Path, text: str) -> BoundApi:
    path = tmp_path / "otclient.yaml"
    path.write_text(text, encoding="utf-8")
    return read_bound_api(path)


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ManifestError) as raised:
        read(tmp_path, text)
    return list(raised.value.problems)


# -- what is read ---------------------------------------------------------------------------------------


def test_a_good_file(tmp_path: Path) -> None:
    api = read(tmp_path, GOOD)
    assert (api.realm, api.title, api.description) == ("otclient", "The realm", "What it offers.")
    assert api.dialects == ["new", "old"]
    assert api.structs == {"Point": {"x": "int", "y": "int"}}
    assert {each.path: each.signature.types for each in api.functions()} == {
        "topoint": "string>Point",
        "dofile": "string>",
        "g_app.exit": ">",
        "g_app.optimize": "bool>",
        "g_app.walk": "Point,map<int,Thing[]>,bool>Thing[][]",
        "Thing.create": ">Thing",
        "Thing:run": "...>...",
        "Effect:start": ">",
        "Database:open": ">",
        "Database:close": ">",
    }


def test_what_is_said_of_a_function(tmp_path: Path) -> None:
    functions = {each.path: each for each in read(tmp_path, GOOD).functions()}
    optimize, walk = functions["g_app.optimize"], functions["g_app.walk"]
    assert (optimize.status, optimize.only, optimize.note) == ("accepts-and-ignores", "new", "It draws nothing.")
    assert (walk.status, walk.only, walk.note, walk.replaces) == ("implemented", "", "", False)
    assert {dialect: signature.types for dialect, signature in walk.differs.items()} == {"old": "Point>"}
    assert [(param.name, param.optional) for param in walk.signature.params] == [
        ("to", False),
        ("steps", False),
        ("fast", True),
    ]
    assert functions["dofile"].replaces


def test_what_is_said_of_a_class_holds_for_its_functions(tmp_path: Path) -> None:
    api = read(tmp_path, GOOD)
    effect, database = api.classes["Effect"], api.classes["Database"]
    assert (effect.parent, effect.parents, effect.only) == ("Thing", {"old": "Base"}, "new")
    assert [each.only for each in effect.functions] == ["new"]
    assert [each.status for each in database.functions] == ["missing", "accepts-and-ignores"]
    assert [each.is_method for each in api.classes["Thing"].functions] == [False, True]


def test_a_class_is_missing_when_all_its_functions_are(tmp_path: Path) -> None:
    text = HEAD + 'classes:\n  A: {}\n  B: {status: missing, methods: {m: "()"}}\n'
    api = read(tmp_path, text)
    assert [name for name, each in api.classes.items() if each.missing] == ["B"]
    assert not read(tmp_path, GOOD).classes["Database"].missing


def test_a_large_file_is_read(tmp_path: Path) -> None:
    functions = "".join(f'  f{index}: "(first: string, second: string) -> string"\n' for index in range(2000))
    assert len(list(read(tmp_path, HEAD + "globals:\n" + functions).functions())) == 2000


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("()", ">"),
        ("()->int", ">int"),
        ("( a : int , b:bool )  ->  string ", "int,bool>string"),
        ("(a: map<string, map<int, int[]>[]>, b: int)", "map<string,map<int,int[]>[]>,int>"),
        ("(a: int, ...: any) -> ...", "int,...>..."),
        ("(a?: int, ...: any)", "int,...>"),
        ("(edge: Fw::AnchorEdge) -> Fw::AnchorEdge[]", "Fw::AnchorEdge>Fw::AnchorEdge[]"),
    ],
)
def test_signatures(text: str, types: str) -> None:
    assert parse_signature(text, BUILT_IN).types == types


# -- mistakes -------------------------------------------------------------------------------------------

PROBLEMS = [
    ("realm: otclient\ntitle: T\n", "1: dialects is missing"),
    (HEAD + "singleton: {}\n", "4: unknown key 'singleton'; did you mean 'singletons'?"),
    (HEAD + "globals: []\n", "4: globals must be a map, found a list"),
    ("realm: r\ntitle: T\ndialects: []\n", "3: dialects must be names in Lua, at least one, each once"),
    ("realm: r\ntitle: T\ndialects: [a, a]\n", "3: dialects must be names in Lua"),
    ("realm: r\ntitle: T\ndialects: [a, signature]\n", "3: dialects must be names in Lua"),
    (HEAD + "structs:\n  P: {x: integer}\n", "5: structs.P.x names 'integer', which is neither built in nor a struct"),
    (HEAD + 'globals:\n  a-b: "()"\n', "5: globals.a-b is no name in Lua"),
    (HEAD + 'singletons:\n  g:\n    end: "()"\n', "6: g.end is no name in Lua"),
    (HEAD + 'globals:\n  f: "()"\n  f: "()"\n', "6: 'f' stands here a second time (first at line 5)"),
    (HEAD + "singletons: {A: {}}\nclasses: {A: {}}\n", "5: classes.A stands under singletons too"),
    (HEAD + "globals:\n  f: 3\n", "5: f is no signature; write \"(name: string) -> bool\": '3'"),
    (HEAD + "globals:\n  f: [a]\n", "5: f must be a map of keys and values, found a list"),
    (HEAD + "globals:\n  f: {status: missing}\n", "5: f.signature is missing"),
    (HEAD + 'globals:\n  f: {signature: "()", status: mising}\n', "5: f.status must be one of implemented"),
    (HEAD + 'globals:\n  f: {signature: "()", statsu: missing}\n', "5: unknown key 'f.statsu'; did you mean 'status'?"),
    (HEAD + 'globals:\n  f: {signature: "()", new: "(a: int)"}\n', "5: unknown key 'f.new'"),
    (HEAD + 'globals:\n  f:\n    signature: "()"\n    old: "(a: intt)"\n', "7: f.old names 'intt'"),
    (HEAD + 'globals:\n  f:\n    signature: "()"\n    old: "()"\n', "7: f.old is the same signature; leave it out"),
    (HEAD + 'globals:\n  f: {signature: "()", only: young}\n', "5: f.only: 'young' is none of new, old"),
    (
        HEAD + 'globals:\n  f:\n    signature: "()"\n    only: old\n    old: "(a: int)"\n',
        "7: f.only: a function of one dialect has one signature",
    ),
    (HEAD + "classes:\n  A: {parent: B}\n", "5: classes.A: the parent 'B' is no class of this file"),
    (HEAD + "classes:\n  A:\n    old: {parent: B}\n", "6: classes.A: the parent 'B' is no class of this file"),
    (HEAD + "classes:\n  A: {only: young}\n", "5: classes.A.only: 'young' is none of new, old"),
    (HEAD + "classes:\n  A: {fields: {}}\n", "5: unknown key 'classes.A.fields'"),
    (HEAD + 'classes:\n  A:\n    methods:\n      m: "(a: B)"\n', "7: A:m names 'B'"),
    (HEAD + 'classes:\n  A:\n    statics:\n      m: "(a: B)"\n', "7: A.m names 'B'"),
    (HEAD + "classes:\n  A: {parent: B}\n  B: {old: {parent: A}}\n", "5: classes.A is its own ancestor in old"),
    (HEAD + "globals: [\n", "5: this is not YAML"),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS, ids=[problem for _, problem in PROBLEMS])
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(tmp_path, text)
    assert any(line.startswith(f"otclient.yaml:{problem}") for line in found), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("int -> int", "is no signature"),
        ("() ->", "is no signature"),
        ("(a)", "has a parameter 'a' without a type"),
        ("(a: int,)", "has a parameter '', which is no name in Lua"),
        ("(1a: int)", "has a parameter '1a', which is no name in Lua"),
        ("(end: int)", "has a parameter 'end', which is no name in Lua"),
        ("(a: int, a: int)", "has two parameters 'a'"),
        ("(...: any, a: int)", "has ... before its last parameter"),
        ("(a?: int, b: int)", "has a parameter 'b' that is needed behind one that is optional"),
        ("(a: strin)", "did you mean 'string'?"),
        ("(a: )", "names ''"),
        ("(a: map<int>)", "a map has a type of keys and one of values"),
        ("(a: map<int,A>)", "names 'A'"),
        ("() -> A[]", "names 'A'"),
        ("() -> void", "names 'void'"),
    ],
)
def test_what_is_no_signature(text: str, problem: str) -> None:
    with pytest.raises(SignatureProblem) as raised:
        parse_signature(text, BUILT_IN)
    assert problem in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = (
        HEAD + 'globals:\n  f: "(a: A)"\n  g: {status: missing}\nclasses:\n  C:\n    parent: D\n    methods: {m: x}\n'
    )
    assert [line.split(":")[1] for line in problems(tmp_path, text)] == ["9", "10", "5", "6"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"otclient\.yaml:1: it can't be read: No such file"):
        read_bound_api(tmp_path / "otclient.yaml")


def test_a_file_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    assert "the largest is 524288" in problems(tmp_path, HEAD + "#" * (512 << 10))[0]
