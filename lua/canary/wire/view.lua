--- What a client was told of the map, kept beside the map: whatever differs is told.
---
--- A view: { number, version, system, extended, player, x, y, z (where its client's map lies), tiles = { [place] =
--- marks of the things on it, as told }, at = { [creature's id] = place where it was told to be }, known = { [id] =
--- true }, shown = { [id] = figures }, out = messages to be sent, waiting = what parts of the server told the player,
--- offers = { own, counter } of a trade, as told }.

local context = ...
local raw = context.raw
local abs, char, floor, type = raw.math.abs, raw.string.char, raw.math.floor, raw.type
local insert, remove = raw.table.insert, raw.table.remove

local FEATURES_EXTENDED = "\50\0\0\0"
local SESSION_END = "\24\0"
-- What appears where somebody comes into the game.
local LOGIN_EFFECT = 11
local NO_TARGET = "\163\0\0\0\0"
local ADD, TRANSFORM, REMOVE, MOVE = "\106", "\107", "\108", "\109"

return function(server, wire)
    local map = server.parts.map

    --- By kind of what parts of the server tell: what makes the message for a view, or nil.
    wire.make = {}

    --- A view of a connection whose character is not in the game yet.
    function wire.new_view(number, client)
        return {
            number = number,
            version = client.version,
            system = client.system or 0,
            extended = client.extended or false,
            tiles = {}, at = {}, known = {}, known_count = 0, shown = {}, slots = {}, windows = {},
            out = {}, waiting = {}, unknown = {}, offers = {},
        }
    end

    local function send(view, message)
        view.out[#view.out + 1] = message
    end
    wire.send = send

    --- Sends a message in a frame of its own: what some clients don't read to its end costs them nothing else then.
    function wire.send_alone(view, message)
        view.out[#view.out + 1] = { message }
    end

    -- What of the map has changed ----------------------------------------------------------------------------------

    local function touched(tile)
        if tile and tile.x then
            wire.dirty[tile] = true
        end
    end

    local changes =
        { "add_thing", "internal_add", "remove_thing", "update_thing", "replace_thing", "item_changed" }
    for _, name in raw.ipairs(changes) do
        local inner = map[name]
        map[name] = function(tile, ...)
            touched(tile)
            return inner(tile, ...)
        end
    end

    -- Coming in ----------------------------------------------------------------------------------------------------

    --- What a client is told of itself first.
    function wire.login_success(view)
        local player = view.player
        local message = "\23" .. wire.u32(player.id) .. "\50\0"
        -- Of the formula of how long a step takes, see creatures/walk.lua.
        message = message .. wire.double(857.36, 3) .. wire.double(261.29, 3) .. wire.double(-4795.01, 3)
        message = message .. "\0\0\0" .. wire.text("") .. wire.u16(25)
        if view.version >= 1281 then
            -- No search for players by magic, no tournament.
            message = message .. "\0\0"
        end
        return message
    end

    --- A client has a character in the game: it is told all that it sees.
    ---@param is_new boolean the character came into the game just now
    function wire.admit(view, player, is_new)
        view.player = player
        player.client_version = view.version
        wire.views[view.number], wire.by_player[player] = view, view
        local tile = player.tile
        view.x, view.y, view.z = tile.x, tile.y, tile.z
        if view.extended then
            wire.send_alone(view, FEATURES_EXTENDED)
        end
        send(view, wire.login_success(view))
        send(view, "\10")
        send(view, "\15")
        send(view, wire.full_map(view))
        if is_new then
            wire.tell_effect(view, tile.x, tile.y, tile.z, LOGIN_EFFECT)
        end
        wire.admit_figures(view)
        wire.admit_hunting(view)
        wire.admit_others(view)
    end

    --- The connection is gone, or its character: nothing more is told.
    function wire.forget(view)
        wire.views[view.number] = nil
        if view.player and wire.by_player[view.player] == view then
            wire.by_player[view.player] = nil
        end
    end

    -- Differences --------------------------------------------------------------------------------------------------

    local function place_of(key)
        local x = key % 65536
        local rest = (key - x) / 65536
        return wire.place(x, rest % 65536, (rest - rest % 65536) / 65536)
    end

    local function index_of(marks, mark)
        for at = 1, marks and #marks or 0 do
            if marks[at] == mark then
                return at
            end
        end
    end

    --- Where in its client's order a creature stands: place and index from 0; nil when it was not told of.
    function wire.told_place(view, id)
        local key = view.at[id]
        local at = key and index_of(view.tiles[key], id)
        if at then
            return place_of(key), at - 1
        end
    end

    -- Behind the creatures that are there, before what is laid down: where the client puts one that comes.
    local function client_index(marks, things)
        local at = 1
        while at <= #marks do
            local mark = marks[at]
            if type(mark) ~= "number" and things.down[mark] then
                return at
            end
            at = at + 1
        end
        return at
    end

    local function down_of(view, tile)
        local down = {}
        for at = 1, tile.items and tile.down_count or 0 do
            down[wire.mark_of(view, tile.items[at])] = true
        end
        return { down = down }
    end

    local function is_step(from, to)
        local x, y = from % 65536, floor(from / 65536) % 65536
        local to_x, to_y = to % 65536, floor(to / 65536) % 65536
        return floor(from / 4294967296) == floor(to / 4294967296) and abs(x - to_x) <= 1 and abs(y - to_y) <= 1
    end

    -- A creature that the client knows at another place walks there by a step; from further away it goes and comes.
    local function walked(view, tile, key, id)
        local from = view.at[id]
        local marks = from and view.tiles[from]
        local at = index_of(marks, id)
        if not at then
            view.at[id] = nil
            return
        end
        local here = view.tiles[key]
        -- A tile that was never told can't be walked onto, nor a full one: both places are told anew below.
        if not here or #here >= wire.MOST_THINGS or not is_step(from, key) then
            return
        end
        send(view, MOVE .. place_of(from) .. char(at - 1) .. wire.place(tile.x, tile.y, tile.z))
        remove(marks, at)
        insert(here, client_index(here, down_of(view, tile)), id)
        view.at[id] = key
    end

    local function drop(view, key, marks, at)
        send(view, REMOVE .. place_of(key) .. char(at - 1))
        local mark = remove(marks, at)
        if type(mark) == "number" and view.at[mark] == key then
            view.at[mark] = nil
        end
    end

    -- Tells what makes the client's list the one that is. Own players are never taken away.
    local function reconcile(view, tile, key)
        local marks = view.tiles[key]
        if not marks then
            marks = {}
            view.tiles[key] = marks
        end
        local things = wire.things_of(view, tile)
        local wanted = {}
        for at = 1, #things do
            wanted[at] = wire.mark_of(view, things[at])
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
            if type(mark) == "number" and view.at[mark] and view.at[mark] ~= key then
                local from = view.at[mark]
                local old = index_of(view.tiles[from], mark)
                if old then
                    drop(view, from, view.tiles[from], old)
                end
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

    -- The own player is elsewhere: its client's map moves with it.
    local function follow(view)
        local player = view.player
        local tile = player.tile
        local x, y, z = view.x, view.y, view.z
        if tile.x == x and tile.y == y and tile.z == z then
            return
        end
        local old, at = wire.told_place(view, player.id)
        local key = wire.key_of(tile.x, tile.y, tile.z)
        view.x, view.y, view.z = tile.x, tile.y, tile.z
        if tile.z == z and abs(tile.x - x) <= 1 and abs(tile.y - y) <= 1 and old and view.tiles[key] then
            walked(view, tile, key, player.id)
            local edges = wire.edges(view, x, y)
            wire.trim(view)
            if edges ~= "" then
                send(view, edges)
            end
            return
        end
        if old then
            send(view, REMOVE .. old .. char(at))
        end
        send(view, wire.full_map(view))
    end

    local function refresh_tiles(view)
        local seen = {}
        local changed = wire.changed
        for at = 1, #changed do
            local tile = changed[at]
            if wire.sees(view, tile.x, tile.y, tile.z) then
                seen[#seen + 1] = tile
            end
        end
        for at = 1, #seen do
            local tile = seen[at]
            local key = wire.key_of(tile.x, tile.y, tile.z)
            local creatures = tile.creatures
            for index = creatures and #creatures or 0, 1, -1 do
                local id = creatures[index].id
                if view.at[id] and view.at[id] ~= key then
                    walked(view, tile, key, id)
                end
            end
        end
        for at = 1, #seen do
            local tile = seen[at]
            local current = map.tile(tile.x, tile.y, tile.z) or tile
            reconcile(view, current, wire.key_of(tile.x, tile.y, tile.z))
        end
    end

    -- Whom the player attacks or follows is the client's to say; that it is nobody any more, the server's.
    local function refresh_aim(view)
        local aim = view.player.target or view.player.follow
        if not aim and (view.aim or view.aims) then
            send(view, NO_TARGET)
        end
        view.aim, view.aims = aim, nil
    end

    --- Tells what differs on a tile, when it is in sight.
    function wire.look_again(view, tile)
        if tile and wire.sees(view, tile.x, tile.y, tile.z) then
            reconcile(view, tile, wire.key_of(tile.x, tile.y, tile.z))
        end
    end

    --- Tells a client what has changed since the last time.
    function wire.refresh(view)
        if not view.player.removed and view.player.tile then
            follow(view)
            refresh_tiles(view)
        end
        wire.tell_waiting(view)
        if not view.player.removed then
            refresh_aim(view)
            wire.refresh_holders(view)
            wire.refresh_figures(view)
        elseif view.version >= 1281 and not view.ended then
            -- Newer clients are told that this is the end, and no failure: the reason 0 is a logout.
            view.ended = true
            send(view, SESSION_END)
        end
    end

    -- A creature that looks elsewhere stays where it is told to be.
    function wire.turn(view, id)
        local place, at = wire.told_place(view, id)
        local creature = server.parts.creatures.by_id(id)
        if place and creature then
            send(view, TRANSFORM .. place .. char(at) .. wire.turned(creature))
        end
    end
end
