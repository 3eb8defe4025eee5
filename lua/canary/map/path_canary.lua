--- How Canary looks for a way: of at most 512 places the cheapest one next, away from where one came.

local context = ...
local raw = context.raw
local abs, max = raw.math.abs, raw.math.max

local DIAGONAL, STRAIGHT = 25, 10
local NORTH, EAST, SOUTH, WEST, SOUTHWEST, SOUTHEAST, NORTHWEST, NORTHEAST = 0, 1, 2, 3, 4, 5, 6, 7
-- Dx, dy in turn.
local ALL = { -1, 0, 0, 1, 1, 0, 0, -1, -1, -1, 1, -1, 1, 1, -1, 1 }

return function(_, map)
    local paths = map.paths
    local in_range, matches, cost_of_tile, directions =
        paths.in_range, paths.matches, paths.cost_of_tile, paths.directions
    local tile_at = map.tile

    -- The neighbours to look at, by where one came from (from node to parent).
    local NEIGHBOURS = {
        [NORTH] = { -1, 0, 0, 1, 1, 0, 1, 1, -1, 1 },
        [EAST] = { -1, 0, 0, 1, 0, -1, -1, -1, -1, 1 },
        [SOUTH] = { -1, 0, 1, 0, 0, -1, -1, -1, 1, -1 },
        [WEST] = { 0, 1, 1, 0, 0, -1, 1, -1, 1, 1 },
        [SOUTHWEST] = { 1, 0, 0, -1, -1, -1, 1, -1, 1, 1 },
        [SOUTHEAST] = { -1, 0, 0, -1, -1, -1, 1, -1, -1, 1 },
        [NORTHWEST] = { 0, 1, 1, 0, 1, -1, 1, 1, -1, 1 },
        [NORTHEAST] = { -1, 0, 0, 1, -1, -1, 1, 1, -1, 1 },
    }

    local function neighbours_of(node)
        local parent = node.parent
        if not parent then
            return ALL
        end
        local dx, dy = parent.x - node.x, parent.y - node.y
        if dy == 0 then
            return NEIGHBOURS[dx == -1 and WEST or EAST]
        elseif dx == 0 then
            return NEIGHBOURS[dy == -1 and NORTH or SOUTH]
        elseif dy == -1 then
            return NEIGHBOURS[dx == -1 and NORTHWEST or NORTHEAST]
        end
        return NEIGHBOURS[dx == -1 and SOUTHWEST or SOUTHEAST]
    end

    -- Canary compares four nodes at a time: of equal ones that win which come first in the lower lane.
    local LANES, NODES_CANARY, CLOSED_CANARY = 4, 512, 100

    local function best_canary(search)
        local open, count = search.open, search.count
        local best, least, best_lane
        for at = 1, count do
            local node = open[at]
            if node then
                local total, lane = node.f + node.h, (at - 1) % LANES
                if not least or total < least or (total == least and lane < best_lane) then
                    best, least, best_lane = node, total, lane
                end
            end
        end
        return best
    end

    local function walkable_canary(creature, x, y, z)
        local tile = tile_at(x, y, z)
        if creature and creature.tile ~= tile then
            local flags = map.FLAG.PATHFINDING + map.FLAG.IGNOREFIELDDAMAGE
            if not tile or map.query_add(tile, creature, 1, flags) ~= map.NOERROR then
                return nil
            end
        end
        return tile
    end

    local function look_canary(search, node, x, y)
        local params, creature = search.params, search.creature
        if search.conditional then
            local reach = params.max_search
            if reach ~= 0 and (abs(search.x - x) > reach or abs(search.y - y) > reach) then
                return true
            elseif params.keep_distance and not in_range(search.x, search.y, x, y, search.tx, search.ty, params) then
                return true
            end
        end
        local key = y * 65536 + x
        local known = search.nodes[key]
        local extra
        if known then
            extra = known.c
        else
            local tile = walkable_canary(creature, x, y, search.z)
            if not tile then
                return true
            end
            extra = creature and cost_of_tile(creature, tile, 4) or 0
        end
        local step = (abs(node.x - x) + abs(node.y - y) - 1) * DIAGONAL + STRAIGHT
        local f = node.f + step + extra
        if known then
            if known.f > f then
                known.f, known.parent = f, node
                if not search.open[known.index] then
                    search.open[known.index] = known
                    search.closed = search.closed - 1
                end
            end
            return true
        elseif search.count >= NODES_CANARY then
            return false
        end
        local dx, dy = abs(search.tx - x), abs(search.ty - y)
        local h = (dx - search.sx) * 8 + (dy - search.sy) * 8 + max(dx, dy) * 8
        search.count = search.count + 1
        local new = { parent = node, x = x, y = y, f = f, h = h, c = extra, index = search.count }
        search.nodes[key] = new
        search.open[search.count] = new
        return true
    end

    --- Looks for the way of a search; nil when there is none.
    function paths.find_canary(search)
        local params, creature = search.params, search.creature
        search.conditional = creature ~= nil and (params.max_search ~= 0 or params.keep_distance == true)
        local start = creature and creature.tile or tile_at(search.x, search.y, search.z)
        local extra = creature and start and cost_of_tile(creature, start, 4) or 0
        local first = { x = search.x, y = search.y, f = 0, h = 0, c = extra, index = 1 }
        search.nodes, search.open = { [first.y * 65536 + first.x] = first }, { first }
        search.count, search.closed = 1, 0
        search.sx, search.sy = abs(search.tx - search.x), abs(search.ty - search.y)
        local start_x, start_y = search.x, search.y
        local found
        repeat
            local node = best_canary(search)
            if not node then
                return found and directions(found) or nil
            end
            -- Without a condition Canary's start wanders along with the place that it looks at.
            if not search.conditional then
                search.x, search.y = node.x, node.y
            end
            if matches(search, node.x, node.y) then
                found = node
                if search.best == 0 then
                    break
                end
            end
            search.x, search.y = start_x, start_y
            local neighbours = neighbours_of(node)
            for at = 1, #neighbours, 2 do
                if not look_canary(search, node, node.x + neighbours[at], node.y + neighbours[at + 1]) then
                    if not found then
                        return nil
                    end
                    break
                end
            end
            search.open[node.index] = false
            search.closed = search.closed + 1
        until not (search.conditional and params.max_search ~= 0) and search.closed >= CLOSED_CANARY
        return found and directions(found) or nil
    end
end
