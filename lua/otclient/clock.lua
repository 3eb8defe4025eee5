--- g_clock: the client's own time, which only frames move.

return function(engine)
    -- Scripts may tell two times apart within a frame: what asks for the real time sees it move by itself.
    local asked = 0
    local function real_micros()
        asked = asked + 1
        return engine.now * 1000 + asked % 1000
    end

    engine:singleton("g_clock", {
        millis = function()
            return engine.now
        end,
        micros = function()
            return engine.now * 1000
        end,
        seconds = function()
            return engine.now / 1000
        end,
        realMillis = function()
            return engine.now
        end,
        realMicros = real_micros,
    })
    return {}
end
