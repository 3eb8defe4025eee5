--- What is on a tile, as it is told to all clients of one version that see it: made once for them, and told apart by
--- identity. What a round has changed of it is made once, too: the messages that lead from one snapshot to the next.
---
--- A snapshot: marks of things (see wire.mark_of), never changed in place; with `shared` = true, and once it is what
--- lies there, `things`. A tile with somebody whom not every client sees has none: each client is told by itself then.

local context = ...
local raw = context.raw
local abs, char, concat, floor, min, type =
    raw.math.abs, raw.string.char, raw.table.concat, raw.math.floor, raw.math.min, raw.type

local ADD, TRANSFORM, REMOVE, MOVE = "\106", "\107", "\108", "\109"
-- Snapshots that nobody has any more are let go of when there are twice as many as at the last time, and so many.
local SPARE = 4096
local EMPTY = { shared = true, things = {} }

return function(server, wire)
    local map = server.parts.map
    local MOST = wire.MOST_THINGS
    -- By version: { version, tiles = { [place] = snapshot }, at = { [creature's id] = place }, round, changes, … }.
    local versions = {}

    --- What clients of a view's version have in common. Things are asked for it as for a view.
    local function common_of(view)
        local common = versions[view.version]
        if not common then
            common = { version = view.version, tiles = {}, at = {}, made = 0, most = SPARE }
            versions[view.version] = common
        end
        return common
    end

    function wire.index_of(marks, mark)
        for at = 1, marks and #marks or 0 do
            if marks[at] == mark then
                return at
            end
        end
    end
    local index_of = wire.index_of

    --- Where a key is, as bytes.
    function wire.place_of(key)
        local x = key % 65536
        local rest = (key - x) / 65536
        return wire.place(x, rest % 65536, (rest - rest % 65536) / 65536)
    end

    --- Whether a step leads from one place to the other.
    function wire.is_step(from, to)
        local x, y = from % 65536, floor(from / 65536) % 65536
        local to_x, to_y = to % 65536, floor(to / 65536) % 65536
        return floor(from / 4294967296) == floor(to / 4294967296) and abs(x - to_x) <= 1 and abs(y - to_y) <= 1
    end

    --- Where a client puts a creature that comes: behind those who are there, before what is laid down. What it was
    --- told counts, not what has come since.
    function wire.client_index(marks)
        local at = 1
        while at <= #marks and (type(marks[at]) == "number" or not wire.is_laid(marks[at])) do
            at = at + 1
        end
        return at
    end

    -- Making ---------------------------------------------------------------------------------------------------------

    local marks_now, things_now = {}, {}

    -- What all see of a tile, into the two lists above; how many things that are, or nil when they don't all see the
    -- same. The order is that of wire.things_of.
    local function look(common, tile)
        local count = 0
        local ground, items, creatures = tile.ground, tile.items, tile.creatures
        local down = items and tile.down_count or 0
        if ground then
            count = 1
            marks_now[1], things_now[1] = wire.item(common, ground), ground
        end
        for at = down + 1, items and min(#items, down + MOST - count) or 0 do
            count = count + 1
            marks_now[count], things_now[count] = wire.item(common, items[at]), items[at]
        end
        for at = creatures and #creatures or 0, 1, -1 do
            local creature = creatures[at]
            if not server.parts.creatures.seen_by_all(creature) then
                return nil
            elseif count < MOST then
                count = count + 1
                marks_now[count], things_now[count] = creature.id, creature
            end
        end
        for at = 1, min(down, MOST - count) do
            count = count + 1
            marks_now[count], things_now[count] = wire.item(common, items[at]), items[at]
        end
        return count
    end

    local function is_now(marks, count)
        if #marks ~= count then
            return false
        end
        for at = 1, count do
            if marks[at] ~= marks_now[at] then
                return false
            end
        end
        return true
    end

    -- The snapshot of a tile as it is: the one before when it says the same.
    local function made(common, tile, before)
        local count = look(common, tile)
        if not count then
            return nil
        elseif count == 0 then
            return EMPTY
        end
        local snapshot = before and is_now(before, count) and before
        if not snapshot then
            snapshot = { shared = true }
            common.made = common.made + 1
            for at = 1, count do
                snapshot[at] = marks_now[at]
            end
        end
        local things = snapshot.things
        if not things then
            things = {}
            snapshot.things = things
        end
        for at = 1, count do
            things[at] = things_now[at]
        end
        snapshot.round = wire.round
        return snapshot
    end

    -- Somebody may stand in two snapshots, until the one that it has left is made anew: the later one counts.
    local function keep(common, key, before, snapshot)
        local at = common.at
        for index = 1, before and #before or 0 do
            local mark = before[index]
            if type(mark) == "number" and at[mark] == key then
                at[mark] = nil
            end
        end
        for index = 1, snapshot and #snapshot or 0 do
            if type(snapshot[index]) == "number" then
                at[snapshot[index]] = key
            end
        end
        common.tiles[key] = snapshot ~= EMPTY and snapshot or nil
    end

    --- The snapshot of a tile for a view; nil when it has to be told by itself: because not all see the same there,
    --- because it has changed and not all were told, or because the own player stands on it and is not among the first.
    function wire.snapshot(view, tile, key)
        if wire.dirty[tile] then
            return nil
        end
        local common = common_of(view)
        local snapshot = common.tiles[key]
        if not snapshot or snapshot.round ~= wire.round then
            local before = snapshot
            snapshot = made(common, tile, before)
            if snapshot ~= before then
                keep(common, key, before, snapshot)
            end
        end
        local player = view.player
        if snapshot and player.tile == tile and not index_of(snapshot, player.id) then
            return nil
        end
        return snapshot
    end

    --- The bytes of a snapshot for a client that is told of the tile, which is kept as told; nil when nothing is there.
    function wire.snapshot_bytes(view, snapshot, key)
        local size = #snapshot
        if size == 0 then
            return nil
        end
        view.tiles[key] = snapshot
        local bytes = snapshot.bytes
        if bytes then
            return bytes
        end
        local out, things = { wire.before_things(view) }, snapshot.things
        local only_items = true
        for at = 1, size do
            local mark = snapshot[at]
            out[at + 1] = wire.thing(view, things[at], mark)
            if type(mark) == "number" then
                only_items = false
                view.at[mark] = key
            end
        end
        bytes = concat(out)
        if only_items then
            snapshot.bytes = bytes
        end
        return bytes
    end

    -- Changes --------------------------------------------------------------------------------------------------------

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

    -- What is no view's any more is forgotten now and then.
    local function sweep(common)
        local held, used = {}, false
        for _, view in raw.pairs(wire.views) do
            if view.version == common.version then
                used = true
                for key, marks in raw.pairs(view.tiles) do
                    held[key] = held[key] or marks == common.tiles[key]
                end
            end
        end
        local left = 0
        for key in raw.pairs(common.tiles) do
            if held[key] then
                left = left + 1
            else
                common.tiles[key] = nil
            end
        end
        for id, key in raw.pairs(common.at) do
            if not common.tiles[key] then
                common.at[id] = nil
            end
        end
        common.made, common.most = left, 2 * left + SPARE
        if not used then
            versions[common.version] = nil
        end
    end

    --- What has changed of tiles since the last round, for the version of a view: { { key, x, y, z, place, tile,
    --- steps = { { id, step } }, before, after, list } }. `after` is nil where each is told by itself.
    function wire.changes(view)
        local common = common_of(view)
        if common.round == wire.round then
            return common.changes
        end
        if common.made > common.most then
            sweep(common)
            versions[view.version] = common
        end
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
            local after = made(common, change.tile, before)
            change.before, change.after = before, after
            if after and after ~= before then
                change.list = difference(common, change, before or EMPTY, after)
            end
            keep(common, change.key, before, after)
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
