--- The wire: players whose clients are connected for real. What such a client sees is kept beside what is (views), and
--- whatever differs is told it in its protocol; what it sends is done.
---
--- The host owns the sockets, the frames and the keys. It brings messages in by `wire_message` and takes what is to be
--- sent by `wire_flush`, each connection by a number of its own.

local context = ...
local raw = context.raw
local concat, min = raw.table.concat, raw.math.min

-- Each may use at once what those before it offer.
local PARTS = {
    "things", "floors", "snapshots", "changes", "view", "differences", "goods", "imbuing", "hunting", "bosses",
    "bestiary", "looks", "figures", "holders", "told", "retold", "sounds", "analysers", "asked", "admission",
}
-- The most bytes of messages that are put together for one frame; one longer message goes alone.
local FRAME = 8000
-- What appears where somebody comes into the game.
local LOGIN_EFFECT = 11
-- Bytes that one connection, and all together, are given at once; what is left goes next time.
local AT_ONCE, ALL_AT_ONCE = 262144, 4194304

return function(server)
    local wire = { views = {}, by_player = {}, dirty = {}, touched = {}, changed = {}, alone = {}, round = 0 }
    server.parts.wire = wire
    for _, part in raw.ipairs(PARTS) do
        context.use("canary/wire/" .. part)(server, wire)
    end

    -- A character that is in the game already gets another client. What its old one had open is closed: channels and
    -- windows; the number of the old connection, if it has one.
    local function take_over(view, player)
        local old = wire.by_player[player]
        if old then
            wire.forget(old)
        end
        wire.alone[player] = nil
        server.parts.events.chat.forget(player)
        player.modal_windows, player.imbuing, player.idle_time = {}, nil, 0
        wire.admit(view, player, false)
        return old and old.number or nil
    end

    --- A connected client's character comes into the game.
    ---@param number number of the connection
    ---@param name string
    ---@param fields table columns of the table `players` that differ from those of a new one
    ---@param client table version, system (id), extended (whether it knows extended opcodes), address, apart (whether
    --- it is told by itself what others of its version are told in the same bytes)
    ---@param moved boolean|nil it was in the game of the server before this one
    ---@return table { id, level, replaced } or { problem, wait }; `replaced` is the connection that has no character
    --- any more, `wait` the seconds after which it may ask again
    function server.controls.wire_enter(number, name, fields, client, moved)
        local players = server.parts.players
        local there = server.parts.creatures.by_name(name)
        local view = wire.new_view(number, client)
        if there and there.class_name == "Player" then
            if wire.by_player[there] and not server.parts.config.boolean("REPLACE_KICK_ON_LOGIN") then
                return { problem = "You are already logged in." }
            end
            there.ip = wire.ip_of(client.address)
            local replaced = take_over(view, there)
            return { id = there.id, level = there.level, replaced = replaced }
        end
        wire.entering = view
        local refused, wait
        local function refusal(candidate)
            candidate.ip = wire.ip_of(client.address)
            if not moved then
                refused, wait = wire.refusal(candidate)
            end
            return refused
        end
        local ok, player, problem = raw.pcall(players.enter, name, fields or {}, refusal)
        wire.entering = nil
        if not ok then
            raw.error(player, 0)
        elseif not player then
            return { problem = refused or name .. " can't come into the game: " .. raw.tostring(problem), wait = wait }
        end
        -- Others see it first: as long as the view is not admitted, what the player is told is not told to its client.
        local tile = player.tile
        server.parts.map.send_effect(tile.x, tile.y, tile.z, LOGIN_EFFECT)
        wire.admit(view, player, true)
        if view.extended and server.tfs then
            -- The name under which TFS asks scripts of clients that are OTClient, without a script that registers it.
            server.parts.events.attach(player, "ExtendedOpcode")
        end
        return { id = player.id, level = player.level }
    end

    --- Something came from a connection: one message, its opcode first.
    ---@return string|nil problem why the connection has to be closed
    function server.controls.wire_message(number, data)
        local view = wire.views[number]
        if view and not view.player.removed then
            return wire.message(view, data)
        end
    end

    --- The connection is gone. The character stays until it has been silent for a minute, and longer while a fight or a
    --- script keeps it, as with the real servers; whoever logs in as it meanwhile has it again.
    ---@return boolean whether the character is still in the game
    function server.controls.wire_lost(number)
        local view = wire.views[number]
        if not view then
            return false
        end
        wire.forget(view)
        local player = view.player
        if player.removed then
            return false
        end
        wire.alone[player] = view.heard or server.now
        return true
    end

    -- Messages of a view put together for frames, no message cut in two, up to so many bytes; how many those are. One
    -- that has to be alone in its frame is in a table. What is left stays with the view.
    local parts = {}

    local function take_frames(view, most, number, list)
        local out, last = view.out, view.out_count
        local count, size, all, at = 0, 0, 0, 1
        while at <= last and all < most do
            local message = out[at]
            local alone = raw.type(message) == "table"
            message = alone and message[1] or message
            if count > 0 and (alone or size + #message > FRAME) then
                list[#list + 1], list[#list + 2] = number, concat(parts, "", 1, count)
                count, size = 0, 0
            end
            count, size, all = count + 1, size + #message, all + #message
            parts[count] = message
            if alone then
                list[#list + 1], list[#list + 2] = number, message
                count, size = 0, 0
            end
            at = at + 1
        end
        if count > 0 then
            list[#list + 1], list[#list + 2] = number, concat(parts, "", 1, count)
        end
        -- Kept, so that it need not grow anew for every round.
        for index = 1, last do
            out[index] = out[at + index - 1]
        end
        view.out_count = last - at + 1
        return all
    end

    -- See wire_flush and wire_watch.
    local function flush(again)
        local list, over, retold = {}, {}, {}
        wire.begin_round()
        for _, view in raw.pairs(wire.views) do
            wire.refresh(view)
        end
        local left = ALL_AT_ONCE
        for number, view in raw.pairs(wire.views) do
            if view.out_count > 0 and left > 0 then
                left = left - take_frames(view, min(AT_ONCE, left), number, list)
            end
            -- What waits still would be told twice: then it is for the next time.
            if view.out_count == 0 then
                if view.player.removed then
                    over[#over + 1] = number
                    wire.forget(view)
                elseif again and again[number] then
                    retold[#retold + 1] = { number, wire.retold(view) }
                end
            end
        end
        return list, over, retold
    end

    --- What is to be sent since the last time: { number, frame, number, frame, … }, each the messages of one frame, and
    --- the numbers of connections that are over: whose characters have left, to be closed behind their frames.
    ---@return table { frames, over }
    function server.controls.wire_flush()
        local list, over = flush()
        return { list, over }
    end

    --- The same for a host that reads along.
    ---@param numbers number[] connections of which all that was told so far is wanted; one that is not ready for it is
    --- left out of `known`
    ---@return table { frames, over, known, kinds }: known of { number, { messages, names } } each, which include the
    --- frames; kinds are those of items that were told of since the last time, { client's id, flags } each
    function server.controls.wire_watch(numbers)
        local again = {}
        for _, number in raw.ipairs(numbers) do
            again[number] = true
        end
        local list, over, retold = flush(again)
        return { list, over, retold, wire.take_kinds() }
    end

    --- Scripts that answer extended messages of clients, in order.
    ---@return string[]
    function server.controls.wire_extended()
        return server.parts.events.extended_scripts()
    end

    --- The names of vocations, as lists of characters show them: { { id, name }, … }.
    function server.controls.wire_vocations()
        local list = {}
        for _, vocation in raw.ipairs(server.parts.vocations.all()) do
            list[#list + 1] = { vocation.id, vocation.name }
        end
        return list
    end

    --- How many connections have a character in the game.
    function server.controls.wire_count()
        local count = 0
        for _ in raw.pairs(wire.views) do
            count = count + 1
        end
        return count
    end

    return wire
end
