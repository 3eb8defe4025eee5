--- What scripts find beside the API: Lua's own libraries, as far as they reach nothing of the host.

local context = ...
local raw = context.raw

return function(server)
    local globals = {}
    local env = server.env

    local function copy(from)
        local to = {}
        for key, value in raw.pairs(from) do
            to[key] = value
        end
        return to
    end

    --- Lua's own functions and nothing else, for config.lua.
    globals.bare = copy(env)
    globals.bare._G = nil
    for _, name in raw.ipairs({ "bit", "coroutine", "math", "os", "string", "table" }) do
        globals.bare[name] = copy(env[name])
    end

    for _, part in raw.ipairs({ "debug", "io", "load", "os", "types", "xml" }) do
        context.use("canary/globals/" .. part)(server, globals)
    end

    -- The scripts' chance has a stream of its own, which they may seed.
    env.math.random, env.math.randomseed = raw.math.random, raw.math.randomseed

    server:globals({
        newproxy = raw.newproxy,
        gcinfo = function()
            return raw.math.floor(raw.collectgarbage("count"))
        end,
        jit = {
            version = raw.jit.version,
            version_num = raw.jit.version_num,
            os = raw.jit.os,
            arch = raw.jit.arch,
            status = raw.jit.status,
        },
    })
    return globals
end
