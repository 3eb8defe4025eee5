--- Creatures on the move: steps, stairs, teleporting, being pushed.

local context = ...
local raw = context.raw
local abs, band, bor = raw.math.abs, raw.bit.band, raw.bit.bor

local NORTH, EAST, SOUTH, WEST = 0, 1, 2, 3
local STEPS = {
    [0] = { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 }, { -1, 1 }, { 1, 1 }, { -1, -1 }, { 1, -1 },
}
-- Canary: most teleports of a thing in a while, and how long it is held up then.
local BURST, BURST_MS, BURST_BLOCK = 10, 1000, 1000
local SUSTAINED, SUSTAINED_MS, SUSTAINED_BLOCK = 30, 10000, 5000

return function(server, map)
    local enum, tfs, STATE, FLAG = server.parts.enums.get, server.tfs, map.STATE, map.FLAG
    local NOERROR, NOTPOSSIBLE = map.NOERROR, map.NOTPOSSIBLE
    local NOTMOVABLE = enum(tfs and "RETURNVALUE_NOTMOVEABLE" or "RETURNVALUE_NOTMOVABLE")
    local SAME_PLACE = tfs and NOERROR or enum("RETURNVALUE_CONTACTADMINISTRATOR") or NOTPOSSIBLE
    local has_flag = map.has_flag

    --- The place one step away.
    ---@param direction number
    ---@return number x
    ---@return number y
    function map.next_place(x, y, direction)
        local step = STEPS[direction]
        if not step then
            return x, y
        end
        return (x + step[1]) % 65536, (y + step[2]) % 65536
    end

    --- The direction from one place to another, as the servers tell it.
    function map.direction_to(x, y, tx, ty)
        local dx, dy = tx - x, ty - y
        if dx == 0 and dy == 0 then
            return 8
        elseif abs(dx) > abs(dy) then
            return dx > 0 and EAST or WEST
        elseif abs(dx) < abs(dy) then
            return dy > 0 and SOUTH or NORTH
        elseif dy > 0 then
            return dx > 0 and 5 or 4
        end
        return dx > 0 and 7 or 6
    end

    local function turn_as_moved(creature, old, new)
        if old.y > new.y then
            creature.direction = NORTH
        elseif old.y < new.y then
            creature.direction = SOUTH
        end
        if old.x < new.x then
            creature.direction = EAST
        elseif old.x > new.x then
            creature.direction = WEST
        end
    end

    local function tell(creature, seers, old, new, teleported)
        local creatures = server.parts.creatures
        local send, moved, can_see = server.parts.clients.send, creatures.moved, creatures.can_see_creature
        local seen_by_all = creatures.seen_by_all(creature)
        local fields = {
            id = creature.id,
            from_x = old.x,
            from_y = old.y,
            from_z = old.z,
            x = new.x,
            y = new.y,
            z = new.z,
            teleport = teleported,
        }
        for at = 1, #seers do
            local seer = seers[at]
            if seer.class_name == "Player" and (seen_by_all or can_see(seer, creature)) then
                send(seer, "move", fields)
            end
        end
        for at = 1, #seers do
            local seer = seers[at]
            -- For another player it means something only when it follows or attacks somebody.
            if seer == creature or seer.follow or seer.target or seer.class_name ~= "Player" then
                moved(seer, creature, new, old, teleported)
            end
        end
    end

    local function is_on(creature, tile)
        local list = tile.creatures
        for at = 1, list and #list or 0 do
            if list[at] == creature then
                return true
            end
        end
        return false
    end

    local function change_tile(creature, old, new)
        map.remove_thing(old, creature)
        if map.sector(old.x, old.y) ~= map.sector(new.x, new.y, true) then
            map.leave_sector(creature, old.x, old.y)
            map.enter_sector(creature, new.x, new.y)
        end
        map.add_thing(new, creature)
    end

    --- Moves a creature to another tile, whatever is there; scripts and fields see it.
    ---@param creature table
    ---@param new table tile
    ---@param force_teleport boolean|nil as a teleport even to the next tile
    function map.move_creature(creature, new, force_teleport)
        local old = creature.tile
        if creature.removed or not old then
            return
        elseif tfs then
            if not is_on(creature, old) then
                return
            end
        elseif old == new or not map.before_zone_change(creature, old, new) then
            return
        end
        local teleported = force_teleport or not new.ground or abs(old.x - new.x) > 1 or abs(old.y - new.y) > 1
            or old.z ~= new.z
        local seers = map.spectators_of_both(old.x, old.y, old.z, new.x, new.y, new.z)
        change_tile(creature, old, new)
        if not teleported then
            turn_as_moved(creature, old, new)
        end
        tell(creature, seers, old, new, teleported and true or false)
        map.post_remove(old, creature, new)
        map.post_add(new, creature, old)
        if not tfs then
            map.after_zone_change(creature, old, new)
            if force_teleport and creature.class_name == "Player" then
                local effect = enum("CONST_ME_TELEPORT") or 11
                map.send_effect(old.x, old.y, old.z, effect, creature)
                map.send_effect(new.x, new.y, new.z, effect, creature)
            end
        end
    end

    local function has_condition(creature, name)
        local kind = enum(name)
        local has = server.parts.conditions.has
        return kind ~= nil and has ~= nil and has(creature, kind) or false
    end

    -- After stairs one looks the way one came.
    local function turn_after_stairs(creature, from, to)
        if from.z ~= to.z and (from.x ~= to.x or from.y ~= to.y) then
            local direction = map.direction_to(from.x, from.y, to.x, to.y)
            if band(direction, 4) == 0 then
                server.parts.creatures.turn(creature, direction)
            end
        end
    end

    --- Moves a creature onto a tile, and on to where that leads (stairs), when it may go there.
    ---@param creature table
    ---@param tile table
    ---@param flags number|nil FLAG_*
    ---@return number RETURNVALUE_*
    function map.move_to(creature, tile, flags)
        flags = flags or 0
        if has_condition(creature, tfs and "CONDITION_ROOT" or "CONDITION_ROOTED") then
            return NOTPOSSIBLE
        end
        local answer = map.query_add(tile, creature, 1, flags)
        if answer ~= NOERROR then
            return answer
        end
        if not tfs and has_condition(creature, "CONDITION_FEARED") and map.harmful_field(tile) then
            return NOTPOSSIBLE
        end
        map.move_creature(creature, tile)
        if creature.tile ~= tile then
            return NOERROR
        end
        local from
        for _ = 1, map.LAYERS do
            local further = map.query_destination(tile, creature)
            if further == tile then
                break
            end
            map.move_creature(creature, further)
            if creature.tile ~= further then
                -- A script has moved it.
                from = nil
                break
            end
            from, tile = tile, further
        end
        if from then
            turn_after_stairs(creature, from, tile)
        end
        return NOERROR
    end

    map.move_creature_to = map.move_to

    local function is_open(tile)
        return not tile or (not tile.ground and not has_flag(tile, STATE.BLOCKSOLID))
    end

    -- Up or down over things with height, as players do.
    local function climb(player, x, y, z, tx, ty, direction, flags)
        local here = player.tile
        if z ~= 8 and z > 0 and here and map.has_height(here, 3) and is_open(map.tile(x, y, z - 1)) then
            local tile = map.tile(tx, ty, z - 1)
            local blocked = tfs and STATE.IMMOVABLEBLOCKSOLID or STATE.BLOCKSOLID
            if tile and tile.ground and not has_flag(tile, blocked) then
                flags = bor(flags, FLAG.IGNOREBLOCKITEM, FLAG.IGNOREBLOCKCREATURE)
                if not has_flag(tile, STATE.FLOORCHANGE) then
                    player.direction = direction
                    return z - 1, flags
                end
            end
        end
        if z ~= 7 and is_open(map.tile(tx, ty, z)) then
            local tile = map.tile(tx, ty, z + 1)
            if tile and map.has_height(tile, 3) and not (tfs and has_flag(tile, STATE.IMMOVABLEBLOCKSOLID)) then
                flags = bor(flags, FLAG.IGNOREBLOCKITEM, FLAG.IGNOREBLOCKCREATURE)
                player.direction = direction
                return z + 1, flags
            end
        end
        return z, flags
    end

    --- Moves a creature one step.
    ---@param creature table
    ---@param direction number
    ---@param flags number|nil FLAG_*
    ---@return number RETURNVALUE_*
    function map.walk(creature, direction, flags)
        flags = flags or 0
        if not tfs and creature.base_speed == 0 then
            return NOTMOVABLE
        end
        local here = creature.tile
        if not here then
            return NOTPOSSIBLE
        end
        creature.last_position = { x = here.x, y = here.y, z = here.z }
        local x, y = map.next_place(here.x, here.y, direction)
        local z = here.z
        if creature.class_name == "Player" and band(direction, 4) == 0 then
            z, flags = climb(creature, here.x, here.y, z, x, y, direction, flags)
        end
        local tile = map.tile(x, y, z)
        if not tile then
            return NOTPOSSIBLE
        end
        return map.move_to(creature, tile, flags)
    end

    -- Teleporting -----------------------------------------------------------------------------------------------

    -- Things that are being teleported, and how often they were lately.
    local under_way = {}
    local guards = raw.setmetatable({}, { __mode = "k" })

    local function count_in(guard, key, now, length, most)
        local started = guard[key]
        if not started or started + length <= now then
            guard[key], guard[key .. "_count"] = now, 1
            return false
        end
        guard[key .. "_count"] = guard[key .. "_count"] + 1
        return guard[key .. "_count"] > most
    end

    local function is_held_up(thing)
        local guard, now = guards[thing], server.now
        if not guard then
            guard = { until_ms = -1, log_at = 0, log_delay = 1000, blocked = 0, kept = 0 }
            guards[thing] = guard
        end
        if guard.until_ms > now then
            return true
        end
        local burst = count_in(guard, "burst", now, BURST_MS, BURST)
        local sustained = count_in(guard, "sustained", now, SUSTAINED_MS, SUSTAINED)
        if burst or sustained then
            guard.until_ms = now + (sustained and SUSTAINED_BLOCK or BURST_BLOCK)
            return true
        end
        return false
    end

    local function log_block(thing, reason)
        local guard = guards[thing] or { until_ms = -1, log_at = 0, log_delay = 1000, blocked = 0, kept = 0 }
        guards[thing] = guard
        guard.blocked = guard.blocked + 1
        if guard.log_at > server.now then
            guard.kept = guard.kept + 1
            return
        end
        local what = map.is_creature(thing) and "creature " .. thing.name or "item id " .. thing.id
        local x, y, z = map.position_of(thing)
        server:log("error", raw.string.format(
            "[Game::internalTeleport] - Blocked %s teleport for %s at position ( %d, %d, %d ) (blocked events: %d, "
                .. "suppressed logs: %d)",
            reason, what, x or 0, y or 0, z or 0, guard.blocked, guard.kept
        ))
        guard.kept, guard.log_at = 0, server.now + guard.log_delay
        guard.log_delay = raw.math.min(guard.log_delay * 2, 60000)
    end

    local function teleport(thing, x, y, z, push_move, flags)
        local fx, fy, fz = map.position_of(thing)
        if fx == x and fy == y and fz == z then
            return SAME_PLACE
        elseif thing.removed then
            return NOTPOSSIBLE
        end
        local tile = map.tile(x, y, z)
        if not tile then
            return NOTPOSSIBLE
        end
        if map.is_creature(thing) then
            local answer = map.query_add(tile, thing, 1, FLAG.NOLIMIT)
            if answer ~= NOERROR then
                return answer
            end
            map.move_creature(thing, tile, not push_move)
            return NOERROR
        end
        return server.parts.items.move(thing, tile, thing.count or 1, flags or 0)
    end

    --- Takes a creature or an item to another place.
    ---@param thing table
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param push_move boolean|nil as a push; true unless given
    ---@param flags number|nil FLAG_*
    ---@return number RETURNVALUE_*
    function map.teleport(thing, x, y, z, push_move, flags)
        push_move = push_move ~= false
        if tfs then
            return teleport(thing, x, y, z, push_move, flags)
        elseif under_way[thing] then
            log_block(thing, "recursive")
            return NOTPOSSIBLE
        end
        under_way[thing] = true
        local ok, answer
        if is_held_up(thing) then
            log_block(thing, "rate-limited")
            ok, answer = true, NOTPOSSIBLE
        else
            ok, answer = raw.pcall(teleport, thing, x, y, z, push_move, flags)
        end
        under_way[thing] = nil
        if not ok then
            raw.error(answer, 0)
        end
        return answer
    end
end
