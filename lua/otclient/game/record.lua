--- `g_game.playRecord`: a recorded session (`.cam`) in place of a connection, at the times of the recording. As
--- packet_player.cpp of mehah's client plays it: frames from the server are read, those of the client passed over;
--- nothing that the player does goes anywhere, but a logout, which ends it.

local context = ...
local raw = context.raw
local char, gsub, sub, tonumber = raw.string.char, raw.string.gsub, raw.string.sub, raw.tonumber

-- Where the client looks for recordings.
local FOLDER = "/records/"
local FIRST_LOOK_MS = 50
local LOGOUT = "\20"

local function bytes_of(hex)
    return (gsub(hex, "(%x%x?)", function(digits)
        return char(tonumber(digits, 16))
    end))
end

-- The server's frames of a recording, up to the first line that is none: { time in ms, data } each.
local function frames_of(text)
    local frames = {}
    for line in raw.string.gmatch(text, "[^\r\n]+") do
        local mark, time, hex = raw.string.match(line, "^%s*(%S+)%s+(%d+)%s+(%x+)%s*$")
        if not mark then
            break
        elseif mark == "<" then
            frames[#frames + 1] = { tonumber(time), bytes_of(hex) }
        end
    end
    return frames
end

return function(engine, game, driver, net)
    local record = {}

    --- Plays a recording by a protocol that has no connection.
    ---@param file string its name below /records
    function record.play(protocol, file)
        local text, problem = engine.parts.resources.read(FOLDER .. file)
        if not text then
            engine:log("error", "the record can't be played: " .. problem)
        end
        local frames, at, began = frames_of(text or ""), 1, engine.now

        local function ended()
            driver.failed(protocol, "End of file", 2)
        end

        local function go_on()
            while frames[at] and game.state.protocol == protocol and began + frames[at][1] - engine.now <= 1 do
                local data = frames[at][2]
                at = at + 1
                net.input.expect(protocol.input, 0)
                net.input.fill(protocol.input, data)
                engine:emit(protocol, "onRecv", protocol.input.object)
                driver.received(protocol, protocol.input)
            end
            if game.state.protocol ~= protocol then
                return
            elseif not frames[at] then
                return ended()
            end
            game.schedule(go_on, began + frames[at][1] - engine.now)
        end

        function protocol.played(message)
            if sub(message, 1, 1) == LOGOUT then
                ended()
            end
        end
        driver.connected(protocol)
        game.schedule(go_on, FIRST_LOOK_MS)
    end

    return record
end
