"""What is said, looked at and asked: talk, channels of all kinds, windows, extended opcodes."""

from __future__ import annotations

import pytest
from tests.realms.canary.wire.clients import fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack
from tests.realms.canary.wire.worlds import CHANNEL, COIN

SAY, WHISPER, YELL, FROM, TO, IN_CHANNEL = 1, 2, 3, 4, 5, 7
OWN = 65535
JOINED, LEFT, INVITED, EXCLUDED = 0, 1, 2, 3


@on_stack
def test_aloud(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    for kind, text, heard in ((SAY, "hello \xe9", "hello \xe9"), (WHISPER, "psst", "psst"), (YELL, "loud", "LOUD")):
        ann.do("say", type=kind, text=text)
        talk = fields_of(bob.take(), "talk")
        assert (talk["name"], talk["level"], talk["type"], talk["text"]) == (ann.name, 20, kind, heard)
        assert talk["position"] == ann.view.at
        ann.take()
    pair.game.lua(f"Player('{bob.name}'):teleportTo(Position(106, 100, 7))")
    bob.take()
    ann.do("say", type=WHISPER, text="secret")
    assert fields_of(bob.take(), "talk")["text"] == "pspsps"


@on_stack
def test_texts_that_are_too_long_or_empty_are_not_said(pair: Pair) -> None:
    for text in ("", "x" * 256):
        assert names_of(pair.ann.do("say", type=SAY, text=text)) == []
    assert names_of(pair.ann.do("say", type=SAY, text="x" * 255)) == ["talk"]


@on_stack
def test_to_one_alone(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    told = ann.do("say", type=TO, receiver=bob.name.lower(), text="you alone")
    assert fields_of(told, "text_message")["text"] == f"Message sent to {bob.name}."
    talk = fields_of(bob.take(), "talk")
    assert (talk["name"], talk["type"], talk["text"]) == (ann.name, FROM, "you alone")
    told = ann.do("say", type=TO, receiver="Nobody Here", text="anybody")
    assert fields_of(told, "text_message")["text"] == "A player with this name is not online."
    assert fields_of(ann.do("open_private_channel", name=bob.name.lower()), "open_private_channel")["name"] == bob.name
    told = ann.do("open_private_channel", name=ann.name)
    assert "with yourself" in fields_of(told, "text_message")["text"]
    told = ann.do("open_private_channel", name="Nobody Here")
    assert fields_of(told, "text_message")["text"] == "A player with this name does not exist."


@on_stack
def test_channels(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    listed = fields_of(ann.do("request_channels"), "channels")["channels"]
    assert listed == [
        {"channel": OWN, "name": "Private Chat Channel"},
        {"channel": CHANNEL, "name": "Help"},
        {"channel": CHANNEL + 1, "name": "Circle"},
    ]
    opened = fields_of(ann.do("open_channel", channel=CHANNEL), "open_channel")
    assert opened == {"channel": CHANNEL, "name": "Help", "members": [], "invited": []}
    bob.do("open_channel", channel=CHANNEL)
    bob.take(), ann.take()
    ann.do("say", type=IN_CHANNEL, channel=CHANNEL, text="in here")
    for client in (ann, bob):
        talk = fields_of(client.take(), "talk")
        assert (talk["channel"], talk["text"], talk["name"]) == (CHANNEL, "in here", ann.name)
    bob.do("close_channel", channel=CHANNEL)
    ann.do("say", type=IN_CHANNEL, channel=CHANNEL, text="gone?")
    assert bob.take() == []
    # Who is not in a channel says nothing there.
    assert names_of(bob.do("say", type=IN_CHANNEL, channel=CHANNEL, text="me too")) == []


@on_stack
def test_a_channel_that_is_not_for_all_names_its_members(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    ann.do("open_channel", channel=CHANNEL + 1)
    ann.take()
    opened = fields_of(bob.do("open_channel", channel=CHANNEL + 1), "open_channel")
    assert opened["members"] == [ann.name, bob.name]
    assert fields_of(ann.take(), "channel_event") == {"channel": CHANNEL + 1, "name": bob.name, "event": JOINED}
    bob.do("close_channel", channel=CHANNEL + 1)
    assert fields_of(ann.take(), "channel_event")["event"] == LEFT


@on_stack
def test_an_own_channel(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    opened = fields_of(ann.do("create_own_channel"), "open_own_channel")
    channel = opened["channel"]
    assert opened == {"channel": channel, "name": f"{ann.name}'s Channel", "members": [ann.name], "invited": []}
    assert 100 <= channel < 10000
    # In a frame of its own: OTClient leaves off behind the name, and drops what is left of the frame.
    assert ["open_own_channel"] in ann.frames
    # One each, and only those who were asked come in.
    assert ann.do("create_own_channel") == []
    assert bob.do("open_channel", channel=channel) == []
    told = ann.do("channel_invite", name=bob.name)
    assert fields_of(told, "channel_event") == {"channel": channel, "name": bob.name, "event": INVITED}
    assert fields_of(bob.take(), "text_message")["text"] == f"{ann.name} invites you to her private chat channel."
    bob.do("request_channels")
    assert channel in [each["channel"] for each in fields_of(bob.take(), "channels")["channels"]]
    opened = fields_of(bob.do("open_channel", channel=channel), "open_channel")
    assert (opened["members"], opened["invited"]) == ([ann.name, bob.name], [bob.name])
    ann.take()
    bob.do("say", type=IN_CHANNEL, channel=channel, text="nice")
    assert fields_of(ann.take(), "talk")["text"] == "nice"
    bob.take()
    assert "channel_event" in names_of(ann.do("channel_exclude", name=bob.name))
    assert fields_of(bob.take(), "close_channel") == {"channel": channel}
    assert bob.do("open_channel", channel=channel) == []
    ann.do("channel_invite", name=bob.name)
    bob.do("open_channel", channel=channel)
    bob.take()
    ann.do("close_channel", channel=channel)
    assert fields_of(bob.take(), "close_channel") == {"channel": channel}


@on_stack
def test_the_channel_of_a_party(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    assert ann.do("open_channel", channel=1) == []
    ann.do("party_invite", creature=bob.view.own)
    bob.do("party_join", creature=ann.view.own)
    assert {"channel": 1, "name": "Party"} in fields_of(ann.do("request_channels"), "channels")["channels"]
    for client in (ann, bob):
        client.do("open_channel", channel=1)
        client.take()
    ann.do("say", type=IN_CHANNEL, channel=1, text="together")
    talk = fields_of(bob.take(), "talk")
    assert (talk["channel"], talk["text"]) == (1, "together")
    bob.do("party_leave")
    ann.do("say", type=IN_CHANNEL, channel=1, text="alone")
    assert "talk" not in names_of(bob.take())
    assert game.server.errors() == []


@on_stack
def test_looking(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    x, y, z = ann.view.at
    pair.game.lua(f"Game.createItem(2400, 1, Position({x + 2}, {y}, {z}))")
    pair.game.lua(f"Player('{bob.name}'):teleportTo(Position({x - 2}, {y}, {z}))")
    ann.take()
    told = fields_of(ann.do("look", position=(x + 2, y, z), id=2400, stack=1), "text_message")
    assert told["text"] == "look sword 2"
    told = fields_of(ann.do("look_in_battle_list", creature=bob.view.own), "text_message")
    assert told["text"] == f"battle {bob.name} 2"
    told = fields_of(ann.do("look", position=ann.view.at, id=99, stack=1), "text_message")
    assert told["text"] == f"look {ann.name} -1"
    pair.game.lua(f"Tile(Position({x + 2}, {y}, {z})):getItemById(2400):remove()")


@on_stack
def test_windows_with_buttons(pair: Pair) -> None:
    ann = pair.ann
    pair.game.lua(
        f"""local window = ModalWindow(7, "Title", "Text")
            window:addButton(1, "Yes") window:addButton(2, "No") window:addChoice(3, "Third")
            window:setDefaultEnterButton(1) window:setDefaultEscapeButton(2)
            window:sendToPlayer(Player('{ann.name}'))"""
    )
    window = fields_of(ann.take(), "modal_window")
    assert window["buttons"] == [{"label": "Yes", "button": 1}, {"label": "No", "button": 2}]
    assert (window["window"], window["choices"]) == (7, [{"label": "Third", "choice": 3}])
    assert (window["enter"], window["escape"]) == (1, 2)
    # An answer to another window is none.
    assert ann.do("modal_answer", window=8, button=1, choice=3) == []
    assert fields_of(ann.do("modal_answer", window=7, button=1, choice=3), "talk")["text"] == "7 1 3"
    assert ann.do("modal_answer", window=7, button=1, choice=3) == []


@on_stack
def test_pings_and_extended_opcodes(pair: Pair) -> None:
    ann = pair.ann
    assert names_of(ann.do("ping")) == ["ping_back"]
    assert ann.do("ping_back") == []
    # TFS reads texts that scripts write as UTF-8; Canary leaves all bytes as they are.
    every = bytes(range(128 if pair.tfs else 256))
    assert fields_of(ann.do("extended_opcode", opcode=7, data=every), "extended_opcode") == {
        "opcode": 7,
        "data": b"pong:" + every,
    }


@pytest.mark.parametrize(
    "message",
    [
        b"\x0f",
        b"\x8e\1\2\3\4",
        b"\xc9\1\0\2\0\7",
        b"\xe7\1",
        b"\xe8\0\0\0\0\0\0\0\0",
        b"\xf2\1\2",
        b"\xf3\1\2\3\4",
    ],
    ids=lambda message: f"{message[0]:02x}",
)
@on_stack
def test_what_is_read_by_nobody(pair: Pair, message: bytes) -> None:
    assert pair.ann.raw(message) == ""
    pair.game.tell()
    assert pair.ann.take() == []


@on_stack
def test_what_scripts_take(pair: Pair) -> None:
    if pair.tfs:
        assert pair.ann.raw(b"\xf1\2\0") == ""
        pair.game.tell()
        assert fields_of(pair.ann.take(), "text_message")["text"] == "byte 241 2"
    else:
        assert fields_of(pair.ann.do("quest_log"), "text_message")["text"] == "quests"
        assert fields_of(pair.ann.do("quest_line", quest=9), "text_message")["text"] == "quest 9"


@on_stack
def test_what_a_script_writes_for_other_clients_is_not_sent(pair: Pair) -> None:
    ann, game, logged = pair.ann, pair.game, len(pair.game.server.log)
    # What newer servers' scripts send at login: both versions here read 0x85 as a missile's two places.
    game.lua(f"""
        function send_anthem()
            local message = NetworkMessage()
            message:addByte(0x85) message:addByte(2) message:addU16(0)
            message:sendToPlayer(Player("{ann.name}"))
            local light = NetworkMessage()
            light:addByte(0x82) light:addByte(200) light:addByte(215)
            light:sendToPlayer(Player("{ann.name}"))
            local item = NetworkMessage()
            item:addByte(0x78) item:addByte(6) item:addU16({COIN})
            item:addByte(255) item:addByte(7)
            item:sendToPlayer(Player("{ann.name}"))
        end
        send_anthem() send_anthem()
    """)
    # What can be read to its end goes out, with items as the server's own files have them.
    told = ann.take()
    assert names_of(told) == ["world_light", "inventory_set"] * 2
    assert (told[1].fields["item"]["id"], told[1].fields["item"]["count"]) == (COIN, 7)
    (entry,) = game.server.errors()
    assert (entry["kind"], entry["line"], entry["count"]) == ("warning", 5, 2)
    assert entry["text"].startswith("message 0x85 is not sent, for a client of 1")
    assert "missile (0x85) at byte 0" in entry["text"]
    assert len(game.server.log) == logged + 1
    game.server.control("forget_errors")
