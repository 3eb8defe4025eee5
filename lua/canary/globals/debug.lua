--- debug and print: scripts look at their own functions, never at the engine's.

local context = ...
local raw = context.raw
local sub, type = raw.string.sub, raw.type
local getinfo = raw.debug.getinfo

return function(server)
    local function own(fn)
        return type(fn) == "function" and sub(getinfo(fn, "S").source, 1, 1) ~= "="
    end

    local function guarded_getinfo(...)
        local thread, subject, what = ...
        local info
        if type(thread) == "thread" then
            info = getinfo(thread, subject, what or "nSluf")
        else
            subject, what = thread, subject
            if type(subject) == "number" then
                subject = subject + 1
            end
            info = getinfo(subject, what or "nSluf")
        end
        if info and info.func and not own(info.func) then
            -- A function of the API is shown as what it is for a script: one of the server's, in C.
            info.source, info.short_src, info.what = "=[C]", "[C]", "C"
            info.linedefined, info.lastlinedefined, info.currentline = -1, -1, -1
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
