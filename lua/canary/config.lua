--- configManager and configKeys, over the config.lua of the server: run by itself, as the servers do.

local context = ...
local raw = context.raw
local floor, type = raw.math.floor, raw.type

-- What the name of a number's kind is among the getters.
local GETTERS = { string = "getString", number = "getNumber", boolean = "getBoolean", float = "getFloat" }

return function(server)
    local config = {}
    local arguments = server.arguments
    local declared = server.settings.config or {}
    -- With those that scripts have no names for.
    local known = {}
    for key, what in raw.pairs(declared) do
        known[key] = what
    end
    for key, what in raw.pairs(server.tfs and context.use("canary/config/unnamed") or {}) do
        known[key] = what
    end
    -- By name; by kind and number (Canary numbers all settings, TFS those of a kind).
    local values, numbered, name_of = {}, {}, {}
    for kind in raw.pairs(GETTERS) do
        numbered[kind] = {}
    end

    -- Runs config.lua with nothing around it but Lua's own functions.
    local function settings_of(source, name)
        local env = raw.setmetatable({}, { __index = server.parts.globals.bare })
        env._G = env
        local chunk, problem = server:compile(source, "@" .. name, env)
        local ok, failure = false, problem
        if chunk then
            ok, failure = raw.pcall(chunk)
        end
        if not ok then
            server:log("error", "[ConfigManager::load] - " .. raw.tostring(failure))
            return nil
        end
        return env
    end

    local function fitting(kind, given, default)
        if kind == "string" then
            return arguments.is_string(given) and raw.tostring(given) or default
        elseif kind == "boolean" then
            if type(given) == "boolean" then
                return given
            elseif server.tfs and type(given) == "string" then
                -- TFS takes words, too.
                local word = raw.string.lower(given)
                return word == "yes" or word == "true" or word == "1" or word == "on"
            end
            return default
        end
        local number = type(given) == "number" and given or (type(given) == "string" and raw.tonumber(given)) or nil
        if number == nil then
            return default
        elseif kind == "number" then
            return number < 0 and -floor(-number) or floor(number)
        end
        return number
    end

    local BLANK = { string = "", number = 0, boolean = false, float = 0 }

    --- Reads config.lua (again).
    ---@return boolean whether it could be read
    function config.load()
        local name = "config.lua"
        local source = server.host("files.read", name)
        if not source then
            name = "config.lua.dist"
            source = server.host("files.read", name)
        end
        local env = source and settings_of(source, name) or nil
        if source and not env and raw.next(values) then
            return false
        end
        env = env or {}
        for key, what in raw.pairs(known) do
            local given = what.name and env[what.name]
            if server.settings.overrides and what.name and server.settings.overrides[what.name] ~= nil then
                given = server.settings.overrides[what.name]
            end
            if key == "DATA_DIRECTORY" and server.settings.datapack then
                given = server.settings.datapack
            end
            local default = what.default
            if default == nil then
                default = BLANK[what.kind]
            end
            local value = fitting(what.kind, given, default)
            values[key] = value
            numbered[what.kind][what.value] = value
            name_of[what.value] = key
        end
        config.raw = env
        return true
    end

    --- The value of a setting.
    ---@param key string as in configKeys: "FREE_PREMIUM"
    function config.get(key)
        return values[key]
    end

    --- Whether a setting is on.
    ---@param key string
    function config.boolean(key)
        return values[key] == true
    end

    --- The number of a setting; 0 for what is none.
    ---@param key string
    function config.number(key)
        local value = values[key]
        return type(value) == "number" and value or 0
    end

    --- The text of a setting.
    ---@param key string
    function config.text(key)
        local value = values[key]
        return type(value) == "string" and value or ""
    end

    --- Sets a setting until config.lua is read again.
    function config.set(key, value)
        values[key] = value
        local what = known[key]
        if what then
            numbered[what.kind][what.value] = value
        end
    end

    -- What Canary's logs tell of the place in the server that asked.
    local PLACES = {
        getString = "45:48, in static int ConfigFunctions::luaConfigManagerGetString(lua_State*)",
        getNumber = "56:47, in static int ConfigFunctions::luaConfigManagerGetNumber(lua_State*)",
        getBoolean = "67:50, in static int ConfigFunctions::luaConfigManagerGetBoolean(lua_State*)",
        getFloat = "82:45, in static int ConfigFunctions::luaConfigManagerGetFloat(lua_State*)",
    }

    local function canary_getter(kind)
        local getter, list, blank = GETTERS[kind], numbered[kind], BLANK[kind]
        return function(key)
            local value = list[key]
            if value == nil then
                server:log(
                    "warning",
                    raw.string.format(
                        "[%s] accessing invalid or wrong type index: %s[%d]. Called line: %s",
                        getter,
                        name_of[key] or "",
                        key,
                        PLACES[getter]
                    )
                )
                return blank
            end
            return value
        end
    end

    -- Key 0 is a setting, too, but Canary takes it for none and leaves what was passed as the answer.
    local function canary_function(kind)
        local get = canary_getter(kind)
        return function(...)
            local passed = arguments.last(...)
            local key = arguments.enum16(passed)
            if key == 0 then
                server:report("Wrong enum")
                return passed
            end
            return get(key)
        end
    end

    local function tfs_function(kind)
        local getter, list, blank = GETTERS[kind], numbered[kind], BLANK[kind]
        return function(...)
            local key = arguments.enum32(arguments.last(...))
            local value = list[key]
            if value == nil then
                server:log(
                    "warning",
                    "[Warning - ConfigManager::" .. getter .. "] Accessing invalid index: "
                        .. raw.string.format("%d", key)
                )
                return blank
            end
            return value
        end
    end

    local make = server.tfs and tfs_function or canary_function
    server:table("configManager", {
        getString = make("string"),
        getNumber = make("number"),
        getBoolean = make("boolean"),
    })
    if not server.tfs then
        local get = canary_getter("float")
        server:table("configManager", {
            getFloat = function(...)
                local number = arguments.enum16((...))
                if number == 0 then
                    server:report("Wrong enum")
                    return arguments.last(...)
                end
                local value = server.parts.vocations.bind.float(get(number))
                if arguments.flag(true, 2, ...) then
                    -- As round: half away from zero.
                    local scaled = value * 100
                    return (scaled < 0 and -floor(-scaled + 0.5) or floor(scaled + 0.5)) / 100
                end
                return value
            end,
        })
    end

    local keys = {}
    for key, what in raw.pairs(declared) do
        keys[key] = what.value
    end
    server:table("configKeys", keys)

    --- Reads config.lua again.
    ---@param overrides table|nil what holds in place of what it says, from now on
    function server.controls.reload_config(overrides)
        server.settings.overrides = overrides or server.settings.overrides
        return config.load()
    end

    server.controls.config_text = config.text

    --- What config.lua says of how accounts are opened; TFS has none of it.
    ---@return table { auth, passwords, memory, passes, lanes }; the last three are the cost of Argon2
    function server.controls.login_settings()
        -- Canary's site reads it, not the server: it has no number.
        local kind = (config.raw or {}).passwordType
        return {
            auth = config.text("AUTH_TYPE"),
            passwords = type(kind) == "string" and kind or "sha1",
            memory = config.text("M_CONST"),
            passes = config.number("T_CONST"),
            lanes = config.number("PARALLELISM"),
        }
    end

    config.load()
    return config
end
