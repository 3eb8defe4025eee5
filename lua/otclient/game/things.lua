--- The catalogue of things (g_things) and their sprites' file (g_sprites).

local context = ...
local raw = context.raw
local format, find, match = raw.string.format, raw.string.find, raw.string.match

local CATEGORIES = 4
-- Ids of things are sent as numbers of two bytes.
local LAST_OF_ALL = 65535
local OTML = { items = 0, creatures = 1, effects = 2, missiles = 3 }

return function(engine, game)
    local things = game.things
    local null = things.new()
    -- By category: kinds by number, from 0 to `last`; numbers without a kind have the null one.
    local kinds = {}
    for category = 0, CATEGORIES - 1 do
        kinds[category] = { last = 0 }
    end
    local state = { dat_loaded = false, dat_signature = 0, content_revision = 0, races = {} }
    local sprites = { loaded = false, signature = 0, count = 0 }
    things.null = null

    --- Replaces a category.
    ---@param list table kinds by number
    ---@param last integer the highest number
    function things.fill(category, list, last)
        list.last = last
        kinds[category] = list
    end

    --- Calls a function with each number of a category and its kind.
    function things.each(category, fn)
        local list = kinds[category]
        for id = 1, list.last do
            if list[id] then
                fn(id, list[id])
            end
        end
    end

    --- Whether a number has a place in its category.
    ---@return boolean
    function things.valid(id, category)
        local list = kinds[category]
        return list ~= nil and id >= 1 and id <= list.last
    end

    --- The kind of a number; nil, and a line in the log, where there is none.
    ---@param id integer
    ---@param category integer
    ---@return table|nil
    function things.find(id, category)
        local list = kinds[category]
        if not list or id > list.last then
            engine:log("error", format("invalid thing type client id %d in category %d", id, category))
            return nil
        end
        return list[id] or null
    end

    --- As `find`, but what nobody knows is of the null kind.
    function things.get(id, category)
        return things.find(id, category) or null
    end

    --- For a client that is to play without a file of things: every number has a place, and the null kind.
    ---@return boolean whether that was so; not when a file is loaded
    function engine.controls.game_without_things()
        if state.dat_loaded then
            return false
        end
        for category = 0, CATEGORIES - 1 do
            things.fill(category, {}, LAST_OF_ALL)
        end
        return true
    end

    local function named(file, ending)
        return match(file, "%." .. ending .. "$") and file or file .. "." .. ending
    end

    -- The reason without the position that Lua adds to it.
    local function reason(problem)
        local text = raw.tostring(problem)
        return match(text, "^[^\n]*C%+%+ call failed: ([^\n]*)") or match(text, "^([^\n]*)")
    end

    local function load_dat(file)
        state.dat_loaded, state.dat_signature, state.content_revision = false, 0, 0
        file = named(file, "dat")
        local ok, problem = raw.pcall(function()
            local read = things.read_dat(game.read_file(file))
            for category = 0, CATEGORIES - 1 do
                things.fill(category, read.kinds[category], read.kinds[category].last)
            end
            state.dat_signature = read.signature
            state.content_revision = read.signature % 65536
        end)
        if not ok then
            engine:log("error", format("Failed to read dat '%s': %s'", file, reason(problem)))
            return false
        end
        state.dat_loaded = true
        engine:emit_global("g_things", "onLoadDat", file)
        return true
    end

    local function apply_otml(kind, node)
        for _, child in raw.ipairs(node) do
            if child.tag == "full-ground" then
                -- mehah has it the wrong way round.
                local full = (child.value == "true") == engine.edubart
                kind.is.full_ground = full or nil
            end
        end
    end

    local function load_otml(file)
        file = named(file, "otml")
        local ok, problem = raw.pcall(function()
            local document = engine.parts.otml.parse(game.read_file(file), file)
            for _, node in raw.ipairs(document) do
                local category = OTML[node.tag]
                if not category then
                    raw.error("OTML error in '" .. (node.source or file) .. "': not a valid thing category", 0)
                end
                for _, child in raw.ipairs(node) do
                    apply_otml(things.get(raw.tonumber(child.tag) or 0, category), child)
                end
            end
        end)
        if not ok then
            engine:log("error", format("Failed to read dat otml '%s': %s'", file, reason(problem)))
        end
        return ok
    end

    -- Appearances and static data are named by the catalogue beside them.
    local function load_from_catalogue(file, what, load)
        local ok, problem = raw.pcall(load, file)
        if not ok then
            engine:log("error", format("Failed to load '%s' (%s): %s", file, what, reason(problem)))
        end
        return ok
    end

    local function load_appearances(file)
        return load_from_catalogue(file, "Appearances", function()
            things.read_appearances(file)
            state.dat_loaded = true
        end)
    end

    local function race_of(race)
        return {
            raceId = race.raceId,
            name = race.name,
            outfit = game.give_outfit(race.outfit),
            boss = race.boss,
        }
    end

    local function by_attribute(attribute, category)
        local list, name = {}, things.ATTRIBUTES[attribute % 256]
        local known = kinds[category] or {}
        for id = 1, known.last or 0 do
            local kind = known[id]
            if kind and name and kind.is[name] then
                list[#list + 1] = kind
            end
        end
        return list
    end

    engine:singleton("g_things", {
        loadDat = load_dat,
        loadOtml = load_otml,
        loadAppearances = load_appearances,
        loadStaticData = function(file)
            return load_from_catalogue(file, "StaticData", function()
                state.races = things.read_static_data(file)
            end)
        end,
        isDatLoaded = function()
            return state.dat_loaded
        end,
        getDatSignature = function()
            return state.dat_signature
        end,
        getContentRevision = function()
            return state.content_revision
        end,
        getThingType = things.get,
        getThingTypes = function(category)
            local known = kinds[category]
            if not known then
                engine:fail(format("invalid thing type category %d", category))
            end
            local list = {}
            for id = 0, known.last do
                list[id + 1] = known[id] or null
            end
            return list
        end,
        findThingTypeByAttr = by_attribute,
        getRaceData = function(id)
            for _, race in raw.ipairs(state.races) do
                if race.raceId == id then
                    return race_of(race)
                end
            end
            return race_of({ raceId = 0, name = "", outfit = game.new_outfit(), boss = false })
        end,
        getRacesByName = function(text)
            local list = {}
            for _, race in raw.ipairs(state.races) do
                if find(race.name, text, 1, true) then
                    list[#list + 1] = race_of(race)
                end
            end
            return list
        end,
    })

    local function load_spr(file)
        sprites.loaded, sprites.signature, sprites.count = false, 0, 0
        file = named(file, "spr")
        if not engine.edubart and not game.has_file(file) then
            return false
        end
        local ok, problem = raw.pcall(function()
            local reader = game.reader(game.read_file(file))
            sprites.signature = reader.u32()
            sprites.count = game.features.GameSpritesU32 and reader.u32() or reader.u16()
        end)
        if not ok then
            engine:log("error", format("Failed to load sprites from '%s': %s", file, reason(problem)))
            return false
        end
        sprites.loaded = true
        engine:emit_global("g_sprites", "onLoadSpr", file)
        return true
    end

    engine:singleton("g_sprites", {
        loadSpr = load_spr,
        unload = function()
            sprites.loaded, sprites.signature, sprites.count = false, 0, 0
        end,
        isLoaded = function()
            return sprites.loaded
        end,
        getSprSignature = function()
            return sprites.signature
        end,
        getSpritesCount = function()
            return sprites.count
        end,
    })
    game.sprites = sprites
end
