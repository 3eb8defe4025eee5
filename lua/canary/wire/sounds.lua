--- Sounds and music as clients of 13.10 are told them (see Canary's protocolgame.cpp, sendSingleSoundEffect and what
--- follows it); older ones have no message for them.

local context = ...
local raw = context.raw
local char = raw.string.char

local WIDE = 1281
-- Entries of the message of effects, and whose a sound is to the one who makes it.
local SOUND, SECOND, OWN = 6, 7, 1

return function(server, wire)
    if server.tfs then
        return
    end
    local u16, make = wire.u16, wire.make

    function make.sound(view, fields)
        if view.version < WIDE then
            return nil
        end
        local source = fields.actor and fields.actor == view.player.id and OWN or fields.source
        local message = "\131" .. wire.place(fields.x, fields.y, fields.z) .. char(SOUND, source) .. u16(fields.sound)
        if fields.second then
            message = message .. char(SECOND, 1, source) .. u16(fields.second)
        end
        return message .. "\0"
    end

    function make.anthem(view, fields)
        return view.version >= WIDE and "\133" .. char(fields.kind) .. u16(fields.anthem) or nil
    end
end
