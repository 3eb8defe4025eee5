std = "luajit"
max_line_length = 120
unused_args = false
exclude_files = { "lua/meta" }

-- What a plugin of the native realm finds, and what it may define (manifests/api/native.yaml).
files["plugins"] = {
    read_globals = { "hooks", "timers", "log", "settings", "imports", "kv", "bus", "json", "plugin" },
    globals = { "exports", "on_snapshot", "on_migrate", "on_health", "on_settings" },
}
