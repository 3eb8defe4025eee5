--- Starts a client with the engine alone, where there is no checkout. What a probe looks up that libraries of a
--- checkout would have is kept in `Conf.lacks`: such a probe does not count.

g_app.setName("OTClient conformance")
g_app.setCompactName("otclient")
g_resources.addSearchPath(os.getenv("CONF_VFS"), true)
g_resources.addSearchPath(os.getenv("CONF_DRIVER"), true)
g_resources.setupUserWriteDir("otclient/")
g_configs.loadSettings("/config.otml")
g_modules.discoverModules()
g_window.resize({ width = 1024, height = 768 })
g_window.move({ x = 0, y = 0 })
g_window.poll()

rootWidget = g_ui.getRootWidget()

function scheduleEvent(fn, delay)
    return g_dispatcher.scheduleEvent(fn, delay)
end

function addEvent(fn)
    return g_dispatcher.addEvent(fn)
end

dofile("/conf_harness.lua")

local lacks = {}
Conf.lacks = lacks

local function watch(of, prefix)
    setmetatable(of, {
        __index = function(_, name)
            if type(name) == "string" then
                lacks[#lacks + 1] = prefix .. name
            end
        end,
    })
end

local start = scheduleEvent(function()
    watch(_G, "")
    for _, library in ipairs({ "string", "table", "math", "io", "os" }) do
        if rawget(_G, library) then
            watch(_G[library], library .. ".")
        end
    end
    Conf.start()
end, 150)
Conf.held = start
