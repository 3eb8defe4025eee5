--- What a client was told of the map, kept beside the map: whatever differs is told.
---
--- A view: { number, version, system, extended, player, x, y, z (where its client's map lies), tiles = { [place] =
--- marks of the things on it, as told }, at = { [creature's id] = place where it was told to be }, known = { [id] =
--- true }, shown = { [id] = figures }, out = messages to be sent, waiting = what parts of the server told the player,
--- offers = { own, counter } of a trade, as told }.

local context = ...
local raw = context.raw
local abs, char = raw.math.abs, raw.string.char

local FEATURES_EXTENDED = "\50\0\0\0"
local SESSION_END = "\24\0"
-- What appears where somebody comes into the game.
local LOGIN_EFFECT = 11
local NO_TARGET = "\163\0\0\0\0"
local TRANSFORM, REMOVE = "\107", "\108"

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
            -- Told by itself, whatever others are told: to compare the two.
            apart = client.apart or false,
            tiles = {}, at = {}, known = {}, known_count = 0, shown = {}, slots = {}, windows = {},
            out = {}, out_count = 0, waiting = {}, waiting_count = 0, unknown = {}, offers = {},
        }
    end

    local function send(view, message)
        local count = view.out_count + 1
        view.out[count], view.out_count = message, count
    end
    wire.send = send

    --- Sends a message in a frame of its own: what some clients don't read to its end costs them nothing else then.
    function wire.send_alone(view, message)
        send(view, { message })
    end

    -- What of the map has changed ----------------------------------------------------------------------------------

    local function touched(tile)
        if tile and tile.x and not wire.dirty[tile] then
            wire.dirty[tile] = true
            wire.touched[#wire.touched + 1] = tile
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
        -- Things may be otherwise than at the last round.
        wire.round = wire.round + 1
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

    -- Telling ---------------------------------------------------------------------------------------------------------

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
            wire.walked(view, tile, key, player.id)
            local edges = wire.edges(view, x, y)
            wire.trim(view)
            if edges ~= "" then
                send(view, edges)
            end
            return
        end
        if old then
            send(view, REMOVE .. wire.place_of(old) .. char(at))
        end
        send(view, wire.full_map(view))
    end

    -- Whom the player attacks or follows is the client's to say; that it is nobody any more, the server's.
    local function refresh_aim(view)
        local aim = view.player.target or view.player.follow
        if not aim and (view.aim or view.aims) then
            send(view, NO_TARGET)
        end
        view.aim, view.aims = aim, nil
    end

    --- Tells a client what has changed since the last time.
    function wire.refresh(view)
        if not view.player.removed and view.player.tile then
            local made = wire.changes(view)
            follow(view)
            wire.tell_changes(view, made)
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

    -- The last message of a creature that looks elsewhere: most clients have it at the same place.
    local turned = { round = 0 }

    -- A creature that looks elsewhere stays where it is told to be.
    function wire.turn(view, id)
        local key, at = wire.told_place(view, id)
        local creature = key and server.parts.creatures.by_id(id)
        if not creature then
            return
        elseif view.apart or turned.id ~= id or turned.key ~= key or turned.at ~= at or turned.round ~= wire.round then
            turned.id, turned.key, turned.at, turned.round = id, key, at, wire.round
            turned.bytes = TRANSFORM .. wire.place_of(key) .. char(at) .. wire.turned(creature)
        end
        send(view, turned.bytes)
    end
end
