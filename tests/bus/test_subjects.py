"""Subjects: who hears what, in which order, and what a subscriber may do while it is called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tibicen.bus import subjects
from tibicen.bus.subjects import Deliver, Outgoing, SubjectBus, Subscription
from tibicen.errors import MarshalError, QuotaError, TibicenError
from tibicen.lifecycle.ledger import Ledger

Heard = list[tuple[str, str, Any]]


class Wire:
    """A bus on a loop of its own that is turned by hand."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.bus = SubjectBus(self.loop)
        self.heard: Heard = []
        self.errors: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda loop, context: self.errors.append(context))

    def subscribe(self, pattern: str, name: str = "", then: Deliver | None = None) -> Subscription:
        def deliver(subject: str, data: Any) -> None:
            self.heard.append((name, subject, data))
            if then is not None:
                then(subject, data)

        subscription = Subscription(self.bus, pattern, deliver)
        subscription.put_back()
        return subscription

    def turn(self) -> Heard:
        """One turn of the loop; what was heard in it."""
        self.heard.clear()
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()
        return self.heard.copy()


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.loop.close()


# -- patterns ---------------------------------------------------------------------------------------------


def matches(pattern: list[str], subject: list[str]) -> bool:
    """The rule in its own words: `*` is one word, a last `>` is one or more."""
    if pattern == [">"]:
        return len(subject) >= 1
    if not pattern or not subject:
        return pattern == subject
    return pattern[0] in ("*", subject[0]) and matches(pattern[1:], subject[1:])


WORDS = st.sampled_from(["a", "b", "a+", "[b]", "Æ", "a-b"])


@settings(deadline=None)
@given(
    head=st.lists(WORDS | st.just("*"), max_size=4),
    rest=st.booleans(),
    subject=st.lists(WORDS, min_size=1, max_size=5),
)
def test_patterns_match_by_the_rule(head: list[str], rest: bool, subject: list[str]) -> None:
    pattern = head + [">"] * (rest or not head)
    bus: Any = None
    subscription = Subscription(bus, ".".join(pattern), lambda subject, data: None)
    assert subscription.matches(".".join(subject)) == matches(pattern, subject)


@pytest.mark.parametrize("pattern", ["", ".", "a.", ".a", "a..b", "a.>.b", ">.a", "a b", "a*", "a.b>", "**", "a.\n"])
def test_what_is_no_pattern(wire: Wire, pattern: str) -> None:
    with pytest.raises(TibicenError, match="is no pattern of subjects; write words joined by dots"):
        wire.subscribe(pattern)


@pytest.mark.parametrize("subject", ["", ".", "a.", "a..b", "a.*", ">", "a b", "a\n"])
def test_what_is_no_subject(wire: Wire, subject: str) -> None:
    wire.subscribe(">")
    with pytest.raises(TibicenError, match="is no subject; write words joined by dots"):
        wire.bus.publish(subject, 1)
    with pytest.raises(TibicenError, match="is no subject"):
        Outgoing(wire.bus, subject, 1)
    assert wire.turn() == []


# -- delivery ---------------------------------------------------------------------------------------------


def test_delivery_is_in_order_and_never_inside_publish(wire: Wire) -> None:
    wire.subscribe("chat.*", "one")
    wire.subscribe(">", "two")
    for number in (1, 2):
        wire.bus.publish("chat.say", number)
    wire.bus.publish("news", 3)
    assert wire.heard == []
    assert wire.turn() == [
        ("one", "chat.say", 1),
        ("two", "chat.say", 1),
        ("one", "chat.say", 2),
        ("two", "chat.say", 2),
        ("two", "news", 3),
    ]
    assert wire.bus.delivered == 3
    assert wire.turn() == []


def test_everyone_gets_a_copy_of_what_was_published(wire: Wire) -> None:
    wire.subscribe("x", "greedy", lambda subject, data: data["list"].clear())
    wire.subscribe("x", "second", lambda subject, data: data["list"].append(2))
    third: list[Any] = []
    wire.subscribe("x", "third", lambda subject, data: third.append(data))
    message = {"list": [1]}
    wire.bus.publish("x", message)
    message["list"].append("too late")
    wire.turn()
    assert third == [{"list": [1]}]
    assert message == {"list": [1, "too late"]}


def test_what_is_not_plain_is_refused_and_nobody_hears_of_it(wire: Wire) -> None:
    wire.subscribe("x")
    with pytest.raises(MarshalError, match="object"):
        wire.bus.publish("x", {"bad": object()})
    assert wire.turn() == []


def test_who_listens_is_looked_up_at_delivery(wire: Wire) -> None:
    """So a message that was published before a reload reaches the new generation, and only that."""
    old = wire.subscribe("x", "old")
    wire.bus.publish("x", 1)
    wire.turn()
    wire.bus.publish("x", 2)
    old.lift()
    new = wire.subscribe("x", "new")
    assert wire.turn() == [("new", "x", 2)]
    wire.bus.publish("x", 3)
    new.close()
    old.put_back()
    assert wire.turn() == [("old", "x", 3)]
    old.close()
    old.close()
    assert wire.bus.listeners("x") == ()


def test_subscribing_twice_is_hearing_twice_and_put_back_twice_is_not(wire: Wire) -> None:
    first = wire.subscribe("x", "first")
    wire.subscribe("x", "second")
    first.put_back()
    wire.bus.publish("x", 1)
    assert [name for name, _, _ in wire.turn()] == ["first", "second"]


# -- while a subscriber is called -------------------------------------------------------------------------


def test_a_subscriber_may_take_itself_back(wire: Wire) -> None:
    once = wire.subscribe("x", "once", lambda subject, data: once.close())
    wire.subscribe("x", "always")
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    assert wire.turn() == [("once", "x", 1), ("always", "x", 1), ("always", "x", 2)]


@pytest.mark.parametrize("how", [Subscription.close, Subscription.lift])
def test_one_that_was_taken_back_by_an_earlier_one_hears_no_more(
    wire: Wire, how: Callable[[Subscription], None]
) -> None:
    wire.subscribe("x", "first", lambda subject, data: how(second))
    second = wire.subscribe("x", "second")
    wire.subscribe("x", "third")
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    assert wire.turn() == [("first", "x", 1), ("third", "x", 1), ("first", "x", 2), ("third", "x", 2)]


def test_one_that_is_added_meanwhile_hears_the_next_message(wire: Wire) -> None:
    added: list[Subscription] = []

    def add(subject: str, data: Any) -> None:
        if not added:
            added.append(wire.subscribe("x", "new"))

    wire.subscribe("x", "first", add)
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    assert wire.turn() == [("first", "x", 1), ("first", "x", 2), ("new", "x", 2)]


def test_what_a_subscriber_publishes_comes_behind_what_waits(wire: Wire) -> None:
    def echo(subject: str, data: int) -> None:
        if data < 10:
            wire.bus.publish("x", data * 10)

    wire.subscribe("x", "echo", echo)
    wire.subscribe("x", "other")
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    assert [data for _, _, data in wire.turn()] == [1, 1, 2, 2], "not inside, and not before the loop has its turn"
    assert [data for _, _, data in wire.turn()] == [10, 10, 20, 20]
    assert wire.turn() == []


def test_an_error_of_one_subscriber_does_not_stop_the_others(wire: Wire) -> None:
    def broken(subject: str, data: Any) -> None:
        raise ValueError("broken")

    wire.subscribe("x", "first")
    wire.subscribe("x.>", "elsewhere")
    wire.subscribe("*", "broken", broken)
    wire.subscribe("x", "last")
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    assert [(name, data) for name, _, data in wire.turn()] == [
        ("first", 1),
        ("broken", 1),
        ("last", 1),
        ("first", 2),
        ("broken", 2),
        ("last", 2),
    ]
    assert wire.bus.delivered == 2
    assert [context["message"] for context in wire.errors] == ["a subscriber of * failed at x"] * 2
    assert all(isinstance(context["exception"], ValueError) for context in wire.errors)


# -- a storm ----------------------------------------------------------------------------------------------


def test_the_loop_gets_a_turn_in_a_storm(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(subjects, "monotonic", lambda: now)
    heard = wire.subscribe("x")

    def slow(subject: str, data: object) -> None:
        nonlocal now
        now += subjects.TURN_SECONDS / 2
        deliver(subject, data)

    deliver, heard.deliver = heard.deliver, slow
    for number in range(7):
        wire.bus.publish("x", number)
    assert [[data for _, _, data in wire.turn()] for _ in range(4)] == [[0, 1, 2], [3, 4, 5], [6], []]


def test_a_publisher_that_is_too_far_ahead_is_refused(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "QUEUE_LIMIT", 2)
    wire.subscribe("x")
    wire.bus.publish("x", 1)
    wire.bus.publish("x", 2)
    with pytest.raises(QuotaError, match="2 messages wait already; x was not published"):
        wire.bus.publish("x", 3)
    assert [data for _, _, data in wire.turn()] == [1, 2]
    wire.bus.publish("x", 4)
    assert [data for _, _, data in wire.turn()] == [4]


# -- the ledger's side ------------------------------------------------------------------------------------


def test_a_message_of_a_generation_that_loads_goes_out_once_it_is_live(wire: Wire) -> None:
    wire.subscribe("news")
    ledger, refused = Ledger("p (generation 2)"), Ledger("q (generation 1)")
    data = {"list": [1]}
    ledger.hold(Outgoing(wire.bus, "news", data))
    refused.hold(Outgoing(wire.bus, "news", "never"))
    data["list"].append("too late")
    assert wire.turn() == []
    ledger.put_back()
    refused.close()
    refused.put_back()
    assert wire.turn() == [("", "news", {"list": [1]})]
    # Suspended and resumed: it is not sent again.
    ledger.lift()
    ledger.put_back()
    assert wire.turn() == []
    with pytest.raises(MarshalError, match="object"):
        Outgoing(wire.bus, "news", object())


def test_a_subscription_is_in_effect_while_its_ledger_is_live(wire: Wire) -> None:
    ledger = Ledger("p")
    ledger.hold(Subscription(wire.bus, "x", lambda subject, data: wire.heard.append(("held", subject, data))))
    verbs = [lambda: None, ledger.put_back, ledger.lift, ledger.put_back, ledger.close]
    heard = []
    for number, verb in enumerate(verbs):
        verb()
        wire.bus.publish("x", number)
        heard += [data for _, _, data in wire.turn()]
    assert heard == [1, 3]
