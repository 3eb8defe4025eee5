--- Whether players may come onto a tile: past others, through fields, into other zones.

local context = ...
local raw = context.raw
local band, bor = raw.bit.band, raw.bit.bor

return function(server, map)
    local enum, tfs, STATE, FLAG = server.parts.enums.get, server.tfs, map.STATE, map.FLAG
    local has_flag, NOERROR, NOTPOSSIBLE = map.has_flag, map.NOERROR, map.NOTPOSSIBLE
    local PZLOCKED = enum("RETURNVALUE_PLAYERISPZLOCKED")
    local LOCKED_ENTER = enum("RETURNVALUE_PLAYERISPZLOCKEDENTERPVPZONE")
    local LOCKED_LEAVE = enum("RETURNVALUE_PLAYERISPZLOCKEDLEAVEPVPZONE")

    local function set(flags, flag)
        return band(flags, flag) ~= 0
    end

    local function has_access(player)
        return player.group ~= nil and player.group.access == true
    end

    local function is_protected_from_push(player)
        local tile = player.tile
        if not tile then
            return true
        end
        local config = server.parts.config
        local level = config.number("PROTECTION_LEVEL")
        if tfs then
            return not has_flag(tile, STATE.PROTECTIONZONE) and player.level > level
        end
        return not has_flag(tile, bor(STATE.NOPVPZONE, STATE.PROTECTIONZONE)) and player.level > level
            and map.world_type() ~= "no-pvp"
    end

    --- Whether a player may walk through a creature: at the second attempt within two seconds.
    ---@param player table
    ---@param creature table
    function map.can_walk_through(player, creature)
        if has_access(player) or creature.ghost then
            return true
        end
        if not tfs then
            if creature.class_name == "Monster" and (creature.type.familiar
                or (creature.master and creature.master.class_name == "Player" and map.world_type() == "no-pvp")) then
                return true
            elseif creature.class_name == "Npc" then
                return creature.tile ~= nil and creature.tile.house ~= nil
            end
        end
        if creature.class_name ~= "Player" or (tfs and not server.parts.config.boolean("ALLOW_WALKTHROUGH"))
            or is_protected_from_push(creature) then
            return false
        end
        local ground = creature.tile.ground
        if not ground or ground.type.walk_stack == false then
            return false
        end
        local now = server.now
        local attempt = player.walk_through or { at = -1e9 }
        player.walk_through = attempt
        if now - attempt.at > 2000 then
            attempt.at = now
            return false
        end
        local tile = creature.tile
        local again = attempt.tile == tile
        attempt.tile = tile
        return again
    end

    --- Whether a player may come onto a tile, as far as others there, fields and fights are concerned.
    function map.query_player(tile, player, flags)
        if not set(flags, FLAG.IGNOREBLOCKCREATURE) and not has_access(player) then
            local creatures = tile.creatures
            for at = 1, creatures and #creatures or 0 do
                if not map.can_walk_through(player, creatures[at]) then
                    return NOTPOSSIBLE
                end
            end
        end
        if set(flags, FLAG.PATHFINDING) then
            if tfs then
                local field = map.field_item(tile)
                if field and map.field_damage(field) ~= 0 and not set(flags, FLAG.IGNOREFIELDDAMAGE) then
                    return NOTPOSSIBLE
                end
            elseif has_flag(tile, STATE.BLOCKPATH) then
                return NOTPOSSIBLE
            end
        end
        local from = player.tile
        if not from and has_flag(tile, STATE.NOLOGOUT) then
            return NOTPOSSIBLE
        end
        if from and server.parts.players.is_pz_locked(player) then
            local here, there = has_flag(from, STATE.PVPZONE), has_flag(tile, STATE.PVPZONE)
            if not here and there then
                return LOCKED_ENTER
            elseif here and not there then
                return LOCKED_LEAVE
            end
            if (not has_flag(from, STATE.NOPVPZONE) and has_flag(tile, STATE.NOPVPZONE))
                or (not has_flag(from, STATE.PROTECTIONZONE) and has_flag(tile, STATE.PROTECTIONZONE)) then
                return PZLOCKED
            end
        end
        return NOERROR
    end
end
