--- Starts a client with the engine and the libraries alone, in place of the stock init.lua: level=core.

g_app.setName("OTClient conformance")
g_app.setCompactName("otclient")
if g_app.setOrganizationName then
    g_app.setOrganizationName("otcr")
end
g_resources.addSearchPath(g_resources.getWorkDir() .. "data", true)
g_resources.addSearchPath(g_resources.getWorkDir() .. "modules", true)
for _, style in ipairs({ "/data/styles/html.css", "/data/styles/custom.css" }) do
    if g_html and g_resources.fileExists(style) then
        g_html.addGlobalStyle(style)
    end
end
g_resources.addSearchPath(os.getenv("CONF_VFS"), true)
g_resources.addSearchPath(os.getenv("CONF_DRIVER"), true)
g_resources.setupUserWriteDir("otclient/")
g_configs.loadSettings("/config.otml")
g_modules.discoverModules()
for _, name in ipairs({ "corelib", "gamelib", "modulelib", "client_styles" }) do
    if name ~= "modulelib" or g_modules.getModule(name) then
        g_modules.ensureModuleLoaded(name)
    end
end
g_window.setMinimumSize({ width = 600, height = 480 })
g_window.resize({ width = 1024, height = 768 })
g_window.move({ x = 0, y = 0 })
g_window.poll()
dofile("/conf_harness.lua")
connect(g_app, {
    onRun = function()
        scheduleEvent(Conf.start, 150)
    end,
})
