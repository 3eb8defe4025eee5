--- Starts a client with the libraries of its checkout alone, in place of the stock init.lua: what a module is tested
--- and shown with.

g_app.setName("OTClient")
g_app.setCompactName("otclient")
if g_app.setOrganizationName then
    g_app.setOrganizationName("otcr")
end
for _, folder in ipairs({ "data", "modules", "mods" }) do
    g_resources.addSearchPath(g_resources.getWorkDir() .. folder, true)
end
if g_html then
    g_html.addGlobalStyle("/data/styles/html.css")
    g_html.addGlobalStyle("/data/styles/custom.css")
end
g_resources.setupUserWriteDir("otclient/")
g_configs.loadSettings("/config.otml")
g_modules.discoverModules()
for _, name in ipairs({ "corelib", "gamelib", "modulelib", "client_styles" }) do
    if g_modules.getModule(name) then
        g_modules.ensureModuleLoaded(name)
    end
end
g_window.resize({ width = 1024, height = 768 })
