-- What a client runs first.
g_app.setName("Pinger")
g_resources.addSearchPath(g_resources.getWorkDir() .. "modules", true)
g_modules.discoverModules()
g_modules.ensureModuleLoaded("gamelib")
g_modules.ensureModuleLoaded("pinger")
