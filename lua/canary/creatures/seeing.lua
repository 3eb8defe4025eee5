--- What creatures do when others come, move and go: who loses sight of whom, and what a change of zone brings.

local context = ...
local raw = context.raw
local abs, ipairs, max = raw.math.abs, raw.ipairs, raw.math.max

-- So many floors or tiles away from their master summons are lost; Canary's familiars follow before that.
local LOST_FLOORS, LOST_TILES, FAMILIAR_TILES = 2, 30, 15

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs, env, parts = server.tfs, server.env, server.parts

    local function tell_lost(player, is_logout)
        parts.players.tell(player, "cancel_target", {})
        if not is_logout then
            parts.players.cancel(player, "Target lost.")
        end
    end

    --- A creature sees another no more, whom it may attack or follow.
    ---@param creature table
    ---@param other table
    ---@param is_logout boolean|nil it has left the game alive
    function creatures.lost(creature, other, is_logout)
        local is_player = creature.class_name == "Player"
        if creature.target == other then
            creatures.attack(creature, nil)
            if is_player then
                tell_lost(creature, is_logout)
            end
        end
        if creature.follow == other then
            creatures.set_follow(creature, nil)
            if is_player then
                tell_lost(creature, is_logout)
            end
        end
    end

    --- A creature has come into the game: those who see it are told.
    function creatures.appeared(creature)
        local tile = creature.tile
        for _, seer in ipairs(parts.map.spectators(tile.x, tile.y, tile.z, true)) do
            if seer.class_name == "Monster" then
                parts.monsters.sees(seer, creature)
            elseif seer.class_name == "Npc" then
                parts.npcs.sees(seer, creature)
            elseif seer == creature then
                parts.players.entered(creature)
            end
        end
    end

    --- A creature is gone: those who saw it are told.
    function creatures.disappeared(seer, creature, is_logout)
        if seer ~= creature then
            creatures.lost(seer, creature, is_logout)
        end
        if seer.class_name == "Monster" then
            parts.monsters.loses(seer, creature)
        elseif seer.class_name == "Npc" then
            parts.npcs.loses(seer, creature)
        elseif seer == creature then
            parts.players.left(creature, is_logout)
        end
    end

    -- Summons ------------------------------------------------------------------------------------------------------

    local function away(a, b)
        local ax, ay, az = creatures.position(a)
        local bx, by, bz = creatures.position(b)
        return max(abs(ax - bx), abs(ay - by)), abs(az - bz)
    end

    -- Canary: familiars come along, and other summons where the configuration says so.
    local function comes_along(master, summon, tiles, floors, teleports)
        local familiar = summon.type and summon.type.familiar
        local map = parts.map
        local safe = master.tile and map.has_flag(master.tile, env.TILESTATE_PROTECTIONZONE)
        if not (floors > 0 or tiles > FAMILIAR_TILES) or not (familiar or (teleports and not safe)) then
            return false
        end
        local x, y, z = creatures.position(master)
        if not master.tile or map.has_flag(master.tile, env.TILESTATE_TELEPORT) then
            return false
        end
        creatures.teleport(summon, x, y, z, true)
        return true
    end

    local function check_summons(master)
        if #master.summons == 0 then
            return
        end
        local teleports = not tfs and parts.config.boolean("TELEPORT_SUMMONS")
        local lost = {}
        for _, summon in ipairs(master.summons) do
            local tiles, floors = away(master, summon)
            local along = not tfs and comes_along(master, summon, tiles, floors, teleports)
            local stays = teleports or (not tfs and summon.type and summon.type.familiar)
            if not along and not stays and (floors > LOST_FLOORS or tiles > LOST_TILES) then
                lost[#lost + 1] = summon
            end
        end
        for _, summon in ipairs(lost) do
            creatures.remove(summon)
        end
    end

    -- Moves --------------------------------------------------------------------------------------------------------

    -- Peace begins where a protection zone does, for those who do not ignore it.
    local function ends_fight(creature, zone)
        if zone ~= env.ZONE_PROTECTION then
            return false
        end
        return creature.class_name ~= "Player" or not parts.players.has_flag(creature, "ignoreprotectionzone")
    end

    --- A creature has come from one zone into another.
    ---@param creature table
    ---@param old_tile table
    ---@param new_tile table
    function creatures.zone_changed(creature, old_tile, new_tile)
        local before, now = parts.map.zone_type(old_tile), parts.map.zone_type(new_tile)
        if before == now then
            return
        end
        local is_player = creature.class_name == "Player"
        if tfs then
            parts.events.meta("Creature", "onChangeZone", creature, before, now)
        end
        if creature.target and ends_fight(creature, now) then
            creatures.lost(creature, creature.target)
        end
        if is_player then
            parts.players.zone_changed(creature, now)
        end
    end

    -- Whom a creature attacks has come into another zone.
    local function target_changed_zone(creature, target, old_tile, new_tile)
        local zone = parts.map.zone_type(new_tile)
        if zone == parts.map.zone_type(old_tile) then
            return
        end
        local spares = creature.class_name == "Player" and target.class_name == "Player"
            and not parts.players.has_flag(creature, "ignoreprotectionzone")
        if ends_fight(creature, zone) or (zone == env.ZONE_NOPVP and spares) then
            creatures.lost(creature, target)
        end
    end

    local function moved_itself(creature, new_tile, old_tile, teleported)
        if teleported then
            -- No step of its own: it takes no longer, and the next step is not on its way any more.
            creatures.stepped(creature, 0, false)
            creatures.halt(creature)
        else
            local floors = new_tile.z ~= old_tile.z
            local diagonal = not floors and new_tile.x ~= old_tile.x and new_tile.y ~= old_tile.y
            creatures.stepped(creature, diagonal and 4 or 0, floors)
        end
        check_summons(creature)
        if creature.class_name == "Player" then
            if not tfs then
                creature.training = false
            end
            parts.monsters.wake_spawns(new_tile.x, new_tile.y)
            if teleported or new_tile.z ~= old_tile.z then
                parts.combat.pacify(creature)
            end
        end
        creatures.zone_changed(creature, old_tile, new_tile)
    end

    --- A creature has been moved by the map: called for each who sees it, the creature itself among them.
    function creatures.moved(seer, creature, new_tile, old_tile, teleported)
        if seer.class_name == "Monster" then
            parts.monsters.sees_move(seer, creature, old_tile, new_tile, teleported)
        elseif seer.class_name == "Npc" then
            parts.npcs.sees_move(seer, creature, old_tile, new_tile)
        end
        if seer == creature then
            moved_itself(creature, new_tile, old_tile, teleported)
        end
        local follow = seer.follow
        if follow and (follow == creature or seer == creature) then
            seer.force_path = true
            if new_tile.z ~= old_tile.z or not creatures.is_in_sight(seer, follow) then
                creatures.lost(seer, follow)
            end
        end
        local target = seer.target
        if target and (target == creature or seer == creature) then
            if new_tile.z ~= old_tile.z or not creatures.is_in_sight(seer, target) then
                creatures.lost(seer, target)
            else
                target_changed_zone(seer, target, old_tile, new_tile)
            end
        end
    end
end
