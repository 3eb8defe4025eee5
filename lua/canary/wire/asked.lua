--- What a client sends: the deeds of clients.lua, and what a connection has beyond them, a part a noun in asked/. A
--- message is measured before anything is done: what ends early closes the connection.

local context = ...
local raw = context.raw
local byte, sub = raw.string.byte, raw.string.sub

local PARTS = { "walking", "talking", "shops", "containers", "parties", "outfits", "vips", "quests", "imbuing",
    "bosses", "bestiary" }
local MOST_STEPS = 128
-- What appears where somebody leaves the game.
local LOGOUT_EFFECT = 3
-- The server asks for a sign of life so often, and gives up after so long without one.
local PING_MS, SILENCE_MS = 5000, 60000
-- What a client says of itself and its user: read by nobody here. Finding errors, breaking rules, thanks, errors of the
-- client, tiles and items that it wants to be told of again.
local IGNORED = { 0x0F, 0x8E, 0xC9, 0xE7, 0xE8, 0xF2, 0xF3 }

-- What has a client show whom it attacks or follows: answered with a message if it is nobody.
local AIMS = { [0xA1] = true, [0xA2] = true, [0xBE] = true }

return function(server, wire)
    local clients = server.parts.clients
    local asked, unknown, gone = {}, {}, {}

    --- Reading a message: a number of two bytes, of four, and a text, at a place.
    local read = {}
    wire.read = read
    function read.u16(data, at)
        return (byte(data, at) or 0) + (byte(data, at + 1) or 0) * 256
    end
    function read.u32(data, at)
        return read.u16(data, at) + read.u16(data, at + 2) * 65536
    end
    function read.text(data, at)
        return sub(data, at + 2, at + 1 + read.u16(data, at))
    end

    -- How long a message is at least, its opcode with it.
    local LENGTHS = {
        [0x14] = 1, [0x1D] = 1, [0x1E] = 1, [0x77] = 3, [0x78] = 15, [0x79] = 4, [0x7A] = 7, [0x7B] = 6, [0x7C] = 1,
        [0x7D] = 13, [0x7E] = 3, [0x7F] = 1, [0x80] = 1, [0x82] = 10, [0x83] = 17, [0x84] = 13, [0x85] = 9, [0x87] = 2,
        [0x88] = 2, [0x8C] = 9, [0x8D] = 5, [0x97] = 1, [0x98] = 3, [0x99] = 3, [0xA0] = 4, [0xA1] = 5, [0xA2] = 5,
        [0xA3] = 5, [0xA4] = 5, [0xA5] = 5, [0xA6] = 5, [0xA7] = 1, [0xA8] = 2, [0xBE] = 1, [0xCA] = 2, [0xCB] = 6,
        [0xCC] = 4, [0xD2] = 1, [0xD3] = 8, [0xD4] = 2, [0xDD] = 5, [0xF1] = 3, [0xF9] = 7,
    }
    -- From 12.81 on amounts of a trade are two bytes, and the window of outfits says which it is.
    local WIDE, WIDE_LENGTHS = 1281, { [0x7A] = 8, [0x7B] = 7, [0xD3] = 9 }
    if not server.tfs then
        LENGTHS[0x60], LENGTHS[0xD5], LENGTHS[0xD6], LENGTHS[0xD7], LENGTHS[0xE4] = 2, 4, 2, 1, 5
        LENGTHS[0xB0], LENGTHS[0xBA], LENGTHS[0xE2], LENGTHS[0xE3], LENGTHS[0xEB] = 6, 6, 4, 3, 3
        WIDE_LENGTHS[0xD5] = 6
    end
    -- Where a message has its text, and how many bytes are behind it at least.
    local TEXTS = {
        [0x32] = { 3, 0 }, [0x89] = { 6, 0 }, [0x8A] = { 7, 0 }, [0x9A] = { 2, 0 }, [0xAB] = { 2, 0 },
        [0xAC] = { 2, 0 }, [0xDC] = { 2, 0 }, [0xDE] = { 6, 5 },
    }

    -- Whether a text stands whole at a place, with so many bytes behind it.
    local function holds_text(data, at, behind)
        return #data >= at + 1 and #data >= at + 1 + read.u16(data, at) + behind
    end

    local function well_formed(version, data)
        local opcode = byte(data, 1)
        local text = TEXTS[opcode]
        if text then
            return holds_text(data, text[1], text[2])
        elseif opcode == 0x64 then
            return #data >= 2 and #data == 2 + byte(data, 2) and byte(data, 2) <= MOST_STEPS
        elseif opcode == 0x96 then
            local at = wire.text_of_talk(data)
            return at ~= nil and holds_text(data, at, 0)
        end
        return #data >= (version >= WIDE and WIDE_LENGTHS[opcode] or LENGTHS[opcode] or 1)
    end

    for _, part in raw.ipairs(PARTS) do
        context.use("canary/wire/asked/" .. part)(server, wire, asked)
    end
    for _, opcode in raw.ipairs(IGNORED) do
        asked[opcode] = function() end
    end

    asked[0x14] = function(view)
        local player = view.player
        local tile, shown = player.tile, not player.ghost and player.health > 0
        clients.deeds.logout(player)
        if player.removed and tile and shown then
            server.parts.map.send_effect(tile.x, tile.y, tile.z, LOGOUT_EFFECT)
        end
    end
    asked[0x1D] = function(view)
        wire.send(view, "\30")
    end
    asked[0x1E] = function() end

    --- Does what a message asks for.
    ---@return string|nil problem why the connection has to be closed
    function wire.message(view, data)
        if data == "" then
            return "an empty message"
        elseif not well_formed(view.version, data) then
            return raw.string.format("message 0x%02X of %d bytes is too short or too long", byte(data, 1), #data)
        end
        view.heard = server.now
        view.aims = view.aims or AIMS[byte(data, 1)]
        local opcode = byte(data, 1)
        if opcode ~= 0x1D and opcode ~= 0x1E then
            view.acted, view.player.idle_time = true, 0
        end
        local handler = asked[opcode]
        if handler then
            handler(view, data)
        elseif not clients.message(view.player, data) and not view.unknown[opcode] then
            view.unknown[opcode] = true
            unknown[#unknown + 1] = { view.number, opcode, #data }
        end
    end

    --- Messages that neither the server nor a script knew, since the last time: { number, opcode, bytes } each, one of
    --- a kind for a connection. Nothing is done about them, as with the real servers.
    function server.controls.wire_unknown()
        local list = unknown
        unknown = {}
        return list
    end

    -- A character without a connection leaves after a while, once it may; one that is kept by a fight of its own making
    -- leaves in the middle of it.
    local function let_go(player, since)
        if not player.removed and server.now - since >= SILENCE_MS then
            server.parts.players.leave(player, player.pz_locked == true)
        end
        if player.removed then
            wire.alone[player] = nil
            gone[#gone + 1] = player.name
        end
    end

    --- Characters without a connection that have left since the last time, by name.
    ---@return string[]
    function server.controls.wire_gone()
        local list = gone
        gone = {}
        return list
    end

    --- Asks clients for signs of life; those that give none for long lose their connection.
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
            let_go(player, since)
        end
        return silent
    end
end
