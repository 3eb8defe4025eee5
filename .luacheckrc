std = "luajit"
max_line_length = 120
unused_args = false
exclude_files = { "lua/meta" }

-- What a plugin of the native realm finds, and what it may define (manifests/api/native.yaml).
files["plugins"] = {
    read_globals = { "hooks", "timers", "log", "settings", "imports", "kv", "bus", "json", "plugin" },
    globals = { "exports", "on_snapshot", "on_migrate", "on_health", "on_settings" },
}

-- The demo: a server's scripts, and a client's modules.
files["plugins/arena"] = {
    read_globals = { "CreatureEvent", "NetworkMessage", "configKeys", "configManager" },
    globals = { "CORE_DIRECTORY", "DATA_DIRECTORY", "Player" },
}
files["plugins/arena/config.lua"] = { allow_defined_top = true, ignore = { "131" } }
files["plugins/pinger"] = {
    read_globals = { "g_app", "g_clock", "g_dispatcher", "g_game", "g_logger", "g_modules", "g_resources" },
    globals = {
        "ProtocolGame", "Session", "connect", "disconnect", "init", "removeEvent", "scheduleEvent", "terminate",
    },
}

-- Scripts of a client, which measure it.
files["lua/conformance"] = {
    read_globals = {
        "connect", "g_app", "g_configs", "g_dispatcher", "g_html", "g_logger", "g_modules", "g_resources", "g_ui",
        "g_window",
    },
    globals = { "Conf", "addEvent", "g_sounds", "probe", "rootWidget", "scheduleEvent" },
}

files["lua/conformance/canary"] = {
    read_globals = { "Game", "Player", "Position", "Tile", "addEvent" },
    globals = {
        "CONF_ACTIVE", "CONF_CURRENT", "CONF_ENCODE", "CONF_ENTER", "CONF_POLL", "CONF_PROBES", "CONF_START",
        "CONF_STATE", "U", "probe",
    },
}

files["lua/start"] = {
    read_globals = { "g_app", "g_configs", "g_html", "g_modules", "g_resources", "g_window" },
}

files["lua/preview"] = {
    read_globals = { "g_modules", "g_resources", "g_ui" },
    globals = { "Preview" },
}

-- What a client of a load test runs.
files["lua/swarm/stroll.lua"] = {
    read_globals = { "East", "North", "South", "West", "g_game", "number", "wait" },
}

-- Stands in for a server in plain Lua: everything in it is global.
files["tests/bench"] = { std = "+luajit", allow_defined = true, globals = { "os", "package", "table" } }
