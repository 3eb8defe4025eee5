--- g_configs and Config: settings as OTML, in memory and in a file.

local context = ...
local raw = context.raw

return function(engine)
    local configs = {}
    local otml, object = engine.parts.otml, engine.object
    local known = {}

    local function fresh()
        local config = object.new("Config")
        config.document, config.file = otml.document(), ""
        return config
    end

    -- Reads a file into a configuration; false when there is none, or it is broken.
    local function load(config, file)
        local resources = engine.parts.resources
        config.file = file
        local path = resources.resolve(file)
        if resources.kind(path) ~= "file" then
            return false
        end
        local ok, result = raw.pcall(otml.load, path)
        if not ok then
            -- Upstream formats the text with one gap too few: what is wrong takes the place of the name.
            engine:log("error", "Unable to parse configuration file '" .. result .. "': ")
            return false
        end
        config.document = result
        return true
    end

    local function unload(config)
        if config.file ~= "" and config.document then
            config.document, config.file = nil, ""
            return true
        end
        return false
    end

    -- Upstream falls over an unloaded configuration; here it is an error of the script.
    local function document_of(config)
        return config.document or engine:fail("the configuration was unloaded")
    end

    local function save(config)
        if config.file == "" then
            return false
        end
        local document = document_of(config)
        document.source = config.file
        return engine.parts.resources.write(config.file, otml.emit(document) .. "\n")
    end

    local function remove(config, key)
        local document = document_of(config)
        local child = otml.get(document, key)
        if child then
            otml.remove(document, child)
        end
    end

    local function merge_node(config, key, node)
        local copy = engine.edubart and node or otml.clone(node)
        copy.tag, copy.unique = key, true
        otml.add(document_of(config), copy)
    end

    local function set_node(config, key, node)
        remove(config, key)
        merge_node(config, key, node)
    end

    engine:class("Config", {
        save = save,
        setValue = function(config, key, value)
            if value == "" then
                remove(config, key)
            else
                otml.add(document_of(config), otml.new(key, value, true))
            end
        end,
        setList = function(config, key, list)
            remove(config, key)
            if #list > 0 then
                local child = otml.new(key, nil, true)
                for index = 1, #list do
                    otml.write_in(child, list[index])
                end
                otml.add(document_of(config), child)
            end
        end,
        exists = function(config, key)
            return otml.get(document_of(config), key) ~= nil
        end,
        getValue = function(config, key)
            local child = otml.get(document_of(config), key)
            return child and otml.text(child) or ""
        end,
        getList = function(config, key)
            local child = otml.get(document_of(config), key)
            local list = {}
            for index, item in raw.ipairs(child and otml.children(child) or {}) do
                list[index] = otml.text(item)
            end
            return list
        end,
        remove = remove,
        setNode = set_node,
        mergeNode = merge_node,
        getNode = function(config, key)
            return otml.get(document_of(config), key)
        end,
        getNodeSize = function(config, key)
            local child = otml.get(document_of(config), key)
            return child and #child or 0
        end,
        getOrCreateNode = function(config, key, default)
            local child = otml.get(document_of(config), key)
            if not child and default then
                set_node(config, key, default)
                child = default
                save(config)
            end
            return child
        end,
        clear = function(config)
            otml.clear(document_of(config))
        end,
        getFileName = function(config)
            return config.file
        end,
    })

    --- The settings of the client, /config.otml.
    configs.settings = fresh()

    -- Settings with values of the host's, whatever the file says.
    local presets = {}

    local function set_value(config, key, value)
        remove(config, key)
        local child = otml.new(key, raw.type(value) == "string" and value or nil, true)
        for index = 1, raw.type(value) == "table" and #value or 0 do
            otml.write_in(child, value[index])
        end
        otml.add(document_of(config), child)
    end

    local function set_presets(values)
        local keys = {}
        for key in raw.pairs(values) do
            keys[#keys + 1] = key
        end
        raw.table.sort(keys)
        for _, key in raw.ipairs(keys) do
            set_value(configs.settings, key, values[key])
        end
    end

    --- Gives settings values, which they also have when their file is read.
    ---@param values table<string, string|string[]>
    function configs.preset(values)
        for key, value in raw.pairs(values) do
            presets[key] = value
        end
        set_presets(values)
    end

    local function find(file)
        for index, config in raw.ipairs(known) do
            if config.file == file then
                return config, index
            end
        end
    end

    local function load_file(file)
        if file == "" then
            engine:log("error", "Must provide a configuration file to load.")
            return nil
        end
        local config = find(file)
        if not config then
            config = fresh()
            if not load(config, file) then
                return nil
            end
            known[#known + 1] = config
        end
        return config
    end

    --- Saves the settings, as the engine does when it ends.
    function configs.save()
        return save(configs.settings)
    end

    engine:singleton("g_configs", {
        getSettings = function()
            return configs.settings
        end,
        get = function(file)
            return (find(file))
        end,
        loadSettings = function(file)
            if file == "" then
                engine:log("error", "Must provide a configuration file to load.")
            else
                local ok = load(configs.settings, file)
                set_presets(presets)
                return ok and configs.settings or nil
            end
        end,
        saveSettings = configs.save,
        load = load_file,
        create = function(file)
            local config = load_file(file)
            if not config then
                config = fresh()
                load(config, file)
                save(config)
                known[#known + 1] = config
            end
            return config
        end,
        unload = function(file)
            local config, index = find(file)
            if not config then
                return false
            end
            unload(config)
            raw.table.remove(known, index)
            return true
        end,
    })
    return configs
end
