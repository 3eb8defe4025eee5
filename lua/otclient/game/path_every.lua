--- Ways from one place to all others around it, and creatures in an area that a text draws (g_map).

local context = ...
local raw = context.raw
local band, floor = raw.bit.band, raw.math.floor
local gmatch = raw.string.gmatch

local SEEN_FLAG, NOT_PATHABLE_FLAG, NOT_WALKABLE_FLAG = 1, 2, 4
local FAR = 10000000

return function(engine, game)
    local tile, position = game.tile, game.position
    local push, pop = game.path.push, game.path.pop

    -- Ways to everywhere -------------------------------------------------------------------------------------------

    local function flag(params, name)
        local value = params[name]
        return value ~= nil and raw.tostring(value) ~= "0" and raw.tostring(value) ~= ""
    end

    local function numbers(text, count)
        local list = {}
        for number in gmatch(raw.tostring(text or ""), "[^,]+") do
            list[#list + 1] = raw.tonumber(number) or 0
        end
        return #list == count and list or nil
    end

    -- What is known of a place for this search.
    local function survey(pos, only_visible)
        if game.map.is_aware(pos) then
            local record = game.map.tile(pos)
            if record then
                local crowded = tile.has_blocking_creature(record)
                local shut, no_path = not tile.walkable(record, true), not tile.pathable(record)
                return true, crowded, shut, no_path, tile.color(record), tile.ground_speed(record)
            end
        elseif not only_visible then
            local known = game.minimap.tile(pos)
            local shut = band(known.flags, NOT_WALKABLE_FLAG) ~= 0
            local no_path = band(known.flags, NOT_PATHABLE_FLAG) ~= 0
            local seen = band(known.flags, SEEN_FLAG) ~= 0 or shut or no_path
            return seen, false, shut, no_path, known.color, known.speed * 10
        end
        return false, false, true, true, 0, 1000
    end

    local function every_path(start, most_steps, params)
        local found = {}
        local target = numbers(params.destination, 3)
        local goal = target and position.of(target[1], target[2], target[3]) or game.NOWHERE
        local limit = numbers(params.maxDistanceFrom, 4)
        local margin = params.marginMin ~= nil or params.marginMax ~= nil
        local function note(pos, cost, steps, from)
            found[position.text(pos)] = {
                floor(cost),
                steps,
                from and position.direction(from, pos) or -1,
                from and position.text(from) or "",
            }
        end
        local function reach(pos, node)
            local seen, crowded, shut, no_path, color, speed = survey(pos, flag(params, "allowOnlyVisibleTiles"))
            local is_goal = position.same(pos, goal)
            local stairs = no_path and color >= 210 and color <= 213
            local beyond = limit
                and limit[4] ~= 0
                and position.distance(position.of(limit[1], limit[2], limit[3]), pos) > limit[4]
            if
                (not seen and not flag(params, "allowUnseen"))
                or (stairs and not flag(params, "ignoreStairs") and not is_goal)
                or (no_path and not flag(params, "ignoreNonPathable") and not is_goal)
                or (shut and not flag(params, "ignoreNonWalkable"))
                or beyond
            then
                return false
            elseif crowded and not flag(params, "ignoreCreatures") then
                if flag(params, "ignoreLastCreature") then
                    note(pos, node.total + 100, node.steps + 1, node.pos)
                end
                return false
            end
            return {
                cost = speed,
                total = FAR,
                pos = pos,
                previous = node,
                steps = node.steps + 1,
                unseen = seen and 0 or 1,
            }
        end
        local first = { cost = 1, total = 0, pos = start, steps = 0, unseen = 0 }
        local nodes, heap = { [position.key(start)] = first }, {}
        local node = first
        while node do
            note(node.pos, node.total, node.steps, node.previous and node.previous.pos)
            if position.same(node.pos, goal) then
                if not margin then
                    break
                end
                most_steps = raw.math.min(node.steps + 4, most_steps)
            end
            for dx = -1, node.steps < most_steps and 1 or -2 do
                for dy = -1, 1 do
                    local pos = { x = node.pos.x + dx, y = node.pos.y + dy, z = start.z }
                    if (dx ~= 0 or dy ~= 0) and pos.x >= 0 and pos.y >= 0 then
                        local key = position.key(pos)
                        if nodes[key] == nil then
                            nodes[key] = reach(pos, node)
                        end
                        local other = nodes[key]
                        local cost = other and other.cost * ((dx == 0 or dy == 0) and 1 or 3)
                        if other and flag(params, "ignoreCost") then
                            cost = 1
                        end
                        if other and node.total + cost < other.total then
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
            node = pop(heap)
        end
        return found
    end

    -- Areas drawn in text ------------------------------------------------------------------------------------------

    local LETTERS = { N = 0, E = 1, S = 2, W = 3 }

    -- Rows of a pattern: whether each place counts.
    local function rows_of(pattern, direction)
        local rows = {}
        for line in gmatch(pattern, "[01+%-NnEeSsWw]+") do
            local row = {}
            for letter in gmatch(line, ".") do
                local turned = LETTERS[raw.string.upper(letter)]
                row[#row + 1] = letter == "1" or letter == "+" or (turned ~= nil and turned == direction)
            end
            rows[#rows + 1] = row
        end
        return rows
    end

    local function spectators_by_pattern(center, pattern, direction)
        local rows = rows_of(pattern, direction)
        local width, height = rows[1] and #rows[1] or 0, #rows
        for _, row in raw.ipairs(rows) do
            if #row ~= width then
                engine:log("error", "Invalid pattern for getSpectatorsByPattern: " .. pattern)
                return {}
            end
        end
        if width % 2 ~= 1 or height % 2 ~= 1 then
            local text = "Invalid pattern for getSpectatorsByPattern, width and height should be odd"
            engine:log("error", text .. " (height: %i width: %i)")
            return {}
        end
        local list, seen = {}, {}
        for row_index, row in raw.ipairs(rows) do
            for column, counts in raw.ipairs(row) do
                local pos = {
                    x = center.x - floor(width / 2) + column - 1,
                    y = center.y - floor(height / 2) + row_index - 1,
                    z = center.z,
                }
                local record = counts and game.map.tile(pos)
                local there = record and tile.creatures(record) or {}
                for index = #there, 1, -1 do
                    if not seen[there[index]] then
                        seen[there[index]] = true
                        list[#list + 1] = there[index]
                    end
                end
            end
        end
        return list
    end

    engine:singleton("g_map", {
        findEveryPath = every_path,
        getSpectatorsByPattern = spectators_by_pattern,
    })
end
