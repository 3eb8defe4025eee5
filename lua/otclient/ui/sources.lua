--- Where widgets were made, as mehah tells: the nearest place of a script that is none of the libraries'.
---
--- Looking at the stack is dear. Of a call that makes many widgets it is looked at once, and of each `create` of a
--- class once for all: what it calls is always the same.

local context = ...
local raw = context.raw
local getinfo = raw.debug.getinfo
local find, sub = raw.string.find, raw.string.sub

local BOUND, MANAGER, C_FRAME = "=tibicen/otclient/bound", "=tibicen/otclient/ui/manager", "[C]:-1"
-- The engine looks no further.
local DEEPEST = 8

return function(engine)
    local ui = engine.parts.ui
    -- A `create` to the frames between it and the engine.
    local inner_of = raw.setmetatable({}, { __mode = "k" })

    -- Libraries that make widgets for others.
    local function passed_over(source)
        return find(source, "corelib", 1, true)
            or find(source, "gamelib", 1, true)
            or find(source, "game_bot/functions/ui", 1, true)
            or find(source, "[C]", 1, true)
    end

    -- Frames from a level outwards, up to the code that is named. A bound function of the engine's is one frame of C;
    -- what it does inside, and what the engine calls by itself, is none.
    local function frames_of(level, upto)
        local frames, of_c = {}, false
        while #frames < DEEPEST do
            local info = getinfo(level, "Sl")
            level = level + 1
            local in_engine = info and sub(info.source, 1, 9) == "=tibicen/"
            if of_c and not in_engine then
                frames[#frames + 1] = C_FRAME
            end
            if not info or info.source == upto then
                break
            end
            of_c = info.what == "C"
            if info.source == BOUND then
                frames[#frames + 1] = C_FRAME
            elseif not in_engine and not of_c then
                frames[#frames + 1] = info.short_src .. ":" .. info.currentline
            end
        end
        return frames
    end

    -- Two lists of frames, one behind the other. Where there is no frame the engine shows ":0".
    local function source_in(inner, outer)
        local count = #inner
        local function frame(level)
            return inner[level + 1] or outer[level + 1 - count] or ":0"
        end
        local source, level = frame(2), 3
        while level < DEEPEST and passed_over(source) do
            local further = frame(level)
            if #further <= 3 then
                break
            end
            source = further
            level = level + 1
        end
        return source
    end

    --- What a call of scripts that makes widgets keeps of their sources, for `ui.making`.
    function ui.sources_of_call()
        return { outer = frames_of(3) }
    end

    -- Set while a class's `create` is called for a widget of a style: what the call keeps, and the function.
    ui.making, ui.making_by = nil, nil

    --- Where the widget that comes to be just now is made.
    function ui.source_of_new()
        local call, create = ui.making, ui.making_by
        if not call then
            return source_in(frames_of(4), {})
        end
        ui.making = nil
        local source = call[create]
        if not source then
            local inner = inner_of[create]
            if not inner then
                inner = frames_of(4, MANAGER)
                inner_of[create] = inner
            end
            source = source_in(inner, call.outer)
            call[create] = source
        end
        return source
    end
end
