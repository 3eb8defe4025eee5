--- Run by the stock init.lua once it has loaded all stock modules, in place of the stock otclientrc.lua: level=full.

if not g_sounds then
    -- As the clients that the values come from were built without sound.
    local silence
    silence = setmetatable({}, {
        __index = function()
            return function()
                return silence
            end
        end,
    })
    g_sounds = silence
end
g_resources.addSearchPath(os.getenv("CONF_VFS"), false)
g_resources.addSearchPath(os.getenv("CONF_DRIVER"), false)
dofile("/conf_harness.lua")
connect(g_app, {
    onRun = function()
        scheduleEvent(Conf.start, 1500)
    end,
})
