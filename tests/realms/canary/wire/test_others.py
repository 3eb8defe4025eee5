"""What players have to do with each other: parties, lists of friends, how they look."""

from __future__ import annotations

from tests.realms.canary.wire.clients import fields_of, names_of
from tests.realms.canary.wire.conftest import Pair
from tests.realms.canary.wire.stacks import on_stack

INVITES, INVITED, MEMBER, LEADER, SHARES, STRANGER = 1, 2, 3, 4, (5, 6, 7, 8, 9, 10), 11
OFFLINE, ONLINE = 0, 1


@on_stack
def test_a_party(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    a, b = ann.view.own, bob.view.own

    def shields() -> tuple[int, int, int, int]:
        """Of Ann and Bob as Ann sees them, and of Ann and Bob as Bob does."""
        game.pass_time(200)
        return tuple(view.creatures[each]["shield"] for view in (ann.view, bob.view) for each in (a, b))  # type: ignore[return-value]

    def invite() -> list[str]:
        """Ann invites Bob into a party that does not share yet: Canary's do from the beginning."""
        texts = [each.fields["text"] for each in ann.do("party_invite", creature=b) if each.name == "text_message"]
        ann.do("party_share", enabled=0)
        return texts

    assert any("has been invited" in text for text in invite())
    assert "has invited you to her party" in fields_of(bob.take(), "text_message")["text"]
    assert shields() == (LEADER, INVITED, INVITES, 0)
    # Whoever was not asked does not come in, and who leads is not asked by another.
    assert ann.do("party_join", creature=b) == []
    ann.do("party_revoke", creature=b)
    assert shields() == (0, 0, 0, 0)
    assert bob.do("party_join", creature=a) == [] or "creature_shield" in names_of(bob.take())
    assert shields() == (0, 0, 0, 0)
    invite()
    bob.do("party_join", creature=a)
    assert shields() == (LEADER, MEMBER, LEADER, MEMBER)
    ann.do("party_share", enabled=1)
    assert all(each in SHARES for each in shields())
    ann.do("party_share", enabled=0)
    assert shields() == (LEADER, MEMBER, LEADER, MEMBER)
    ann.take()
    # Only the leader says who leads.
    bob.do("party_pass_leadership", creature=b)
    assert shields() == (LEADER, MEMBER, LEADER, MEMBER)
    ann.do("party_pass_leadership", creature=b)
    assert shields() == (MEMBER, LEADER, MEMBER, LEADER)
    bob.do("party_leave")
    assert shields() == (0, 0, 0, 0)
    assert game.lua(f"return Player('{ann.name}'):getParty() == nil") is True


@on_stack
def test_friends(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    guid = game.lua(f"return Player('{bob.name}'):getGuid()")
    told = fields_of(ann.do("vip_add", name=bob.name.lower()), "vip_add")
    assert told == {"player": guid, "name": bob.name, "description": "", "icon": 0, "notify": 0, "state": ONLINE}
    for name, text in (
        (bob.name, "This player is already in your list."),
        ("Nobody Here", "A player with this name does not exist."),
    ):
        assert fields_of(ann.do("vip_add", name=name), "text_message")["text"] == text
    assert ann.do("vip_add", name="x" * 30) == []
    assert ann.do("vip_edit", player=guid, description="a note", icon=3, notify=1) == []
    assert ann.do("vip_edit", player=guid + 1000, description="", icon=3, notify=1) == []
    # Bob goes and comes.
    name = bob.name
    bob.do("leave_game")
    assert bob.over
    came = ann.take()
    assert fields_of(came, "vip_state") == {"player": guid, "state": OFFLINE}
    assert f"{name} has logged out." in [each.fields.get("text") for each in came]
    back = game.enter(name, id=guid, sex=1)
    came = ann.take()
    assert fields_of(came, "vip_state") == {"player": guid, "state": ONLINE}
    assert back.name == name
    ann.do("vip_remove", player=guid)
    ann.take()
    game.server.control("logout", name, True)
    game.tell()
    assert "vip_state" not in names_of(ann.take())


@on_stack
def test_clothes(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    window = fields_of(ann.do("request_outfit"), "outfit_window")
    assert [each["look"] for each in window["outfits"]] == [136, 137]
    assert window["mounts"] == []
    look = {"head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0, "mount": 0}
    told = fields_of(ann.do("set_outfit", look=137, **look), "creature_outfit")
    assert (told["creature"], told["outfit"]) == (ann.view.own, {"look": 137, **look})
    pair.game.pass_time(200)
    assert bob.view.creatures[ann.view.own]["outfit"] == {"look": 137, **look}
    # Neither what is not there, nor another sex's, nor addons or mounts that one hasn't.
    for changes in ({"look": 9999}, {"look": 128}, {"look": 136, "addons": 3}, {"look": 136, "mount": 368}):
        assert "creature_outfit" not in names_of(ann.do("set_outfit", **{"look": 137, **look, **changes}))
    pair.game.server.errors()


@on_stack
def test_a_mount(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    player = f"Player('{ann.name}')"
    game.lua(f"{player}:teleportTo(Position(110, 110, 7)) Player('{bob.name}'):teleportTo(Position(110, 112, 7))")
    speed = game.lua(f"return {player}:getSpeed()")
    game.lua(f"{player}:addMount(1)")
    assert fields_of(ann.do("request_outfit"), "outfit_window")["mounts"] == [{"look": 368, "name": "Widow Queen"}]
    look = {"look": 136, "head": 1, "body": 2, "legs": 3, "feet": 4, "addons": 0}
    ann.do("set_outfit", **look, mount=368)
    game.pass_time(200)
    assert bob.view.creatures[ann.view.own]["outfit"]["mount"] == 368
    assert game.lua(f"return {player}:getSpeed()") == speed + 20
    ann.do("set_outfit", **look, mount=0)
    game.pass_time(200)
    assert bob.view.creatures[ann.view.own]["outfit"]["mount"] == 0
    assert game.lua(f"return {player}:getSpeed()") == speed
    if not pair.tfs:
        # TFS leaves it to a script, which gets the byte.
        ann.do("toggle_mount", mounted=1)
        game.pass_time(200)
        assert bob.view.creatures[ann.view.own]["outfit"]["mount"] == 368
        assert game.lua(f"return {player}:getSpeed()") == speed + 20


@on_stack
def test_how_others_look_now(pair: Pair) -> None:
    ann, bob, game = pair.ann, pair.bob, pair.game
    player = f"Player('{bob.name}')"
    known = ann.view.creatures[bob.view.own]
    game.lua(f"{player}:addHealth(-100)")
    game.lua(f"{player}:setSkull(SKULL_RED) {player}:changeSpeed(60)")
    game.lua(f"{player}:setLight(7, 215)" if pair.tfs else f"{player}:setLight(215, 7)")
    game.pass_time(200)
    assert (known["health"], known["skull"]) == (46, 4)
    names = names_of(ann.take())
    assert {"creature_health", "creature_skull", "creature_speed"} <= set(names)
    game.lua(
        "Position(100, 102, 7):sendMagicEffect(5) Position(100, 102, 7):sendDistanceEffect(Position(103, 102, 7), 4)"
    )
    game.lua("Position(180, 180, 7):sendMagicEffect(5)")
    came = ann.take()
    assert fields_of(came, "effect")["position"] == (100, 102, 7)
    missile = fields_of(came, "missile")
    assert (missile["from"], missile["to"], missile["missile"]) == ((100, 102, 7), (103, 102, 7), 4)
