--- Fear (Canary): the creature runs from whoever frightened it, whether it wants or not.

local context = ...
local raw = context.raw

-- Milliseconds that a player can't be frightened again.
local RESPITE = 10000
-- How far away a place to run to is looked for, the furthest first.
local REACHES = { 15, 9, 3, 1 }
-- Where to run, in the order that the server tries: it has north and south, east and west the wrong way round.
local WAYS = {
    { 0, 1 },
    { 1, -1 },
    { -1, 0 },
    { -1, 1 },
    { 0, 1 },
    { 1, 1 },
    { 1, 0 },
    { 1, -1 },
}
local AROUND = { { 0, -1 }, { 1, -1 }, { 1, 0 }, { 1, 1 }, { 0, 1 }, { -1, 1 }, { -1, 0 }, { -1, -1 } }

return function(server, conditions)
    local base = conditions.base
    if server.tfs then
        return
    end

    local function is_stuck(creature)
        local tile = creature.tile
        for at = 1, #AROUND do
            if conditions.world.can_flee_to(creature, tile.x + AROUND[at][1], tile.y + AROUND[at][2], tile.z) then
                return false
            end
        end
        return true
    end

    -- Which of the ways is tried first: away from where the fright came from.
    local function first_way(condition, creature)
        local tile, from = creature.tile, condition.from
        local dx, dy = from and tile.x - from.x or 0, from and tile.y - from.y or 0
        if dx == 0 and dy == 0 then
            return server.parts.random.uniform(0, 7)
        elseif dx >= 1 and dy <= 0 then
            return dy == 0 and 2 or 0
        elseif dx >= 0 and dy >= 1 then
            return dx == 0 and 4 or 2
        elseif dx <= -1 and dy >= 0 then
            return dy == 0 and 6 or 4
        end
        return dx == 0 and 0 or 6
    end

    local function run(condition, creature)
        local tile = creature.tile
        for _ = 1, #WAYS do
            local way = WAYS[condition.way % 8 + 1]
            for at = 1, #REACHES do
                if is_stuck(creature) then
                    return
                end
                local x, y = tile.x + way[1] * REACHES[at], tile.y + way[2] * REACHES[at]
                if conditions.world.walk_to(creature, x, y, tile.z) then
                    return
                end
            end
            condition.way = condition.way + 1
        end
    end

    conditions.kind("feared", {
        start = function(condition, creature)
            condition.way = first_way(condition, creature)
            return base.start(condition)
        end,
        execute = function(condition, creature, interval)
            if not conditions.world.is_walking(creature) then
                run(condition, creature)
            end
            return base.execute(condition, creature, interval)
        end,
        finish = function(_, creature)
            conditions.world.stop_walk(creature)
            if creature.class_name == "Player" then
                creature.fearless_until = conditions.time() + RESPITE
            end
        end,
        merge = conditions.renew,
        icons = function(_, list)
            list[#list + 1] = "Feared"
        end,
    })

    --- Whether a player can be frightened just now: not so soon again, and of a party only some at once.
    ---@param player table
    function conditions.can_be_feared(player)
        if (player.fearless_until or 0) >= conditions.time() or conditions.has(player, conditions.types.FEARED) then
            return false
        end
        local members = conditions.world.party_members(player)
        if not members then
            return true
        end
        local allowed = raw.math.floor((#members + 5) / 5)
        for at = 1, #members do
            if conditions.has(members[at], conditions.types.FEARED) then
                allowed = allowed - 1
            end
        end
        return allowed > 0
    end
end
