--- What hides what on the map: things between two places, floors above a tile (g_map).

local context = ...
local raw = context.raw
local abs = raw.math.abs

return function(engine, game)
    local map, tile, thing, position = game.map, game.tile, game.thing, game.position

    --- Whether nothing on the straight line between two places hides one from the other.
    ---@return boolean
    function map.sight_clear(from, to)
        if position.same(from, to) then
            return true
        end
        local start, goal = from, to
        if from.z > to.z then
            start, goal = to, from
        end
        local x, y = start.x, start.y
        local mx = x < goal.x and 1 or x == goal.x and 0 or -1
        local my = y < goal.y and 1 or y == goal.y and 0 or -1
        local a, b = goal.y - y, x - goal.x
        local c = -(a * goal.x + b * goal.y)
        while x ~= goal.x or y ~= goal.y do
            local horizontal, vertical = abs(a * (x + mx) + b * y + c), abs(a * x + b * (y + my) + c)
            local cross = abs(a * (x + mx) + b * (y + my) + c)
            -- The second test sees the y of the first, and both the distances from before.
            if y ~= goal.y and (x == goal.x or horizontal > vertical or horizontal > cross) then
                y = y + my
            end
            if x ~= goal.x and (y == goal.y or vertical > horizontal or vertical > cross) then
                x = x + mx
            end
            local record = map.tile({ x = x, y = y, z = start.z })
            if record and not tile.look_possible(record) then
                return false
            end
        end
        for z = start.z, goal.z - 1 do
            local record = map.tile({ x = x, y = y, z = z })
            if record and #record.things > 0 then
                return false
            end
        end
        return true
    end

    --- Whether a floor above hides a place.
    ---@param first_floor integer the highest that is drawn
    ---@return boolean
    function map.covered(pos, first_floor)
        if not engine.edubart and (pos.z == 0 or pos.z == first_floor) then
            return false
        end
        local above = position.covered_up(pos)
        while above and above.z >= first_floor do
            local record = map.tile(above)
            if record and (engine.edubart and tile.full_ground(record) or tile.opaque(record)) then
                return true
            end
            above = position.covered_up(above)
        end
        return false
    end

    local function solid_above(above, single)
        for dx = 0, 1 do
            for dy = 0, 1 do
                local record = map.tile(position.translated(above, -dx, -dy))
                if not record or not tile.opaque(record) then
                    return false
                elseif dx == 0 and dy == 0 and single then
                    return true
                end
            end
        end
        return true
    end

    local function single(record)
        if #record.walkers > 0 then
            return false
        end
        for _, entry in raw.ipairs(record.things) do
            local kind = thing.kind(entry)
            if kind and kind.width * kind.height ~= 1 then
                return false
            end
        end
        return true
    end

    --- Whether floors above hide all of what stands on a tile.
    ---@return boolean
    function map.completely_covered(record, first_floor)
        local pos = record.position
        if pos.z == 0 or pos.z == first_floor or (not engine.edubart and record.has_creature) then
            return false
        end
        local above = position.covered_up(pos)
        while above and above.z >= first_floor do
            if solid_above(above, single(record)) then
                return true
            end
            above = position.covered_up(above)
        end
        return false
    end

    engine:singleton("g_map", {
        isLookPossible = function(pos)
            local record = map.tile(pos)
            return record ~= nil and tile.look_possible(record)
        end,
        isSightClear = map.sight_clear,
        isCovered = map.covered,
        isCompletelyCovered = function(pos, first_floor)
            local record = map.tile(pos)
            return record ~= nil and map.completely_covered(record, first_floor)
        end,
    })
end
