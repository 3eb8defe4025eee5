--- How TFS looks for a way: a heap of places by cost, and a straight line shortens the search.

local context = ...
local raw = context.raw
local abs, floor = raw.math.abs, raw.math.floor

local DIAGONAL, STRAIGHT = 25, 10
-- Dx, dy in turn.
local ALL = { -1, 0, 0, 1, 1, 0, 0, -1, -1, -1, 1, -1, 1, 1, -1, 1 }

return function(server, map)
    local paths = map.paths
    local in_range, matches, cost_of_tile, directions =
        paths.in_range, paths.matches, paths.cost_of_tile, paths.directions
    local tile_at = map.tile
    local VIEW_X, VIEW_Y = map.VIEW_X, map.VIEW_Y

    -- A heap by `f` that sifts as libstdc++'s priority_queue does: places of equal cost come out in the same order.
    local function sift_up(heap, hole, value)
        while hole > 1 do
            local parent = floor(hole / 2)
            if heap[parent].f <= value.f then
                break
            end
            heap[hole] = heap[parent]
            hole = parent
        end
        heap[hole] = value
    end

    local function push(heap, node)
        heap.size = heap.size + 1
        sift_up(heap, heap.size, node)
    end

    local function pop(heap)
        local size = heap.size
        local top, value = heap[1], heap[size]
        heap[size] = nil
        size = size - 1
        heap.size = size
        if size > 0 then
            local hole = 1
            while hole * 2 + 1 <= size do
                local child = hole * 2 + 1
                if heap[child].f > heap[child - 1].f then
                    child = child - 1
                end
                heap[hole] = heap[child]
                hole = child
            end
            if hole * 2 == size then
                heap[hole] = heap[size]
                hole = size
            end
            sift_up(heap, hole, value)
        end
        return top
    end

    local MOST_NODES = floor(VIEW_X * VIEW_Y * 3 / 2)

    -- Nodes that lie behind, aside or beyond, when the line to the target is free.
    local function aside(from, to, at)
        return (from > to and at > from) or (from == to and at ~= from) or (from < to and at < from)
            or (from > to and at < to) or (from < to and at > to)
    end

    local function walkable_tfs(creature, x, y, z)
        local tile = tile_at(x, y, z)
        if creature.tile ~= tile then
            if not tile then
                return nil
            end
            local flags = map.FLAG.PATHFINDING
            if creature.class_name ~= "Player" then
                flags = flags + map.FLAG.IGNOREFIELDDAMAGE
            end
            if map.query_add(tile, creature, 1, flags) ~= map.NOERROR then
                return nil
            end
        end
        return tile
    end

    local function best_node(search)
        local heap, visited = search.heap, search.visited
        while heap.size > 0 do
            local node = pop(heap)
            local key = node.y * 65536 + node.x
            if not visited[key] then
                visited[key] = true
                return node
            end
        end
    end

    -- Whether a place is left out from the start.
    local function skipped(search, x, y)
        local params = search.params
        local away = abs(search.x - x) + abs(search.y - y)
        if params.max_search ~= 0 and away > params.max_search then
            return true
        elseif params.max_search == 0 and away > VIEW_X + VIEW_Y then
            return true
        elseif params.keep_distance and not in_range(search.x, search.y, x, y, search.tx, search.ty, params) then
            return true
        end
        return search.straight and (aside(search.x, search.tx, x) or aside(search.y, search.ty, y))
    end

    local function look_tfs(search, node, x, y)
        if skipped(search, x, y) then
            return true
        end
        local key = y * 65536 + x
        local known = search.nodes[key]
        local tile
        if known then
            tile = tile_at(x, y, search.z)
        else
            tile = walkable_tfs(search.creature, x, y, search.z)
            if not tile then
                return true
            end
        end
        local step = abs(node.x - x) == abs(node.y - y) and DIAGONAL or STRAIGHT
        local g = (node.g + step + cost_of_tile(search.creature, tile, 3)) % 65536
        local dx, dy = abs(x - search.tx), abs(y - search.ty)
        local f = (dx * dx + dy * dy + g) % 65536
        if known then
            if known.f > f then
                known.g, known.f, known.parent = g, f, node
            end
            return true
        elseif search.count == MOST_NODES then
            return false
        end
        search.count = search.count + 1
        local new = { parent = node, x = x, y = y, g = g, f = f }
        search.nodes[key] = new
        push(search.heap, new)
        return true
    end

    --- Looks for the way of a search; nil when there is none.
    function paths.find_tfs(search)
        local creature, params = search.creature, search.params
        if server.parts.creatures.speed(creature) <= 0 or search.z ~= search.tz then
            return nil
        end
        local dx, dy = abs(search.x - search.tx), abs(search.y - search.ty)
        if params.max_distance <= 1 and dx <= 1 and dy <= 1 then
            return {}
        end
        local reach = params.max_search ~= 0 and params.max_search or nil
        if dx > (reach or VIEW_X + 1) or dy > (reach or VIEW_Y + 1) then
            return nil
        end
        search.straight = not params.keep_distance and not params.summon_to_master and params.min_distance <= 1
            and map.is_sight_clear(search.x, search.y, search.z, search.tx, search.ty, search.tz, true, true)
        local first = { x = search.x, y = search.y, g = 0, f = 0 }
        search.heap, search.visited, search.count = { size = 0 }, {}, 1
        search.nodes = { [first.y * 65536 + first.x] = first }
        push(search.heap, first)
        local found
        local looked = 0
        local node = best_node(search)
        while node do
            looked = looked + 1
            if looked >= VIEW_X * VIEW_Y then
                return nil
            end
            if matches(search, node.x, node.y) then
                found = node
                if search.best == 0 then
                    break
                end
            end
            for at = 1, 16, 2 do
                if not look_tfs(search, node, node.x + ALL[at], node.y + ALL[at + 1]) then
                    return nil
                end
            end
            node = best_node(search)
        end
        return found and directions(found) or nil
    end
end
