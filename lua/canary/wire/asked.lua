--- What a client sends: the deeds of clients.lua, and what a connection has beyond them (pings, windows, channels,
--- modes).

local context = ...
local raw = context.raw
local byte, char, sub, min = raw.string.byte, raw.string.char, raw.string.sub, raw.math.min

-- Directions of a walk as the client numbers them: east, north-east, … to south-east; those of the server.
local STEPS = { 1, 7, 0, 6, 3, 4, 2, 5 }
local MOST_STEPS = 128
local LONGEST_SAID = 255
-- The server asks for a sign of life so often, and gives up after so long without one.
local PING_MS, SILENCE_MS = 5000, 60000

return function(server, wire)
    local clients = server.parts.clients
    local u16, text = wire.u16, wire.text
    local asked = {}

    local function u16_at(data, at)
        return (byte(data, at) or 0) + (byte(data, at + 1) or 0) * 256
    end
    local function text_at(data, at)
        return sub(data, at + 2, at + 1 + u16_at(data, at))
    end

    -- How long a message is, opcode with it; texts and lists are added by the functions of `grows`. Checked before
    -- anything is done: what ends early closes the connection.
    local LENGTHS = {
        [0x14] = 1, [0x1D] = 1, [0x1E] = 1, [0x32] = 2, [0x64] = 2, [0x77] = 4, [0x78] = 15, [0x79] = 4, [0x7A] = 7,
        [0x7B] = 6, [0x7C] = 1, [0x7D] = 13, [0x7E] = 3, [0x7F] = 1, [0x80] = 1, [0x82] = 10, [0x83] = 17, [0x84] = 13,
        [0x85] = 9, [0x87] = 2, [0x88] = 2, [0x89] = 5, [0x8C] = 9, [0x8D] = 5, [0x96] = 2, [0x97] = 1, [0x98] = 3,
        [0x99] = 3, [0xA0] = 4, [0xA1] = 5, [0xA2] = 5, [0xA3] = 5, [0xA4] = 5, [0xA5] = 5, [0xA6] = 5, [0xA7] = 1,
        [0xBE] = 1, [0xCA] = 2, [0xCC] = 4, [0xD2] = 1, [0xF9] = 7,
    }
    local TEXTS = { [0x32] = 3, [0x89] = 6, [0x9A] = 2 }

    local function well_formed(data)
        local opcode = byte(data, 1)
        local least = LENGTHS[opcode] or 1
        local at = TEXTS[opcode]
        if at then
            least = at + 1 + u16_at(data, at)
            return #data >= least and #data >= at + 1
        elseif opcode == 0x64 then
            return #data >= 2 and #data == 2 + byte(data, 2) and byte(data, 2) <= MOST_STEPS
        elseif opcode == 0x96 then
            return #data >= 4
        end
        return #data >= least
    end

    asked[0x1D] = function(view)
        wire.send(view, "\30")
    end
    asked[0x1E] = function(view)
        view.heard = server.now
    end
    -- The client is in the game: nothing is left to be done.
    asked[0x0F] = function() end

    local DIRECTIONS = {
        [0x65] = 0,
        [0x66] = 1,
        [0x67] = 2,
        [0x68] = 3,
        [0x6A] = 7,
        [0x6B] = 5,
        [0x6C] = 4,
        [0x6D] = 6,
    }
    for opcode, direction in raw.pairs(DIRECTIONS) do
        asked[opcode] = function(view)
            clients.deeds.walk(view.player, direction)
        end
    end
    asked[0x64] = function(view, data)
        local way = {}
        for at = 3, #data do
            way[#way + 1] = STEPS[byte(data, at)]
        end
        view.player.walk_task = nil
        if #way > 0 then
            server.parts.creatures.auto_walk(view.player, way)
        end
    end
    asked[0x69] = function(view)
        server.parts.creatures.stop_walk(view.player)
    end

    asked[0x96] = function(view, data)
        local kind = byte(data, 2)
        local at, receiver, channel = 3, "", 0
        if kind == 5 or kind == 16 then
            receiver = text_at(data, at)
            at = at + 2 + #receiver
        elseif kind == 7 or kind == 14 then
            channel = u16_at(data, at)
            at = at + 2
        end
        local said = text_at(data, at)
        if #said <= LONGEST_SAID and #said == u16_at(data, at) then
            clients.deeds.say(view.player, kind, said, receiver, channel)
        end
    end

    -- Amounts of a trade with an npc are one byte up to 12.90.
    asked[0x7A] = function(view, data)
        local over_capacity, in_backpacks = byte(data, 6) ~= 0, byte(data, 7) ~= 0
        clients.deeds.buy(view.player, u16_at(data, 2), byte(data, 4), byte(data, 5), over_capacity, in_backpacks)
    end
    asked[0x7B] = function(view, data)
        clients.deeds.sell(view.player, u16_at(data, 2), byte(data, 4), byte(data, 5), byte(data, 6) ~= 0)
    end

    asked[0xA0] = function(view, data)
        local player = view.player
        player.fight_mode = raw.math.max(1, min(3, byte(data, 2)))
        player.chase_mode = byte(data, 3) ~= 0
        player.secure_mode = byte(data, 4) ~= 0
    end

    -- Containers ---------------------------------------------------------------------------------------------------

    asked[0x87] = function(view, data)
        server.parts.players.close_container(view.player, byte(data, 2))
    end
    asked[0x88] = function(view, data)
        local players = server.parts.players
        local id = byte(data, 2)
        local container = players.open_container(view.player, id)
        local parent = container and container.parent
        if parent and parent.items and parent.class_name ~= "Tile" and parent.class_name ~= "Player" then
            view.player.containers[id] = { container = parent, first = 0 }
        end
    end
    asked[0xCA] = function(view, data)
        view.windows[byte(data, 2)] = nil
    end
    asked[0xCC] = function(view, data)
        local id, first = byte(data, 2), u16_at(data, 3)
        local container = server.parts.players.open_container(view.player, id)
        if container and first < #container.items then
            view.player.containers[id].first = first
        end
    end

    -- Channels -----------------------------------------------------------------------------------------------------

    asked[0x97] = function(view)
        local events = server.parts.events
        local list = {}
        for _, channel in raw.ipairs(events.channels() or {}) do
            local record = channel.id and channel or events.channel(channel)
            if record and events.can_join(record, view.player) and #list < 255 then
                list[#list + 1] = u16(record.id) .. text(record.name)
            end
        end
        wire.send(view, "\171" .. char(#list) .. raw.table.concat(list))
    end
    asked[0x98] = function(view, data)
        local events, id = server.parts.events, u16_at(data, 2)
        if events.channel(id) and events.chat.join(view.player, id) then
            clients.send(view.player, "channel_opened", { id = id, name = events.channel(id).name })
        end
    end
    asked[0x99] = function(view, data)
        server.parts.events.chat.leave(view.player, u16_at(data, 2))
    end
    asked[0x9A] = function(view, data)
        local other = server.parts.creatures.by_name(text_at(data, 2))
        if other and other.class_name == "Player" then
            wire.send(view, "\173" .. text(other.name))
        else
            server.parts.players.cancel(view.player, "A player with this name is not online.")
        end
    end

    -- Parties ------------------------------------------------------------------------------------------------------

    local function u32_at(data, at)
        return u16_at(data, at) + u16_at(data, at + 2) * 65536
    end
    local function other_player(view, data)
        local other = server.parts.creatures.by_id(u32_at(data, 2))
        return other and other.class_name == "Player" and other ~= view.player and other or nil
    end
    asked[0xA3] = function(view, data)
        local parties, player, other = server.parts.parties, view.player, other_player(view, data)
        if other and not other.party then
            local party = player.party or parties.make(player)
            if party and party.leader == player then
                parties.invite(party, other)
            end
        end
    end
    asked[0xA4] = function(view, data)
        local leader = other_player(view, data)
        if leader and leader.party and not view.player.party then
            server.parts.parties.join(leader.party, view.player)
        end
    end
    asked[0xA7] = function(view)
        if view.player.party then
            server.parts.parties.leave(view.player.party, view.player)
        end
    end

    -- Outfits ------------------------------------------------------------------------------------------------------

    --- The window in which a player dresses.
    function wire.outfit_window(view)
        local player, vocations, players = view.player, server.parts.vocations, server.parts.players
        local looks, mounts = {}, {}
        for _, outfit in raw.ipairs(vocations.outfits and vocations.outfits(player.sex) or {}) do
            if #looks < 100 and players.can_wear(player, outfit.look_type, 0) then
                local addons = 0
                for wanted = 1, 2 do
                    addons = addons + (players.can_wear(player, outfit.look_type, wanted) and wanted or 0)
                end
                looks[#looks + 1] = u16(outfit.look_type) .. text(outfit.name) .. char(addons)
            end
        end
        if #looks == 0 then
            looks[1] = u16(player.default_outfit.lookType) .. text("Citizen") .. "\0"
        end
        for _, mount in raw.ipairs(vocations.mounts and vocations.mounts() or {}) do
            if #mounts < 100 and players.has_mount(player, mount) then
                mounts[#mounts + 1] = u16(mount.client_id) .. text(mount.name)
            end
        end
        local concat = raw.table.concat
        if view.version >= 1281 then
            return nil
        end
        local window = "\200" .. wire.outfit(view, player.default_outfit) .. char(#looks) .. concat(looks)
        return view.version >= 870 and window .. char(#mounts) .. concat(mounts) or window
    end
    asked[0xD2] = function(view)
        local window = wire.outfit_window(view)
        if window then
            wire.send(view, window)
        end
    end
    asked[0xD3] = function(view, data)
        local look = u16_at(data, 2)
        local creatures, player = server.parts.creatures, view.player
        local addons = byte(data, 8) or 0
        if #data < 8 or not server.parts.players.can_wear(player, look, addons) then
            return
        end
        local fields = creatures.copy_outfit(player.default_outfit)
        fields.lookType = look
        fields.lookHead, fields.lookBody = byte(data, 4), byte(data, 5)
        fields.lookLegs, fields.lookFeet, fields.lookAddons = byte(data, 6), byte(data, 7), addons
        player.default_outfit = creatures.outfit(fields)
        creatures.change_outfit(player, player.default_outfit)
    end

    -- All ----------------------------------------------------------------------------------------------------------

    --- Does what a message asks for.
    ---@return string|nil problem why the connection has to be closed
    function wire.message(view, data)
        if data == "" then
            return "an empty message"
        elseif not well_formed(data) then
            return raw.string.format("message 0x%02X of %d bytes is too short or too long", byte(data, 1), #data)
        end
        view.heard, view.acted = server.now, true
        local opcode = byte(data, 1)
        if opcode ~= 0x1D and opcode ~= 0x1E then
            view.player.idle_time = 0
        end
        local handler = asked[opcode]
        if handler then
            handler(view, data)
        else
            clients.message(view.player, data)
        end
    end

    --- Asks clients for signs of life; those that give none for long lose their connection. Characters without one
    --- leave as soon as they may, and after a minute in any case.
    ---@return number[] numbers of connections
    function server.controls.wire_pings()
        local silent = {}
        for number, view in raw.pairs(wire.views) do
            view.heard = view.heard or server.now
            if server.now - view.heard >= SILENCE_MS then
                silent[#silent + 1] = number
            elseif server.now - (view.asked_at or 0) >= PING_MS then
                view.asked_at = server.now
                wire.send(view, "\29")
            end
        end
        for player, since in raw.pairs(wire.alone) do
            if player.removed or server.parts.players.leave(player, server.now - since >= SILENCE_MS) then
                wire.alone[player] = nil
            end
        end
        return silent
    end
end
