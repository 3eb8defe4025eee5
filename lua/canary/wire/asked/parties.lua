--- Parties: who is invited, comes, goes, leads, and whether experience is shared.

local context = ...
local byte = context.raw.string.byte

return function(server, wire, asked)
    local read = wire.read

    local function parties()
        return server.parts.parties
    end
    local function other_player(view, data)
        local other = server.parts.creatures.by_id(read.u32(data, 2))
        return other and other.class_name == "Player" and other ~= view.player and other or nil
    end
    local function led_by(player)
        return player.party and player.party.leader == player and player.party or nil
    end
    local function in_fight(player)
        return server.parts.conditions.has(player, server.env.CONDITION_INFIGHT)
    end

    asked[0xA3] = function(view, data)
        local player, other = view.player, other_player(view, data)
        if other and not parties().is_invited(other.party, player) then
            parties().ask_to_join(player, other)
        end
    end
    asked[0xA4] = function(view, data)
        local leader = other_player(view, data)
        local party = leader and led_by(leader)
        if party and parties().is_invited(party, view.player) then
            if view.player.party then
                parties().tell(view.player, "You are already in a party.")
            else
                parties().join(party, view.player)
            end
        end
    end
    asked[0xA5] = function(view, data)
        local party, other = led_by(view.player), other_player(view, data)
        if party and other then
            parties().revoke(party, other)
        end
    end
    asked[0xA6] = function(view, data)
        local party, other = led_by(view.player), other_player(view, data)
        if party and other and other.party == party then
            parties().pass(party, other)
        end
    end
    asked[0xA7] = function(view)
        local party = view.player.party
        if party and not in_fight(view.player) then
            parties().leave(party, view.player)
        end
    end
    asked[0xA8] = function(view, data)
        local player = view.player
        local tile = player.tile
        local safe = tile and server.parts.map.has_flag(tile, server.env.TILESTATE_PROTECTIONZONE)
        if player.party and (safe or not in_fight(player)) then
            parties().set_sharing(player.party, player, byte(data, 2) ~= 0)
        end
    end
end
