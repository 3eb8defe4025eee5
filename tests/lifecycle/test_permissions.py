"""The vocabulary of permissions: what is one, and which covers which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tibicen.errors import ManifestError
from tibicen.lifecycle.header import parse_header
from tibicen.lifecycle.manifest_reader import parse_manifest
from tibicen.lifecycle.permissions import VOCABULARY, covers, given_problem, not_covered, problem


@pytest.mark.parametrize("name", VOCABULARY)
def test_the_example_of_each_is_one(name: str) -> None:
    word = VOCABULARY[name]
    assert problem(word.example if word.takes else name) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*", "for its owner to give"),
        ("bus.publsh:chat.say", "did you mean 'bus.publish:chat.say'?"),
        ("kv", "needs none"),
        ("bus.publish", "needs to say which"),
        ("bus.publish:", "needs to say which"),
        ("bus.publish:chat say", "is no pattern of subjects"),
        ("hooks.answer:status..info", "is no pattern of hooks"),
        ("files.read:../secret", "is no pattern of paths"),
        ("files.read:/etc/passwd", "is no pattern of paths"),
        ("files.read:**/x", "only at the end"),
        ("nothing.like:this", "there are"),
    ],
)
def test_what_is_none_is_told_with_the_way_out(text: str, says: str) -> None:
    found = problem(text)
    assert found is not None and says in found, found


def test_an_owner_may_give_everything() -> None:
    assert given_problem("*") is None
    assert covers(["*"], "process.run:sh")


COVERED = [
    ("bus.publish:chat.*", "bus.publish:chat.say", True),
    ("bus.publish:chat.*", "bus.publish:chat.say.loud", False),
    ("bus.publish:chat.>", "bus.publish:chat.say.loud", True),
    ("bus.publish:chat.>", "bus.publish:chat", False),
    ("bus.publish:chat.say", "bus.publish:chat.*", False),
    ("bus.publish:*", "bus.publish:a.b.c", True),
    ("bus.publish:chat.say", "bus.subscribe:chat.say", False),
    ("hooks.answer:status.*", "hooks.answer:status.info", True),
    ("imports.call:greeter", "imports.call:greeter.welcome", True),
    ("imports.call:greeter.welcome", "imports.call:greeter", False),
    ("files.read:maps/*.otbm", "files.read:maps/world.otbm", True),
    ("files.read:maps/*.otbm", "files.read:maps/deep/world.otbm", False),
    ("files.read:maps/**", "files.read:maps/deep/world.otbm", True),
    ("net.http:*.example.com", "net.http:api.example.com", True),
    ("net.http:*.example.com", "net.http:example.com.evil.org", False),
]


@pytest.mark.parametrize(("granted", "asked", "is_covered"), COVERED)
def test_which_covers_which(granted: str, asked: str, is_covered: bool) -> None:
    assert covers([granted], asked) is is_covered
    assert not_covered([granted], [asked]) == ([] if is_covered else [asked])


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@given(WORDS, st.data())
def test_a_pattern_made_wider_still_covers(words: list[str], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(words) - 1))
    asked = "bus.publish:" + ".".join(words)
    star = "bus.publish:" + ".".join([*words[:index], "*", *words[index + 1 :]])
    below = "bus.publish:" + ".".join([*words[:index], ">"])
    for granted in (asked, star, below):
        assert covers([granted], asked)
    assert not covers([asked + ".more"], asked)


def test_a_manifest_with_a_wrong_one_names_file_and_line() -> None:
    text = b"name: p\npermissions:\n  - bus.publish:chat.say\n  - bus.publsh:chat.x\n"
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text, "p/plugin.yaml")
    assert caught.value.problems[0].startswith("p/plugin.yaml:4: ")
    assert "did you mean 'bus.publish:chat.x'?" in caught.value.problems[0]


@pytest.mark.parametrize(("name", "comment"), [("p.lua", "--"), ("p.py", "#")])
def test_a_single_file_asks_in_its_first_comment(name: str, comment: str) -> None:
    text = f"{comment} What it does.\n{comment} permissions: bus.publish:chat.say, hooks.answer:status.*\n\nx = 1\n"
    manifest = parse_header(text.encode(), name, "p")
    assert manifest.permissions == ["bus.publish:chat.say", "hooks.answer:status.*"]


def test_a_wrong_one_in_a_header_names_its_line() -> None:
    with pytest.raises(ManifestError) as caught:
        parse_header(b"-- hello\n-- permissions: bus.publsh:x\n", "p.lua", "p")
    assert caught.value.problems[0].startswith("p.lua:2: ")
