"""Trades between players: offers, looks, what is exchanged and what ends them."""

from __future__ import annotations

import struct

import pytest
from tests.realms.canary.fights import BOW, SWORD, field, told
from tests.realms.canary.servers import DIALECTS

from tibicen.realms.canary.server import Dialect
from tibicen.testing.server_kit import ServerKit

ACCEPT, CLOSE = b"\x7f", b"\x80"


def do(kit: ServerKit, who: str, message: bytes) -> None:
    """A client sends a message."""
    kit.control("client_do", who, {"op": "raw", "hex": message.hex()})


def offer(kit: ServerKit, who: str, place: tuple[int, int, int], item: int, partner: str) -> None:
    """A client asks for a trade of what lies at a place."""
    partner_id = kit.run(f"return {partner.lower()}:getId()")
    do(kit, who, b"\x7d" + struct.pack("<HHBHBI", *place, item, 1, int(partner_id)))


def owned(kit: ServerKit) -> list[int]:
    """How many swords and bows Ann and Bob have."""
    code = f"return {{ ann:getItemCount({SWORD}), ann:getItemCount({BOW}), bob:getItemCount({SWORD}),"
    return [int(each) for each in kit.run(f"{code} bob:getItemCount({BOW}) }}")]


def with_goods(dialect: Dialect) -> ServerKit:
    """Ann and Bob side by side, a sword below her and a bow below him."""
    kit = field(dialect)
    kit.run("bob:teleportTo(Position(1001, 1000, 7)) ann:setCapacity(100000) bob:setCapacity(100000)")
    kit.item(SWORD, (1000, 1001, 7))
    kit.item(BOW, (1001, 1001, 7))
    return kit


@pytest.mark.parametrize("dialect", DIALECTS)
def test_goods_change_hands_when_both_accept(dialect: Dialect) -> None:
    with with_goods(dialect) as kit:
        offer(kit, "Ann", (1000, 1001, 7), SWORD, "Bob")
        kit.advance(500)
        do(kit, "Ann", ACCEPT)
        assert owned(kit) == [0, 0, 0, 0]
        offer(kit, "Bob", (1001, 1001, 7), BOW, "Ann")
        kit.advance(500)
        do(kit, "Ann", ACCEPT)
        kit.advance(500)
        assert owned(kit) == [0, 0, 0, 0]
        do(kit, "Bob", ACCEPT)
        kit.advance(500)
        assert owned(kit) == [0, 1, 1, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_trade_that_is_closed_leaves_all_where_it_was(dialect: Dialect) -> None:
    with with_goods(dialect) as kit:
        offer(kit, "Ann", (1000, 1001, 7), SWORD, "Bob")
        kit.advance(500)
        told(kit, "Ann")
        do(kit, "Bob", CLOSE)
        do(kit, "Ann", ACCEPT)
        kit.advance(500)
        assert owned(kit) == [0, 0, 0, 0]
        assert SWORD in kit.items_at((1000, 1001, 7))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_out_of_reach_is_not_traded(dialect: Dialect) -> None:
    with with_goods(dialect) as kit:
        kit.run("bob:teleportTo(Position(1003, 1003, 7))")
        told(kit, "Ann")
        offer(kit, "Ann", (1000, 1001, 7), SWORD, "Bob")
        kit.advance(500)
        expected = "Destination is out of range." if dialect == "tfs" else "Bob tells you to move closer."
        assert expected in told(kit, "Ann")
