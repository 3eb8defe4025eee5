--- Kinds of creatures, of the map editor (class CreatureType, g_creatures): edubart's alone.

local context = ...
local raw = context.raw
local format, gsub, insert, lower, match, upper =
    raw.string.format, raw.string.gsub, raw.table.insert, raw.string.lower, raw.string.match, raw.string.upper

local ITEM = 0

return function(engine, game)
    if not engine.edubart then
        return
    end
    local xml = game.xml
    local types = { loaded = false }
    game.creature_types = types
    local kinds, no_kind = {}, nil

    -- "  fire DEVIL " is "Fire Devil".
    local function proper(name)
        local trimmed = match(lower(name), "^%s*(.-)%s*$")
        return (gsub(gsub(trimmed, "^%l", upper), " %l", upper))
    end

    local function new_kind(name)
        local kind = engine.object.new("CreatureType")
        kind.name, kind.outfit = name or "", game.new_outfit()
        kind.spawn_time, kind.direction, kind.npc = 0, 0, true
        return kind
    end

    --- A creature of the kind.
    ---@return table
    function types.cast(kind)
        local creature = game.creature.new()
        game.creature.set_name(creature, proper(kind.name))
        game.creature.set_direction(creature, kind.direction)
        game.creature.set_outfit(creature, game.copy_outfit(kind.outfit))
        return creature
    end

    engine:class("CreatureType", {
        setName = function(kind, name)
            kind.name = name
        end,
        getName = function(kind)
            return kind.name
        end,
        setOutfit = function(kind, outfit)
            kind.outfit = outfit
        end,
        getOutfit = function(kind)
            return kind.outfit
        end,
        setSpawnTime = function(kind, time)
            kind.spawn_time = time
        end,
        getSpawnTime = function(kind)
            return kind.spawn_time
        end,
        cast = types.cast,
    }, {
        create = function()
            return new_kind()
        end,
    })

    local function unknown(text)
        engine:log("warning", text)
        no_kind = no_kind or new_kind()
        return no_kind
    end

    --- The kind of a name; a kind without a name, and a line in the log, where there is none.
    ---@param name string
    ---@return table
    function types.named(name)
        name = proper(name)
        for _, kind in raw.ipairs(kinds) do
            if kind.name == name then
                return kind
            end
        end
        return unknown("could not find creature with name: " .. name)
    end

    local function load_creature(file)
        local root = xml.load(file, "cannot load creature buffer: %s")
        if root.name ~= "monster" and root.name ~= "npc" then
            raw.error("invalid root tag name", 0)
        end
        for _, element in raw.ipairs(root.children) do
            if element.name == "look" then
                local kind = new_kind(proper(root.attributes.name or ""))
                local outfit, number = kind.outfit, xml.number
                local type = number(element, "type")
                if type > 0 then
                    outfit.type = type
                else
                    outfit.category, outfit.auxType = ITEM, number(element, "typeex")
                end
                outfit.head, outfit.body = number(element, "head"), number(element, "body")
                outfit.legs, outfit.feet = number(element, "legs"), number(element, "feet")
                outfit.addons, outfit.mount = number(element, "addons"), number(element, "mount")
                insert(kinds, kind)
                return
            end
        end
    end

    -- Of a bound function that raises what is wrong with its file.
    local function raising(load)
        return function(file)
            local ok, problem = raw.pcall(load, file)
            if not ok then
                engine:fail(xml.reason(problem))
            end
        end
    end

    local function load_monsters(file)
        local root = xml.load(file, "cannot open monsters file '" .. gsub(file, "%%", "%%%%") .. "': '%s'")
        if root.name ~= "monsters" then
            raw.error("malformed monsters xml file", 0)
        end
        local folder = match(file, "^(.*)/") or file
        for _, monster in raw.ipairs(root.children) do
            local name = folder .. "/" .. (monster.attributes.file or "")
            load_creature(match(name, "%.xml$") and name or name .. ".xml")
        end
        types.loaded = true
    end

    local function load_npcs(folder)
        local resources = engine.parts.resources
        local path = match(folder, "/$") and folder or folder .. "/"
        if resources.kind(resources.resolve(path)) ~= "directory" then
            raw.error(format("NPCs folder '%s' was not found.", folder), 0)
        end
        for _, name in raw.ipairs(resources.list(path, false, false, false)) do
            load_creature(path .. name)
        end
    end

    engine:singleton("g_creatures", {
        getCreatures = function()
            local list = {}
            for index, kind in raw.ipairs(kinds) do
                list[index] = kind
            end
            return list
        end,
        getCreatureByName = types.named,
        getCreatureByLook = function(look)
            for _, kind in raw.ipairs(kinds) do
                if kind.outfit.type == look or kind.outfit.auxType == look then
                    return kind
                end
            end
            return unknown(format("could not find creature with looktype: %d", look))
        end,
        clear = function()
            kinds = {}
        end,
        isLoaded = function()
            return types.loaded
        end,
        loadMonsters = raising(load_monsters),
        loadSingleCreature = raising(load_creature),
        loadNpcs = raising(load_npcs),
    })
end
