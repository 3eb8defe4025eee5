from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.manifest import Manifest
from tibicen.lifecycle.resolve import Graph, resolve


def source(name: str, version: str = "1.0", **requires: str) -> Source:
    path = Path(name)
    return Source(
        name, path, path, path / "init.lua", Manifest(name=name, version=version, requires=requires), "folder", "lua"
    )


def sources(*all_of_them: Source) -> dict[str, Source]:
    return {each.name: each for each in all_of_them}


def test_order_is_dependencies_first_then_by_name() -> None:
    found = resolve(sources(source("b"), source("a", z="*"), source("z"), source("c", a="*", b="*")))
    assert found.problems == {}
    order = found.order
    assert order.index("z") < order.index("a") < order.index("c")
    assert order.index("b") < order.index("c")


def test_everything_is_told_at_once() -> None:
    found = resolve(
        sources(
            source("chatlog", "2.0"),
            source("wants-old", chatlog=">=1.0,<2"),
            source("misspelt", chatlogg="*"),
            source("one", two="*"),
            source("two", three="*"),
            source("three", one="*"),
            source("behind", **{"wants-old": "*"}),
            source("self-standing"),
            source("off"),
            source("needs-off", off="*"),
        ),
        disabled={"off"},
    )
    assert found.order == ["chatlog", "self-standing"]
    assert found.problems["wants-old"] == ["wants-old requires chatlog >=1.0,<2, but 2.0 is there"]
    assert "did you mean 'chatlog'?" in found.problems["misspelt"][0]
    for name in ("one", "two", "three"):
        assert any(
            "one -> two -> three -> one" in each
            or "three -> one -> two -> three" in each
            or "two -> three -> one -> two" in each
            for each in found.problems[name]
        ), found.problems[name]
    assert "wants-old, which can't be loaded" in found.problems["behind"][0]
    assert "off, which is not active" in found.problems["needs-off"][0]


def test_ten_thousand_in_a_row_do_not_recurse() -> None:
    chain = sources(source("p0"), *[source(f"p{index}", **{f"p{index - 1}": "*"}) for index in range(1, 10_000)])
    assert resolve(chain).order == [f"p{index}" for index in range(10_000)]
    ring = chain | sources(source("p0", p9999="*"))
    problems = resolve(ring).problems
    assert len(problems) == 10_000
    assert problems["p0"][0].count("->") == 10_000


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


@given(graphs())
@settings(max_examples=150)
def test_an_order_is_right_and_whole(found: dict[str, Source]) -> None:
    result = resolve(found)
    assert set(result.order) | set(result.problems) == set(found)
    assert not set(result.order) & set(result.problems)
    for position, name in enumerate(result.order):
        for required in found[name].manifest.requires:
            assert result.order.index(required) < position


@given(graphs(), st.data())
@settings(max_examples=100)
def test_a_graph_kept_up_to_date_is_one_made_anew(found: dict[str, Source], data: st.DataObject) -> None:
    graph = Graph()
    for each in found.values():
        graph.put(each)
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
    fresh = Graph()
    for each in found.values():
        fresh.put(each)
    assert graph.check(sorted(found)) == fresh.check(sorted(found))
    assert graph.dependants(sorted(found)[:1]) == fresh.dependants(sorted(found)[:1])
