--- Ways over the map (g_map.findPath and others), by what the client sees, and where it does not by its minimap.

local context = ...
local raw = context.raw
local band, floor = raw.bit.band, raw.math.floor

local OK, SAME, IMPOSSIBLE, TOO_FAR, NO_WAY = 0, 1, 2, 3, 4
local UNSEEN, CREATURES, NON_PATHABLE, NON_WALKABLE, IGNORE_CREATURES = 1, 2, 4, 8, 16
local SEEN_FLAG, NOT_PATHABLE_FLAG, NOT_WALKABLE_FLAG, EMPTY_FLAG = 1, 2, 4, 8
local FAR = 10000000
local MOST_STEPS = 50000

return function(engine, game)
    local tile, position = game.tile, game.position
    local path = { OK = OK, ALLOW_UNSEEN = UNSEEN }
    game.path = path

    --- A heap: the node of the least cost first. Equal ones leave in the order of the heap, as in std::priority_queue.
    function path.push(heap, node, cost)
        local at = #heap + 1
        while at > 1 do
            local parent = floor(at / 2)
            if heap[parent].cost <= cost then
                break
            end
            heap[at] = heap[parent]
            at = parent
        end
        heap[at] = { node = node, cost = cost }
    end

    local push = path.push

    function path.pop(heap)
        local first, count = heap[1], #heap
        local last = heap[count]
        heap[count] = nil
        count = count - 1
        if count > 0 then
            local at = 1
            while true do
                local child = at * 2
                if child > count then
                    break
                elseif child < count and heap[child + 1].cost < heap[child].cost then
                    child = child + 1
                end
                if heap[child].cost >= last.cost then
                    break
                end
                heap[at] = heap[child]
                at = child
            end
            heap[at] = last
        end
        return first and first.node
    end
    local pop = path.pop

    -- What is known of a place: from the map where the client is aware, else from the minimap.
    local function look(pos, ignore_creatures)
        if game.map.is_aware(pos) then
            local record = game.map.tile(pos)
            if not record then
                return true, false, true, true, 100
            end
            local crowded = not ignore_creatures and record.has_creature
            local no_walk, no_path = not tile.walkable(record, ignore_creatures), not tile.pathable(record)
            return true, crowded, no_walk, no_path, tile.ground_speed(record)
        end
        local known = game.minimap.tile(pos)
        local no_walk = band(known.flags, NOT_WALKABLE_FLAG) ~= 0
        local no_path = band(known.flags, NOT_PATHABLE_FLAG) ~= 0
        return band(known.flags, SEEN_FLAG) ~= 0 or no_walk or no_path, false, no_walk, no_path, known.speed * 10
    end

    local function goal_open(goal, ignore_creatures)
        if game.map.is_aware(goal) then
            local record = game.map.tile(goal)
            return record ~= nil and tile.walkable(record, ignore_creatures)
        end
        return band(game.minimap.tile(goal).flags, NOT_WALKABLE_FLAG) == 0
    end

    -- Whether a step may be tried.
    local function allowed(flags, is_goal, seen, crowded, no_walk, no_path)
        if not seen then
            return band(flags, UNSEEN) ~= 0
        elseif no_walk and band(flags, NON_WALKABLE) == 0 then
            return false
        elseif is_goal then
            return true
        end
        return not (crowded and band(flags, CREATURES) == 0) and not (no_path and band(flags, NON_PATHABLE) == 0)
    end

    local function directions_to(node)
        local list = {}
        while node.previous do
            raw.table.insert(list, 1, node.direction)
            node = node.previous
        end
        return list
    end

    --- Finds the cheapest way.
    ---@param complexity integer how many places may be looked at
    ---@param flags integer Otc::PathFindFlags
    ---@return table directions
    ---@return integer status Otc::PathFindResult
    function path.find(start, goal, complexity, flags)
        local ignore_creatures = band(flags, engine.edubart and CREATURES or IGNORE_CREATURES) ~= 0
        if position.same(start, goal) then
            return {}, SAME
        elseif start.z ~= goal.z then
            return {}, IMPOSSIBLE
        elseif not goal_open(goal, ignore_creatures) then
            return {}, NO_WAY
        end
        local status, found, count = NO_WAY, nil, 1
        local current = { cost = 0, total = 0, pos = start }
        local nodes, heap = { [position.key(start)] = current }, {}
        while current do
            if count > complexity then
                status = TOO_FAR
                break
            end
            if position.same(current.pos, goal) and (not found or current.cost < found.cost) then
                found = current
            end
            if found and current.total >= found.cost then
                break
            end
            for dx = -1, 1 do
                for dy = -1, 1 do
                    local x, y = current.pos.x + dx, current.pos.y + dy
                    if (dx ~= 0 or dy ~= 0) and x >= 0 and y >= 0 then
                        local next_pos = { x = x, y = y, z = start.z }
                        local seen, crowded, no_walk, no_path, speed = look(next_pos, ignore_creatures)
                        local is_goal = x == goal.x and y == goal.y
                        if allowed(flags, is_goal, seen, crowded, no_walk, no_path) then
                            local factor = (dx ~= 0 and dy ~= 0) and 3 or 1
                            local cost = current.cost + speed * factor / 100
                            local key = position.key(next_pos)
                            local node = nodes[key]
                            if not node then
                                node = { cost = raw.math.huge, pos = next_pos }
                                nodes[key] = node
                                count = count + 1
                            end
                            if node.cost > cost then
                                node.previous, node.cost = current, cost
                                node.total = cost + position.distance(next_pos, goal)
                                node.direction = position.direction(current.pos, next_pos)
                                push(heap, node, node.total)
                            end
                        end
                    end
                end
            end
            current = pop(heap)
        end
        if found then
            return directions_to(found), OK
        end
        return {}, status
    end

    -- Tiles of the floor as they are when the search begins.
    local function visible_nodes(start, goal)
        local nodes = {}
        for _, record in raw.ipairs(game.map.tiles(start.z)) do
            local pos = record.position
            if not position.same(pos, start) then
                local blocked = not tile.walkable(record, false) or not tile.pathable(record)
                local shut = blocked and not position.same(pos, goal)
                nodes[position.key(pos)] = {
                    cost = tile.ground_speed(record),
                    total = shut and 0 or FAR,
                    pos = pos,
                    steps = 0,
                    unseen = 0,
                }
            end
        end
        return nodes
    end

    local function unknown_node(pos, from, goal)
        local known = game.minimap.tile(pos)
        local shut = band(known.flags, NOT_WALKABLE_FLAG + NOT_PATHABLE_FLAG + EMPTY_FLAG) ~= 0
        if shut and not position.same(pos, goal) then
            return false
        end
        local seen = band(known.flags, SEEN_FLAG) ~= 0
        return {
            cost = seen and known.speed * 10 or 2000,
            total = FAR,
            pos = pos,
            previous = from,
            steps = from.steps + 1,
            unseen = seen and 0 or 1,
        }
    end

    local function way_back(node)
        local list = {}
        while node and node.previous do
            if node.unseen > 0 then
                list = {}
            else
                raw.table.insert(list, 1, position.direction(node.previous.pos, node.pos))
            end
            node = node.previous
        end
        return list
    end

    local function search(start, goal, nodes)
        local result = { start = start, goal = goal, status = NO_WAY, path = {} }
        if position.same(start, goal) then
            result.status = SAME
            return result
        elseif start.z ~= goal.z or not goal_open(goal, false) then
            return result
        end
        local first = { cost = 1, total = 0, pos = start, steps = 0, unseen = 0 }
        nodes[position.key(start)] = first
        local heap, left = {}, MOST_STEPS
        push(heap, first, 0)
        local node = pop(heap)
        while node and left > 1 do
            left = left - 1
            if position.same(node.pos, goal) then
                result.path, result.status = way_back(node), OK
                return result
            end
            for dx = -1, 1 do
                for dy = -1, 1 do
                    local pos = { x = node.pos.x + dx, y = node.pos.y + dy, z = start.z }
                    if (dx ~= 0 or dy ~= 0) and pos.x >= 0 and pos.y >= 0 then
                        local key = position.key(pos)
                        if nodes[key] == nil then
                            nodes[key] = unknown_node(pos, node, goal)
                        end
                        local other = nodes[key]
                        if other and other.unseen <= 50 then
                            local diagonal = (dx == 0 or dy == 0) and 1 or 3
                            local near = raw.math.max(5, position.distance(other.pos, goal))
                            local cost = other.cost * diagonal + diagonal * 50 * near
                            if node.total + cost + 50 < other.total then
                                other.total, other.previous = node.total + cost, node
                                if other.unseen > 0 then
                                    other.unseen = node.unseen + 1
                                end
                                other.steps = node.steps + 1
                                push(heap, other, other.total)
                            end
                        end
                    end
                end
            end
            node = pop(heap)
        end
        return result
    end

    --- Finds a way beyond what is seen; tells `callback` with a later event.
    ---@param callback fun(result: table) start, goal, status, path
    function path.find_async(start, goal, callback)
        local nodes = visible_nodes(start, goal)
        game.add_event(function()
            callback(search(start, goal, nodes))
        end)
    end

    engine:singleton("g_map", { findPath = path.find })
end
