--- Tells the host what modules do while it checks them: which is being loaded, and what they look up that is declared
--- but missing here. Nothing of it runs in a client that is not being checked.

local context = ...
local raw = context.raw
local api = context.use("otclient/api")
local match, rawget, setmetatable = raw.string.match, raw.rawget, raw.setmetatable

return function(engine)
    local function chain(hooks, event, fn)
        local before = hooks[event]
        hooks[event] = before and function(...)
            before(...)
            return fn(...)
        end or fn
    end

    local function watch_modules()
        local hooks = engine.parts.modules.hooks
        chain(hooks, "on_before_load", function(module)
            engine.host("observe.begin", module.name)
        end)
        chain(hooks, "on_loaded", function(module, ok)
            engine.host("observe.end", module.name, ok)
        end)
    end

    -- What reads of a global table find that it does not have.
    local function watch_table(single, names, prefix)
        local meta = raw.getmetatable(single) or {}
        local before = meta.__index
        function meta.__index(self, key)
            local value
            if raw.type(before) == "function" then
                value = before(self, key)
            elseif before then
                value = before[key]
            end
            if value == nil and names[key] then
                engine.host("observe.missing", prefix .. key)
            end
            return value
        end
        setmetatable(single, meta)
    end

    local function watch_objects(names_of)
        function engine.object.on_unknown(record, key)
            for kind in raw.pairs(record.kinds) do
                local names = names_of[kind]
                if names and names[key] then
                    engine.host("observe.missing", kind .. ":" .. key)
                end
            end
        end
    end

    -- `UIWidget:raise` is a method raise of UIWidget, `g_app.exit` a function exit of g_app, `dofile` one of "".
    local function split(path)
        local class, method = match(path, "^([%w_]+):(.+)$")
        if class then
            return class, method, true
        end
        local owner, name = match(path, "^([%w_]+)%.(.+)$")
        return owner or "", name or path, false
    end

    --- Functions that are declared as there, but are not.
    ---@return string[]
    function engine.controls.undeclared()
        local list = {}
        for _, declared in raw.ipairs({ api.signatures, api.ignored }) do
            for path in raw.pairs(declared) do
                local owner, name = split(path)
                local only, owner_only = api.only[path], api.only[owner]
                local here = (not only or only == engine.dialect) and (not owner_only or owner_only == engine.dialect)
                local table_of = owner == "" and engine.env or rawget(engine.env, owner)
                if here and (raw.type(table_of) ~= "table" or rawget(table_of, name) == nil) then
                    list[#list + 1] = path
                end
            end
        end
        raw.table.sort(list)
        return list
    end

    --- Begins to tell.
    ---@param missing string[] functions that are declared but missing: `g_app.exit`, `UIWidget:raise`
    function engine.controls.observe(missing)
        local of_globals, of_objects = {}, {}
        for _, path in raw.ipairs(missing) do
            local owner, name, is_method = split(path)
            local names = is_method and of_objects or of_globals
            names[owner] = names[owner] or {}
            names[owner][name] = true
            if owner ~= "" and rawget(engine.env, owner) == nil then
                of_globals[""] = of_globals[""] or {}
                of_globals[""][owner] = true
            end
        end
        watch_modules()
        watch_objects(of_objects)
        for owner, names in raw.pairs(of_globals) do
            local single = owner == "" and engine.env or rawget(engine.env, owner)
            if single then
                watch_table(single, names, owner == "" and "" or owner .. ".")
            end
        end
    end

    --- Begins to tell of all names that scripts look up in objects in vain; events are no such names.
    function engine.controls.observe_unknown()
        function engine.object.on_unknown(record, key)
            if raw.type(key) == "string" and not match(key, "^on%u") and not match(key, "^__") then
                engine.host("observe.unknown", record.class_name .. ":" .. key)
            end
        end
    end

    return {}
end
