--- What differs on a tile between what a client was told and what is there, told to that client: as everybody of its
--- version is told it (changes.lua) where it was told the same before, and else by itself.
---
--- Marks of a tile are a snapshot, or a view's own list. One with `base` is that snapshot with the own player in the
--- last place, who stands on a full tile behind those who are told.

local context = ...
local raw = context.raw
local char, insert, remove, type = raw.string.char, raw.table.insert, raw.table.remove, raw.type

local ADD, TRANSFORM, REMOVE, MOVE = "\106", "\107", "\108", "\109"

return function(server, wire)
    local send, index_of, place_of, is_step = wire.send, wire.index_of, wire.place_of, wire.is_step
    local MOST = wire.MOST_THINGS

    --- Where in its client's order a creature stands: place and index from 0; nil when it was not told of.
    ---@return number|nil key of the place
    ---@return number|nil index
    function wire.told_place(view, id)
        local key = view.at[id]
        local at = key and index_of(view.tiles[key], id)
        if at then
            return key, at - 1
        end
    end

    -- The marks of a tile as a list of the view's own, which may be changed.
    local function own(view, key)
        local marks = view.tiles[key]
        if marks and marks.shared then
            local list = {}
            for at = 1, #marks do
                list[at] = marks[at]
            end
            view.tiles[key] = list
            return list
        elseif marks then
            marks.base = nil
        end
        return marks
    end

    -- A creature that the client knows at another place walks there by a step; from further away it goes and comes.
    local function walked(view, tile, key, id)
        local from = view.at[id]
        local at = from and index_of(view.tiles[from], id)
        if not at then
            view.at[id], view.shown[id] = nil, nil
            return
        end
        local here = view.tiles[key]
        -- A tile that was never told can't be walked onto, nor a full one: both places are told anew below.
        if not here or #here >= MOST or not is_step(from, key) then
            return
        end
        send(view, MOVE .. place_of(from) .. char(at - 1) .. wire.place(tile.x, tile.y, tile.z))
        remove(own(view, from), at)
        here = own(view, key)
        insert(here, wire.client_index(here), id)
        view.at[id] = key
    end
    wire.walked = walked

    local function drop(view, key, marks, at)
        send(view, REMOVE .. place_of(key) .. char(at - 1))
        local mark = remove(marks, at)
        if type(mark) == "number" and view.at[mark] == key then
            view.at[mark], view.shown[mark] = nil, nil
        end
    end

    -- One that comes is taken away from where it was told to be.
    local function take_away(view, key, id)
        local from = view.at[id]
        if from and from ~= key then
            local at = index_of(view.tiles[from], id)
            if at then
                drop(view, from, own(view, from), at)
            end
        end
    end

    -- Tells what makes the client's list the one that is. Own players are never taken away.
    local function reconcile(view, key, things, wanted)
        local marks = own(view, key)
        if not marks then
            marks = {}
            view.tiles[key] = marks
        end
        local first = 1
        while marks[first] ~= nil and marks[first] == wanted[first] do
            first = first + 1
        end
        local last, last_wanted = #marks, #wanted
        while last >= first and last_wanted >= first and marks[last] == wanted[last_wanted] do
            last, last_wanted = last - 1, last_wanted - 1
        end
        -- One item that became another.
        local only_items = type(marks[first]) ~= "number" and type(wanted[first]) ~= "number"
        if last == first and last_wanted == first and only_items then
            marks[first] = wanted[first]
            send(view, TRANSFORM .. place_of(key) .. char(first - 1) .. wanted[first])
            return
        end
        for at = last, first, -1 do
            drop(view, key, marks, at)
        end
        for at = first, last_wanted do
            local mark = wanted[at]
            if type(mark) == "number" then
                take_away(view, key, mark)
            end
            send(view, ADD .. place_of(key) .. char(at - 1) .. wire.thing(view, things[at], mark))
            insert(marks, at, mark)
            if type(mark) == "number" then
                view.at[mark] = key
            end
        end
        if #marks == 0 then
            view.tiles[key] = nil
        end
    end

    local function marks_of(view, things)
        local marks = {}
        for at = 1, #things do
            marks[at] = wire.mark_of(view, things[at])
        end
        return marks
    end

    -- The messages that all are told who had the snapshot before.
    local function tell_list(view, change)
        local key, list = change.key, change.list
        for at = 1, #list do
            local each = list[at]
            if each.head then
                local id, away = each.id, each.away
                local from = view.at[id]
                if away and from == away.from and view.tiles[from] == away.marks then
                    send(view, away.bytes)
                    view.tiles[from] = away.left
                elseif from then
                    take_away(view, key, id)
                end
                local bytes = wire.creature(view, each.thing)
                local whole = each.whole[bytes]
                if not whole then
                    whole = each.head .. bytes
                    each.whole[bytes] = whole
                end
                send(view, whole)
                view.at[id] = key
            else
                send(view, each.bytes)
                local gone = each.gone
                if gone and view.at[gone] == key then
                    view.at[gone], view.shown[gone] = nil, nil
                end
            end
        end
    end

    -- A tile as it is now is told as a snapshot, whatever the client was told before.
    local function adopt(view, key, snapshot)
        if view.tiles[key] ~= snapshot then
            reconcile(view, key, snapshot.things, snapshot)
            view.tiles[key] = #snapshot > 0 and snapshot or nil
        end
    end

    --- Tells what differs on a tile, whatever the client was told before.
    ---@param key number that of the tile
    function wire.look_again(view, tile, key)
        local snapshot = not view.apart and wire.snapshot(view, tile, key)
        if snapshot then
            adopt(view, key, snapshot)
        else
            local things = wire.things_of(view, tile)
            reconcile(view, key, things, marks_of(view, things))
        end
    end

    -- The own player on a full tile is told in the last place.
    local function tell_own(view, change)
        local key, snapshot = change.key, change.after
        local mine = view.tiles[key]
        if mine and mine.base == snapshot then
            return
        end
        local things = wire.things_of(view, change.tile)
        reconcile(view, key, things, marks_of(view, things))
        mine = view.tiles[key]
        if mine then
            mine.base = snapshot
        end
    end

    local function tell_change(view, change)
        local key, after = change.key, change.after
        local player = view.player
        if not after or view.apart then
            local things = wire.things_of(view, change.tile)
            reconcile(view, key, things, marks_of(view, things))
        elseif change.tile == player.tile and not index_of(after, player.id) then
            tell_own(view, change)
        elseif change.list and view.tiles[key] == change.before then
            tell_list(view, change)
            view.tiles[key] = #after > 0 and after or nil
        else
            adopt(view, key, after)
        end
    end

    local function tell_steps(view, change)
        local key, tiles, at = change.key, view.tiles, view.at
        local steps = change.steps
        for index = 1, #steps do
            local id, step = steps[index].id, steps[index].step
            local from = at[id]
            if from and from ~= key then
                local shared = step and not view.apart and from == step.from
                if shared and tiles[from] == step.marks and tiles[key] == step.here then
                    send(view, step.bytes)
                    tiles[from], tiles[key], at[id] = step.left, step.arrived, key
                else
                    walked(view, change.tile, key, id)
                end
            end
        end
    end

    local seen = {}

    --- Tells a client what has changed of the tiles that it sees: first who walked, then what else differs.
    function wire.tell_changes(view, changes)
        local count = 0
        for at = 1, #changes do
            local change = changes[at]
            if wire.sees(view, change.x, change.y, change.z) then
                count = count + 1
                seen[count] = change
                if #change.steps > 0 then
                    tell_steps(view, change)
                end
            end
        end
        for at = 1, count do
            tell_change(view, seen[at])
        end
    end
end
