--- Mounts the OTClient realm into a room: one headless client, whose modules share its globals.

local context = ...
local raw = context.raw
local make_engine = context.use("otclient/engine")

-- In this order: a part may use at once what those before it offer, and later what any offers.
local PARTS = {
    "globals",
    "logger",
    "clock",
    "dispatcher",
    "color",
    "otml",
    "resources",
    "scripts",
    "config",
    "modules",
    "platform",
    "window",
    "app",
    "images",
    "fonts",
    "ui",
    "game",
    "net",
    "handover",
    "ownership",
    "restyle",
    "saves",
    "observe",
    "testkit",
}

return function(room, options)
    -- A client has no quota that a late cycle could reach, and starts by making some 60 MB that stay.
    raw.collectgarbage("setpause", 200)
    -- Modules are much code that runs a few times: compiled as soon as LuaJIT does by itself, loading them would be
    -- mostly the compiler's work, and its room for traces would fill up and be thrown away again and again.
    raw.jit.opt.start("hotloop=2000", "hotexit=200", "maxtrace=8000", "maxmcode=32768")
    local engine = make_engine(room, options.settings)
    for _, part in raw.ipairs(PARTS) do
        engine.parts[part] = context.use("otclient/" .. part)(engine) or true
    end
    engine:declare_ignored()
    return room.keep(function(control, ...)
        local fn = engine.controls[control]
        if not fn then
            raw.error("the client has no control " .. raw.tostring(control), 0)
        end
        return fn(...)
    end)
end
