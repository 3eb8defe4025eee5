--- What is on a tile, as it is told to all clients of one version that see it: made once for them, and told apart by
--- identity.
---
--- A snapshot: marks of things (see wire.mark_of), never changed in place; with `shared` = true, and once it is what
--- lies there, `things`. A tile with somebody whom not every client sees has none: each client is told by itself then.

local context = ...
local raw = context.raw
local abs, concat, floor, min, type = raw.math.abs, raw.table.concat, raw.math.floor, raw.math.min, raw.type

-- Snapshots that nobody has any more are let go of when there are twice as many as at the last time, and so many.
local SPARE = 4096

return function(server, wire)
    local MOST = wire.MOST_THINGS
    --- The snapshot of a tile without anything; as what is kept of a place it is nil.
    wire.EMPTY = { shared = true, things = {} }
    local EMPTY = wire.EMPTY
    -- By version: { version, tiles = { [place] = snapshot }, at = { [creature's id] = place }, round, changes, … }.
    local versions = {}

    --- What clients of a view's version have in common. Things are asked for it as for a view.
    function wire.common(view)
        local common = versions[view.version]
        if not common then
            common = { version = view.version, tiles = {}, at = {}, made = 0, most = SPARE }
            versions[view.version] = common
        end
        return common
    end
    local common_of = wire.common

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

    --- The snapshot of a tile as it is: the one before when it says the same.
    function wire.take_snapshot(common, tile, before)
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
    local take = wire.take_snapshot

    --- Keeps a snapshot of a place. Somebody may stand in two, until the one that it has left is made anew: the later
    --- one counts.
    function wire.keep_snapshot(common, key, before, snapshot)
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
    local keep = wire.keep_snapshot

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
            snapshot = take(common, tile, before)
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

    --- Lets go of snapshots that are no view's any more, once there are many; views of the version ask for it.
    function wire.sweep_snapshots(common)
        if common.made <= common.most then
            return
        end
        local held = {}
        for _, view in raw.pairs(wire.views) do
            if view.version == common.version then
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
    end
end
