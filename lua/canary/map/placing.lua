--- Where a creature comes into the world, and that it leaves it.

local context = ...
local raw = context.raw

local NEAR = { { -1, -1 }, { 0, -1 }, { 1, -1 }, { -1, 0 }, { 1, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 } }
-- Those that are looked at first, then those that are only shuffled among each other.
local FAR_TFS = {
    { 0, -2 }, { 2, 0 }, { 0, 2 }, { -2, 0 },
    { -1, -1 }, { 0, -1 }, { 1, -1 }, { -1, 0 }, { 1, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 },
}
local FAR_CANARY = {
    { 0, -2 }, { -1, -1 }, { 0, -1 }, { 1, -1 },
    { -2, 0 }, { -1, 0 }, { 1, 0 }, { 2, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 }, { 0, 2 },
}

return function(server, map)
    local enum, tfs, STATE, FLAG = server.parts.enums.get, server.tfs, map.STATE, map.FLAG
    local NOTINVITED = enum("RETURNVALUE_PLAYERISNOTINVITED")

    local function shuffle(list, from, to)
        local uniform = server.parts.random.uniform
        for at = to, from + 1, -1 do
            local other = uniform(from, at)
            list[at], list[other] = list[other], list[at]
        end
    end

    local function tries(extended)
        local list = {}
        for at, step in raw.ipairs(extended and (tfs and FAR_TFS or FAR_CANARY) or NEAR) do
            list[at] = step
        end
        if extended then
            shuffle(list, 1, 4)
            shuffle(list, 5, #list)
        else
            shuffle(list, 1, #list)
        end
        return list
    end

    -- Canary: monsters that come into the world don't mind fields.
    local function answer_of(tile, creature, flags)
        if tfs or creature.class_name ~= "Monster" then
            return map.query_add(tile, creature, 1, flags)
        end
        local before = creature.ignore_field_damage
        creature.ignore_field_damage = true
        local answer = map.query_add(tile, creature, 1, flags)
        creature.ignore_field_damage = before
        return answer
    end

    --- The tile that a creature gets to when it is to come into the world at a place.
    ---@param creature table
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param extended boolean|nil two steps away counts, too
    ---@param forced boolean|nil there, even if it is not allowed
    ---@return table|nil tile
    function map.find_place(creature, x, y, z, extended, forced)
        local tile = map.tile(x, y, z)
        local flags = tfs and FLAG.IGNOREBLOCKITEM or FLAG.IGNOREBLOCKITEM + FLAG.IGNOREFIELDDAMAGE
        local protected = false
        if tile then
            protected = map.has_flag(tile, STATE.PROTECTIONZONE)
            local answer = answer_of(tile, creature, flags)
            if forced or answer == map.NOERROR or answer == NOTINVITED then
                return (map.query_destination(tile, creature))
            end
        elseif not tfs then
            return nil
        end
        for _, step in raw.ipairs(tries(extended)) do
            local tx, ty = x + step[1], y + step[2]
            local near = map.tile(tx % 65536, ty % 65536, z)
            local fits = near and (not protected or map.has_flag(near, STATE.PROTECTIONZONE))
                and (tfs or not map.has_flag(near, STATE.TELEPORT))
            if fits and answer_of(near, creature, tfs and 0 or flags) == map.NOERROR
                and (not extended or map.is_sight_clear(x, y, z, tx, ty, z, false)) then
                return (map.query_destination(near, creature))
            end
        end
        return nil
    end

    --- Puts a creature onto a tile as it comes into the world. Nobody is told: that is the part of creatures'.
    ---@param creature table
    ---@param tile table
    function map.put_creature(creature, tile)
        map.internal_add(tile, creature)
        creature.last_position = { x = tile.x, y = tile.y, z = tile.z }
        map.enter_sector(creature, tile.x, tile.y)
    end

    --- Takes a creature from the map.
    ---@param creature table
    function map.take_creature(creature)
        local tile = creature.tile
        if not tile then
            return
        end
        map.leave_sector(creature, tile.x, tile.y)
        map.remove_thing(tile, creature)
        map.zones_lose(tile, creature)
        creature.tile = nil
    end

    -- Places in the order in which a creature looks for a free one: rings around it.
    local function free_near(creature, x, y, z, extended)
        local tile = map.tile(x, y, z)
        if tile and map.query_add(tile, creature, 1, FLAG.IGNOREBLOCKITEM) == map.NOERROR then
            return x, y, z
        end
        for _, step in raw.ipairs(extended and FAR_TFS or NEAR) do
            local tx, ty = x + step[1], y + step[2]
            local near = map.tile(tx % 65536, ty % 65536, z)
            if near and map.query_add(near, creature, 1, 0) == map.NOERROR
                and (not extended or map.is_sight_clear(x, y, z, tx, ty, z, false)) then
                return tx, ty, z
            end
        end
    end

    --- The free place next to a place.
    ---@return number|nil x
    ---@return number|nil y
    ---@return number|nil z
    map.free_place = free_near
end
