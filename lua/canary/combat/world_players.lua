--- What conditions and combat ask of players: their flags, skills and stats, skulls, and what they are told.

local context = ...
local raw = context.raw
local lower, max, min = raw.string.lower, raw.math.max, raw.math.min

-- Canary: conditions that go on hurting a player in a protection zone.
local BURNING = { "ENERGY", "FIRE", "POISON", "BLEEDING", "AGONY", "CURSED", "DAZZLED" }

return function(server, combat)
    local parts, tfs = server.parts, server.tfs
    local enum, conditions, world = parts.enums.get, parts.conditions, combat.world
    local NO_SKULL, GREEN_SKULL, YELLOW_SKULL = enum("SKULL_NONE"), enum("SKULL_GREEN"), enum("SKULL_YELLOW")
    local PVP = enum("WORLD_TYPE_PVP")

    --- Whether a player's group gives it a flag, by its name in the server.
    function world.has_flag(player, name)
        return player.class_name == "Player" and parts.players.has_flag(player, lower(name)) or false
    end

    function world.is_premium(player)
        return parts.players.is_premium(player)
    end

    function world.may_fight(player)
        local vocation = player.vocation
        if not vocation then
            return true
        elseif tfs then
            return vocation.allow_pvp
        end
        return vocation.can_combat
    end

    function world.has_no_vocation(player)
        return not player.vocation or player.vocation.id == 0
    end

    function world.secure_mode(player)
        return player.secure_mode == true
    end

    --- The skull that one player sees at another.
    function world.skull_of(player, other)
        local skull = other.skull or NO_SKULL
        if (tfs and world.type() ~= PVP) or other.class_name ~= "Player" or skull ~= NO_SKULL then
            return skull
        elseif not tfs and parts.players.in_war and parts.players.in_war(other, player) then
            return GREEN_SKULL
        elseif parts.players.has_attacked(other, player) then
            return YELLOW_SKULL
        end
        return player.party ~= nil and player.party == other.party and GREEN_SKULL or skull
    end

    function world.skill(player, skill)
        return parts.players.skill_level(player, skill)
    end

    function world.base_skill(player, skill)
        return parts.players.base_skill(player, skill)
    end

    function world.magic_level(player)
        return parts.players.magic_level(player)
    end

    --- What a player's maximum or magic level is, by STAT_*.
    function world.stat(player, stat)
        local stats = conditions.STATS
        if stat == stats.MAXHITPOINTS then
            return world.max_health(player)
        elseif stat == stats.MAXMANAPOINTS then
            return world.max_mana(player)
        elseif stat == stats.CAPACITY then
            return player.capacity or 0
        end
        return parts.players.base_magic_level and parts.players.base_magic_level(player) or player.magic_level or 0
    end

    function world.add_skill(player, skill, change)
        parts.players.add_var_skill(player, skill, change)
    end

    function world.add_special_skill(player, skill, change)
        parts.players.add_special_skill(player, skill, change)
    end

    function world.special_skill(player, skill)
        local list = player.special_skills
        return max(0, list and list[skill] or 0)
    end

    function world.add_stat(player, stat, change)
        parts.players.add_var_stat(player, stat, change)
        if stat == conditions.STATS.MAXHITPOINTS then
            player.health = min(player.health, world.max_health(player))
        elseif stat == conditions.STATS.MAXMANAPOINTS then
            player.mana = min(player.mana, world.max_mana(player))
        end
    end

    function world.change_soul(player, change)
        parts.players.change_soul(player, change)
    end

    --- Whether a player stands below all others on its tile, and so may act where several stand (Canary).
    function world.is_first_on_stack(player)
        local below = player.tile and player.tile.creatures[#player.tile.creatures]
        if not below or below.class_name ~= "Player" then
            return false
        end
        return below.ghost == true
            or (below == player and not conditions.get_type(player, conditions.types.SPELLCOOLDOWN))
    end

    --- Sends a text to a player, with a number that clients show over a place.
    function world.text(player, kind, text, tile, value, color, second, second_color)
        parts.clients.send(player, "text", {
            type = kind,
            text = text,
            position = tile and { x = tile.x, y = tile.y, z = tile.z } or nil,
            value = value,
            color = color,
            second_value = second,
            second_color = second_color,
        })
    end

    --- Tells a player why something can't be done (RETURNVALUE_* or a text).
    function world.cancel(player, reason)
        parts.players.cancel(player, reason)
    end

    function world.send_icons(player)
        parts.clients.send(player, "icons", { icons = conditions.icons_of(player) })
    end

    --- Called when a player has come into a condition.
    function world.condition_began(player, type)
        if type == conditions.types.OUTFIT then
            parts.players.dismount(player)
        end
        world.send_icons(player)
    end

    --- Called when a condition of a player is over.
    function world.condition_over(player, type)
        local types = conditions.types
        if type == types.INFIGHT and (tfs or not conditions.get_type(player, types.INFIGHT)) then
            combat.fight_over(player)
        end
        world.send_icons(player)
    end

    --- Milliseconds until a player may act again.
    function world.action_delay(player)
        return max(0, (player.next_action or 0) - server.now)
    end

    function world.remove_item(item)
        parts.items.remove(item)
    end

    --- How many days in a row a player fetched its reward (Canary).
    function world.reward_streak(player)
        return parts.players.reward_streak(player)
    end

    function world.party_members(player)
        local party = player.party
        return party and party.members or nil
    end

    function world.burns_in_protection(player)
        for at = 1, #BURNING do
            local type = conditions.types[BURNING[at]]
            if type and conditions.get_type(player, type) then
                return true
            end
        end
        return false
    end
end
