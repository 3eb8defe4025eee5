--- debug and print: scripts look at their own functions, never at the engine's.

local context = ...
local raw = context.raw
local sub, type = raw.string.sub, raw.type
local getinfo = raw.debug.getinfo

return function(server)
    local function own(fn)
        return type(fn) == "function" and sub(getinfo(fn, "S").source, 1, 1) ~= "="
    end

    -- What is told of a function in C, which is what a function of the API is for a script.
    local IN_C = {
        source = "=[C]", short_src = "[C]", what = "C", linedefined = -1, lastlinedefined = -1, currentline = -1,
        nups = 0,
    }

    local function guarded_getinfo(...)
        local thread, subject, what = ...
        local info
        if type(thread) == "thread" then
            what = what or "nSluf"
            info = getinfo(thread, subject, what .. "f")
        else
            subject, what = thread, subject or "nSluf"
            if type(subject) == "number" then
                subject = subject + 1
            end
            info = getinfo(subject, what .. "f")
        end
        if not info then
            return nil
        end
        local ours = info.func and not own(info.func)
        for key, value in raw.pairs(ours and IN_C or {}) do
            info[key] = info[key] ~= nil and value or nil
        end
        if ours or not raw.string.find(what, "f", 1, true) then
            info.func = nil
        end
        return info
    end

    local debug = {
        getinfo = guarded_getinfo,
        traceback = raw.debug.traceback,
        getmetatable = function(value)
            local metatable = raw.debug.getmetatable(value)
            return type(value) ~= "string" and metatable or raw.getmetatable(value)
        end,
        getlocal = function(level, index)
            if type(level) == "function" then
                return own(level) and raw.debug.getlocal(level, index) or nil
            end
            local info = getinfo(level + 1, "f")
            if info and own(info.func) then
                return raw.debug.getlocal(level + 1, index)
            end
        end,
        getupvalue = function(fn, index)
            if own(fn) then
                return raw.debug.getupvalue(fn, index)
            end
        end,
        setupvalue = function(fn, index, value)
            if own(fn) then
                return raw.debug.setupvalue(fn, index, value)
            end
        end,
        upvalueid = function(fn, index)
            if own(fn) then
                return raw.debug.upvalueid(fn, index)
            end
        end,
        -- Hooks never fire in compiled code; scripts that guard against endless loops with one go on without it.
        sethook = function() end,
        gethook = function() end,
    }
    server.env.debug = debug

    local function print(...)
        local texts = {}
        for index = 1, raw.select("#", ...) do
            texts[index] = server.env.tostring((raw.select(index, ...)))
        end
        server:log("info", raw.table.concat(texts, "\t"))
    end
    server.env.print = print
end
