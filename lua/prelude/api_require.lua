--- require("lib.util"): a file of the plugin's own folder, loaded once a generation.

local context = ...
local raw = context.raw
local sandbox, check, failure = context.use("sandbox"), context.use("check"), context.use("failure")

local LOADING = {}

-- Bytes: the host looks for a file of that name, at no plugin's cost.
local LONGEST = 255

return function(room)
    local loaded = {}

    function room.env.require(name)
        check.argument("require", 1, name, "string")
        if #name > LONGEST then
            failure.blame("require: a name of " .. #name .. " bytes is none; the longest has " .. LONGEST)
        end
        if loaded[name] == LOADING then
            failure.blame("require: '" .. name .. "' requires itself, directly or through others")
        elseif loaded[name] ~= nil then
            return loaded[name]
        end
        local file = room.host("files.require", name)
        local fn, problem = sandbox.compile(room, file.source, "@" .. file.chunk, room.env)
        if not fn then
            raw.error(problem, 0)
        end
        loaded[name] = LOADING
        local ok, result = room.env.pcall(fn, name)
        if not ok then
            loaded[name] = nil
            raw.error(result, 0)
        end
        loaded[name] = result == nil and true or result
        return loaded[name]
    end
end
