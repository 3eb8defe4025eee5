from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.manifest import Manifest
from tibicen.lifecycle.resolve import Graph


def source(name: str, version: str = "1.0", **requires: str) -> Source:
    path = Path(name)
    return Source(
        name, path, path, path / "init.lua", Manifest(name=name, version=version, requires=requires), "folder", "lua"
    )


def sources(*all_of_them: Source) -> dict[str, Source]:
    return {each.name: each for each in all_of_them}


def graph_of(found: dict[str, Source]) -> Graph:
    graph = Graph()
    for each in found.values():
        graph.put(each)
    return graph


def test_order_is_dependencies_first_then_by_name() -> None:
    found = sources(source("b"), source("a", z="*"), source("z"), source("c", a="*", b="*"))
    graph = graph_of(found)
    assert graph.check(found) == {}
    assert graph.dependants(found) == ["b", "z", "a", "c"]
    assert graph.dependants(["z"]) == ["z", "a", "c"]


def test_everything_is_told_at_once() -> None:
    found = sources(
        source("chatlog", "2.0"),
        source("wants-old", chatlog=">=1.0,<2"),
        source("misspelt", chatlogg="*"),
        source("one", two="*"),
        source("two", three="*"),
        source("three", one="*", chatlog="<1"),
        source("self-standing"),
        source("off"),
        source("needs-off", off="*"),
    )
    problems = graph_of(found).check(found, unavailable={"off"})
    assert set(problems) == {"wants-old", "misspelt", "one", "two", "three", "needs-off"}
    assert problems["wants-old"] == ["wants-old requires chatlog >=1.0,<2, but 2.0 is there"]
    assert "did you mean 'chatlog'?" in problems["misspelt"][0]
    circles = ("one -> two -> three -> one", "three -> one -> two -> three", "two -> three -> one -> two")
    for name in ("one", "two", "three"):
        assert any(circle in text for text in problems[name] for circle in circles), problems[name]
    assert len(problems["three"]) == 2
    assert problems["needs-off"] == ["needs-off requires off, which is not active"]


def test_ten_thousand_in_a_row_do_not_recurse() -> None:
    chain = sources(source("p0"), *[source(f"p{index}", **{f"p{index - 1}": "*"}) for index in range(1, 10_000)])
    assert graph_of(chain).dependants(["p0"]) == [f"p{index}" for index in range(10_000)]
    ring = chain | sources(source("p0", p9999="*"))
    problems = graph_of(ring).check(ring)
    assert len(problems) == 10_000
    assert problems["p0"][0].count("->") == 10_000


def test_what_serves_changes_together_with_what_it_requires() -> None:
    found = sources(source("log"), source("stats", log="*"), source("page", stats="*"), source("apart"))
    graph = graph_of(found)
    order = graph.dependants(found)
    together = [sorted(step) for step in graph.steps(order, lambda _: True)]
    assert sorted(together) == [["apart"], ["log", "page", "stats"]]
    alone = graph.steps(order, lambda name: name in ("log", "stats"))
    assert sorted(map(sorted, alone)) == [["apart"], ["log", "stats"], ["page"]]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Source]:
    names = [f"n{index}" for index in range(draw(st.integers(1, 8)))]
    made = []
    for name in names:
        required = draw(st.sets(st.sampled_from([*names, "missing"]), max_size=3)) - {name}
        made.append(
            source(
                name,
                draw(st.sampled_from(["1.0", "2.0"])),
                **dict.fromkeys(required, draw(st.sampled_from(["*", "<2"]))),
            )
        )
    return sources(*made)


@given(graphs(), st.data())
@settings(max_examples=150)
def test_an_order_is_right_and_whole(found: dict[str, Source], data: st.DataObject) -> None:
    graph = graph_of(found)
    hopeless = set(graph.dependants(graph.check(found)))
    sound = [name for name in graph.dependants(found) if name not in hopeless]
    assert set(sound) | hopeless == set(found)
    for position, name in enumerate(sound):
        for required in found[name].manifest.requires:
            assert sound.index(required) < position
    serving = data.draw(st.sets(st.sampled_from(sorted(found))))
    steps = graph.steps(sound, serving.__contains__)
    assert sorted(name for step in steps for name in step) == sorted(sound)
    for step in steps:
        assert step == sorted(step, key=sound.index)


@given(graphs(), st.data())
@settings(max_examples=100)
def test_a_graph_kept_up_to_date_is_one_made_anew(found: dict[str, Source], data: st.DataObject) -> None:
    graph = graph_of(found)
    for _ in range(data.draw(st.integers(0, 5))):
        name = data.draw(st.sampled_from(sorted(found)))
        if data.draw(st.booleans()):
            found[name] = source(
                name, "3.0", **dict.fromkeys(data.draw(st.sets(st.sampled_from(sorted(found)))) - {name}, "*")
            )
            graph.put(found[name])
        elif len(found) > 1:
            del found[name]
            graph.remove(name)
    fresh = graph_of(found)
    assert graph.check(sorted(found)) == fresh.check(sorted(found))
    assert graph.dependants(sorted(found)[:1]) == fresh.dependants(sorted(found)[:1])
