--- The map that the client knows (g_map): tiles by place, creatures by number.

local context = ...
local raw = context.raw
local insert, remove = raw.table.insert, raw.table.remove
local max = raw.math.max

return function(engine, game)
    local thing, tile, position = game.thing, game.tile, game.position
    local map = {
        --- What the client is aware of, from the central position, in tiles to each side.
        aware = { left = 8, top = 6, right = 9, bottom = 7 },
        central = game.NOWHERE,
        light = { color = 0, intensity = 0 },
    }
    game.map = map
    -- By floor: tiles by key, and in the order in which they came (with `erased` ones left in until there are many).
    local floors = {}
    -- By floor.
    local missiles = {}
    local creatures, creature_order = {}, {}
    local width, height = 0, 0
    local floating_effects = true

    local function floor_of(z)
        local floor = floors[z]
        if not floor then
            floor = { tiles = {}, order = {}, erased = 0 }
            floors[z] = floor
        end
        return floor
    end

    --- The tile at a place; nil where there is none.
    ---@return table|nil
    function map.tile(pos)
        local floor = floors[pos.z]
        return floor and floor.tiles[position.key(pos)] or nil
    end

    --- Forgets a tile.
    function map.erase(record)
        local floor = floor_of(record.position.z)
        floor.tiles[position.key(record.position)] = nil
        record.erased = true
        floor.erased = floor.erased + 1
        if floor.erased * 2 > #floor.order then
            local kept = {}
            for _, other in raw.ipairs(floor.order) do
                if not other.erased then
                    kept[#kept + 1] = other
                end
            end
            floor.order, floor.erased = kept, 0
        end
    end

    --- Makes an empty tile, in place of what was there.
    ---@return table|nil nil outside of the map
    function map.create_tile(pos)
        if not position.on_map(pos) then
            return nil
        end
        local old = map.tile(pos)
        if old then
            map.erase(old)
        end
        local floor, record = floor_of(pos.z), tile.new(pos)
        floor.tiles[position.key(pos)] = record
        insert(floor.order, record)
        return record
    end

    ---@return table|nil
    function map.get_or_create(pos)
        return map.tile(pos) or map.create_tile(pos)
    end

    --- All tiles, or those of a floor.
    ---@param z integer -1: all floors
    function map.tiles(z)
        local list = {}
        for level = z < 0 and 0 or z, z < 0 and game.config.map_max_z or z do
            for _, record in raw.ipairs(floors[level] and floors[level].order or {}) do
                if not record.erased then
                    list[#list + 1] = record
                end
            end
        end
        return list
    end

    local function changed(pos, entry)
        if position.on_map(pos) and (engine.edubart or (entry and entry.sort == "item")) then
            game.minimap.update_tile(pos, map.tile(pos))
        end
    end

    --- Puts a thing on the map.
    ---@param stack_pos integer see tile.add
    function map.add(entry, pos, stack_pos)
        if not entry or (not engine.edubart and entry.sort == "item" and entry.client_id == 0) then
            return
        elseif entry.sort == "missile" then
            missiles[pos.z] = missiles[pos.z] or {}
            insert(missiles[pos.z], entry)
            thing.set_position(entry, pos)
            return
        elseif entry.sort == "text" then
            return game.texts.add(entry, pos)
        end
        local record = map.get_or_create(pos)
        if record and (engine.edubart or floating_effects or entry.sort ~= "effect" or tile.ground(record)) then
            tile.add(record, entry, stack_pos)
            changed(pos, entry)
        end
    end

    --- Takes a thing off the map.
    ---@return boolean whether it was there
    function map.remove(entry)
        if not entry then
            return false
        elseif entry.sort == "missile" then
            local list = missiles[entry.position.z] or {}
            for index, other in raw.ipairs(list) do
                if other == entry then
                    remove(list, index)
                    return true
                end
            end
            return false
        elseif entry.sort == "text" then
            return game.texts.remove(entry)
        end
        local pos = entry.position
        local record = map.tile(pos)
        if record and tile.remove(record, entry) then
            changed(pos, entry)
            return true
        end
        return false
    end

    -- Creatures ----------------------------------------------------------------------------------------------------

    ---@return table|nil
    function map.creature(id)
        return creatures[id]
    end

    --- Makes a creature known.
    function map.add_creature(creature)
        if not creatures[creature.id] then
            insert(creature_order, creature.id)
        end
        creatures[creature.id] = creature
    end

    function map.forget_creature(id)
        if id ~= 0 and creatures[id] then
            creatures[id] = nil
            for index, other in raw.ipairs(creature_order) do
                if other == id then
                    remove(creature_order, index)
                    break
                end
            end
        end
    end

    --- Numbers of all creatures, as they became known.
    ---@return integer[]
    function map.creature_ids()
        local ids = {}
        for index, id in raw.ipairs(creature_order) do
            ids[index] = id
        end
        return ids
    end

    -- Cleaning -----------------------------------------------------------------------------------------------------

    --- Forgets creatures, missiles and texts, and in mehah the tiles; at the end of a session.
    function map.clean_dynamic()
        for _, view in raw.ipairs(game.map_views or {}) do
            game.map_view.follow(view, nil)
        end
        local order = creature_order
        for _, id in raw.ipairs(order) do
            game.creature.set_widget(creatures[id], nil)
            map.remove(creatures[id])
        end
        creatures, creature_order = {}, {}
        missiles = {}
        if not engine.edubart then
            floors = {}
        end
        game.texts.clear()
    end

    function map.clean()
        map.clean_dynamic()
        floors = {}
    end

    local function clean_tile(pos)
        if not position.on_map(pos) then
            return
        end
        local record = map.tile(pos)
        if record then
            tile.clean(record)
            if tile.can_erase(record) then
                map.erase(record)
            end
            if engine.edubart then
                game.minimap.update_tile(pos, map.tile(pos))
            end
        elseif not engine.edubart then
            game.minimap.update_tile(pos, nil)
        end
        game.texts.forget(function(text)
            return text.mode == 0 and position.same(text.position, pos)
        end)
    end
    map.clean_tile = clean_tile

    local function find_items(id, most)
        local found, count = {}, 0
        for _, record in raw.ipairs(map.tiles(-1)) do
            for _, entry in raw.ipairs(record.things) do
                if entry.sort == "item" and entry.client_id == id and count < most then
                    found[game.give_position(record.position)] = entry
                    count = count + 1
                end
            end
        end
        return found
    end

    local function color_top(entry, color)
        if entry then
            entry.color = color
        end
    end

    engine:singleton("g_map", {
        addThing = map.add,
        getThing = function(pos, stack_pos)
            local record = map.tile(pos)
            return record and tile.thing(record, stack_pos)
        end,
        removeThing = map.remove,
        removeThingByPos = function(pos, stack_pos)
            local record = map.tile(pos)
            return record ~= nil and map.remove(tile.thing(record, stack_pos))
        end,
        addStaticText = map.add,
        addAnimatedText = map.add,
        colorizeThing = color_top,
        removeThingColor = function(entry)
            color_top(entry, nil)
        end,
        clean = map.clean,
        cleanTile = clean_tile,
        cleanTexts = function()
            game.texts.clear()
        end,
        createTile = map.create_tile,
        getTile = map.tile,
        getTiles = function(z)
            return z > game.config.map_max_z and {} or map.tiles(z)
        end,
        getCreatureById = map.creature,
        removeCreatureById = map.forget_creature,
        findItemsById = find_items,
        getMinimapColor = function(pos)
            local record = map.tile(pos)
            local color = record and tile.color(record) or 0
            return color ~= 0 and color or game.minimap.tile(pos).color
        end,
        setWidth = function(value)
            width = value
        end,
        setHeight = function(value)
            height = value
        end,
        getSize = function()
            return { width = max(0, width), height = max(0, height) }
        end,
        setFloatingEffect = function(enable)
            floating_effects = enable
        end,
        isDrawingFloatingEffects = function()
            return floating_effects
        end,
    })
end
