--- Starts a client with the libraries of its checkout alone, in place of the stock init.lua: what a module is tested
--- and shown with. The environment may name a folder more for the search path, and the size of the window.

g_app.setName("OTClient")
g_app.setCompactName("otclient")
if g_app.setOrganizationName then
    g_app.setOrganizationName("otcr")
end
for _, folder in ipairs({ "data", "modules", "mods" }) do
    g_resources.addSearchPath(g_resources.getWorkDir() .. folder, true)
end
if os.getenv("START_FOLDER") then
    g_resources.addSearchPath(os.getenv("START_FOLDER"), true)
end
for _, style in ipairs({ "/data/styles/html.css", "/data/styles/custom.css" }) do
    if g_html and g_resources.fileExists(style) then
        g_html.addGlobalStyle(style)
    end
end
g_resources.setupUserWriteDir("otclient/")
g_configs.loadSettings("/config.otml")
g_modules.discoverModules()
for _, name in ipairs({ "corelib", "gamelib", "modulelib", "client_styles" }) do
    if g_modules.getModule(name) then
        g_modules.ensureModuleLoaded(name)
    end
end
local width, height = tonumber(os.getenv("START_WIDTH")), tonumber(os.getenv("START_HEIGHT"))
g_window.resize({ width = width or 1024, height = height or 768 })
g_window.poll()
