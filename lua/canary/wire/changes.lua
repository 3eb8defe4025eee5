--- What a round has changed of the tiles, made once for all clients of a version: the messages that lead from one
--- snapshot (snapshots.lua) to the next, for those who were told the one before.

local context = ...
local raw = context.raw
local char, type = raw.string.char, raw.type

local ADD, TRANSFORM, REMOVE, MOVE = "\106", "\107", "\108", "\109"

return function(server, wire)
    local map = server.parts.map
    local MOST, index_of = wire.MOST_THINGS, wire.index_of

    local function without(marks, skipped)
        local list = { shared = true }
        for at = 1, #marks do
            if at ~= skipped then
                list[#list + 1] = marks[at]
            end
        end
        return list
    end

    local function with(marks, place, mark)
        local list = { shared = true }
        for at = 1, #marks do
            if at == place then
                list[at] = mark
            end
            list[#list + 1] = marks[at]
        end
        if place > #marks then
            list[#list + 1] = mark
        end
        return list
    end

    -- The step of somebody whom all know at the place that it came from; nil when it is not that simple.
    local function step_of(common, change, id)
        local from, key = common.at[id], change.key
        local marks, here = common.tiles[from], common.tiles[key]
        local at = index_of(marks, id)
        if not at or not here or #here >= MOST or not wire.is_step(from, key) then
            return nil
        end
        local left, arrived = without(marks, at), with(here, wire.client_index(here), id)
        common.tiles[from], common.tiles[key], common.at[id] = left, arrived, key
        return {
            from = from, marks = marks, left = left, here = here, arrived = arrived,
            bytes = MOVE .. wire.place_of(from) .. char(at - 1) .. change.place,
        }
    end

    -- A creature that is told of at one place is taken away from the other that it was told at.
    local function taken_away(common, id, key)
        local from = common.at[id]
        local marks = from and from ~= key and common.tiles[from]
        local at = index_of(marks or nil, id)
        if at then
            local left = without(marks, at)
            common.tiles[from] = left
            return { from = from, marks = marks, left = left, bytes = REMOVE .. wire.place_of(from) .. char(at - 1) }
        end
    end

    -- What leads from one snapshot to another: { bytes, gone = id or nil } and { head, id, thing, away }, in order.
    local function difference(common, change, before, after)
        local key, place, list = change.key, change.place, {}
        local first, last, wanted = 1, #before, #after
        while before[first] ~= nil and before[first] == after[first] do
            first = first + 1
        end
        while last >= first and wanted >= first and before[last] == after[wanted] do
            last, wanted = last - 1, wanted - 1
        end
        local only_items = type(before[first]) ~= "number" and type(after[first]) ~= "number"
        if last == first and wanted == first and only_items then
            return { { bytes = TRANSFORM .. place .. char(first - 1) .. after[first] } }
        end
        for at = last, first, -1 do
            local mark = before[at]
            list[#list + 1] = { bytes = REMOVE .. place .. char(at - 1), gone = type(mark) == "number" and mark or nil }
        end
        for at = first, wanted do
            local mark, head = after[at], ADD .. place .. char(at - 1)
            if type(mark) == "number" then
                local away = taken_away(common, mark, key)
                list[#list + 1] = { head = head, id = mark, thing = after.things[at], away = away, whole = {} }
            else
                list[#list + 1] = { bytes = head .. mark }
            end
        end
        return list
    end

    --- What has changed of tiles since the last round, for the version of a view: { { key, x, y, z, place, tile,
    --- steps = { { id, step } }, before, after, list } }. `after` is nil where each is told by itself.
    function wire.changes(view)
        local common = wire.common(view)
        if common.round == wire.round then
            return common.changes
        end
        wire.sweep_snapshots(common)
        local changes = {}
        for at = 1, #wire.changed do
            local changed = wire.changed[at]
            local steps, arrivals = {}, changed.arrivals
            local change = {
                key = changed.key, x = changed.x, y = changed.y, z = changed.z, place = changed.place,
                tile = changed.tile, steps = steps,
            }
            for index = 1, #arrivals do
                local id = arrivals[index].id
                local from = common.at[id]
                local step = from and from ~= change.key and server.parts.creatures.seen_by_all(arrivals[index])
                    and step_of(common, change, id) or nil
                steps[index] = { id = id, step = step }
            end
            changes[at] = change
        end
        for at = 1, #changes do
            local change = changes[at]
            local before = common.tiles[change.key]
            local after = wire.take_snapshot(common, change.tile, before)
            change.before, change.after = before, after
            if after and after ~= before then
                change.list = difference(common, change, before or wire.EMPTY, after)
            end
            wire.keep_snapshot(common, change.key, before, after)
        end
        common.round, common.changes = wire.round, changes
        return changes
    end

    -- Where creatures stood in the round before, whether anybody was told of it or not.
    local stood = raw.setmetatable({}, { __mode = "k" })

    local function arrivals_of(tile, key)
        local list, creatures = {}, tile.creatures
        for at = creatures and #creatures or 0, 1, -1 do
            local creature = creatures[at]
            if stood[creature] ~= key then
                stood[creature] = key
                list[#list + 1] = creature
            end
        end
        return list
    end

    --- A round begins: what was touched since the last one is what has changed.
    function wire.begin_round()
        local touched, changed, seen = wire.touched, {}, {}
        wire.round = wire.round + 1
        wire.dirty, wire.touched = {}, {}
        for at = 1, #touched do
            local x, y, z = touched[at].x, touched[at].y, touched[at].z
            local key = wire.key_of(x, y, z)
            if not seen[key] then
                seen[key] = true
                local tile = map.tile(x, y, z) or touched[at]
                changed[#changed + 1] = {
                    x = x, y = y, z = z, key = key, tile = tile, place = wire.place(x, y, z),
                    arrivals = arrivals_of(tile, key),
                }
            end
        end
        wire.changed = changed
    end
end
