--- Tiles of the map (class Tile): what lies on them, in the order of the server. Which of it a click means is in
--- `tile_tops.lua`.

local context = ...
local raw = context.raw
local insert, remove = raw.table.insert, raw.table.remove
local abs, max = raw.math.abs, raw.math.max

return function(engine, game)
    local thing = game.thing
    local is = thing.is
    local tile = {}
    game.tile = tile

    --- Makes an empty tile.
    ---@return table
    function tile.new(pos)
        local record = engine.object.new("Tile")
        record.position = pos
        record.things = {}
        record.shown_effects = {}
        record.walkers = {}
        record.elevation = 0
        record.has_creature = false
        record.flags = 0
        record.minimap_color = 0
        record.text = ""
        return record
    end

    -- mehah counts what raises a tile when it comes, and all of it again when anything goes.
    local function count_in(record, entry)
        if entry.sort == "creature" then
            record.has_creature = true
        elseif entry.sort == "item" and is(entry, "elevation") then
            record.elevation = record.elevation + 1
        end
    end

    local function recount(record)
        record.has_creature = false
        for _, entry in raw.ipairs(record.things) do
            count_in(record, entry)
        end
    end

    local function number(record)
        for index, entry in raw.ipairs(record.things) do
            entry.stack_pos = index - 1
        end
    end

    ---@return table|nil
    function tile.thing(record, stack_pos)
        return record.things[stack_pos + 1]
    end

    ---@return integer stack position, -1 of what is not on it
    function tile.index(record, entry)
        for index, other in raw.ipairs(record.things) do
            if other == entry then
                return index - 1
            end
        end
        return -1
    end

    -- Where a thing goes whose place the server does not tell. Newer versions have creatures from the bottom up.
    local function place_of(record, entry, stack_pos)
        local priority = thing.priority(entry)
        local append = stack_pos == -2 or priority <= 3
        if stack_pos ~= -2 and game.state.client_version >= 854 and priority == 4 then
            append = not append
        end
        local at = 0
        for _, other in raw.ipairs(record.things) do
            local beside = thing.priority(other)
            if (append and beside > priority) or (not append and beside >= priority) then
                break
            end
            at = at + 1
        end
        return at
    end

    local function add_effect(record, effect)
        if not engine.edubart then
            for _, other in raw.ipairs(record.shown_effects) do
                if other.client_id == effect.client_id and not game.effect.wait_for(effect, other) then
                    return
                end
            end
        end
        local first = is(effect, "top_effect") == engine.edubart
        insert(record.shown_effects, first and 1 or #record.shown_effects + 1, effect)
        thing.set_position(effect, record.position)
        game.effect.appear(effect)
    end

    --- Puts a thing on a tile.
    ---@param stack_pos integer -1 or 255: where it belongs; -2: above its like
    function tile.add(record, entry, stack_pos)
        if not entry then
            return
        elseif entry.sort == "effect" then
            return add_effect(record, entry)
        end
        local count = #record.things
        if stack_pos < 0 or stack_pos == 255 then
            stack_pos = place_of(record, entry, stack_pos)
        elseif stack_pos > count then
            stack_pos = count
        end
        insert(record.things, stack_pos + 1, entry)
        count_in(record, entry)
        local most = game.config.tile_max_things
        if count + (engine.edubart and 1 or 0) > most then
            tile.remove(record, record.things[most + 1])
        end
        number(record)
        thing.set_position(entry, record.position)
        if entry.sort == "creature" then
            game.creature.appear(entry)
        end
        game.tile_select.refresh(record)
        if game.state.tile_callbacks then
            engine:emit(record, "onAddThing", entry.object)
        end
    end

    --- Takes a thing off a tile.
    ---@return boolean whether it was there
    function tile.remove(record, entry)
        if not entry then
            return false
        end
        local list = entry.sort == "effect" and record.shown_effects or record.things
        local at
        for index, other in raw.ipairs(list) do
            if other == entry then
                at = index
            end
        end
        if not at then
            return false
        end
        game.tile_select.unmark(record)
        remove(list, at)
        if entry.sort == "effect" then
            return true
        end
        entry.stack_pos = -1
        recount(record)
        if is(entry, "elevation") then
            record.elevation = record.elevation - 1
        end
        number(record)
        game.tile_select.refresh(record)
        if entry.sort == "creature" then
            game.creature.disappear(entry)
        end
        if game.state.tile_callbacks then
            engine:emit(record, "onRemoveThing", entry.object)
        end
        return true
    end

    --- Takes all off.
    function tile.clean(record)
        if record.widgets then
            game.attached.clear_widgets(record)
        end
        while record.things[1] do
            tile.remove(record, record.things[1])
        end
        record.flags = 0
        record.has_creature = false
    end

    function tile.add_walker(record, creature)
        insert(record.walkers, creature)
        record.has_creature = true
    end

    function tile.remove_walker(record, creature)
        for index, other in raw.ipairs(record.walkers) do
            if other == creature then
                remove(record.walkers, index)
                return recount(record)
            end
        end
    end

    local function any(record, attribute)
        for _, entry in raw.ipairs(record.things) do
            if is(entry, attribute) then
                return true
            end
        end
        return false
    end
    tile.any = any

    ---@return table|nil
    function tile.ground(record)
        local first = record.things[1]
        return first and first.sort == "item" and is(first, "ground") and first or nil
    end

    ---@return integer
    function tile.ground_speed(record)
        local ground = tile.ground(record)
        return ground and thing.figure(ground, "ground_speed") or 100
    end

    ---@return boolean
    function tile.walkable(record, ignore_creatures)
        if not tile.ground(record) or any(record, "not_walkable") then
            return false
        end
        for _, entry in raw.ipairs(ignore_creatures and {} or record.things) do
            if entry.sort == "creature" and not entry.passable and game.creature.can_be_seen(entry) then
                return false
            end
        end
        return true
    end

    ---@return boolean
    function tile.pathable(record)
        return not any(record, "not_pathable")
    end

    ---@return boolean
    function tile.look_possible(record)
        return not any(record, "block_projectile")
    end

    --- The color that the minimap has for it; 255 for none.
    ---@return integer
    function tile.color(record)
        if record.minimap_color ~= 0 then
            return record.minimap_color
        end
        local color = 255
        for _, entry in raw.ipairs(record.things) do
            if engine.edubart and thing.priority(entry) > 3 then
                break
            elseif thing.priority(entry) <= 3 then
                local own = thing.figure(entry, "minimap_color")
                color = own ~= 0 and own or color
            end
        end
        return color
    end

    --- Creatures on it, from the bottom up.
    function tile.creatures(record)
        local list = {}
        for _, entry in raw.ipairs(record.things) do
            if entry.sort == "creature" then
                list[#list + 1] = entry
            end
        end
        return list
    end

    ---@return boolean
    function tile.has_blocking_creature(record)
        for _, entry in raw.ipairs(record.things) do
            if entry.sort == "creature" and not entry.passable and not entry.kinds.LocalPlayer then
                return true
            end
        end
        return false
    end

    --- Whether the player sees it and is near enough; 0 is any distance.
    ---@return boolean
    function tile.can_shoot(record, distance)
        local player = game.state.player
        if not player then
            return false
        end
        local from, to = game.thing.position(player), record.position
        if distance > 0 and max(abs(to.x - from.x), abs(to.y - from.y)) > distance then
            return false
        end
        return game.map.sight_clear(from, to)
    end

    ---@return boolean
    function tile.clickable(record)
        local solid, ignored = false, false
        for _, entry in raw.ipairs(record.things) do
            solid = solid or is(entry, "ground") or is(entry, "on_bottom")
            ignored = not engine.edubart and (ignored or is(entry, "ignore_look"))
            if solid and not ignored then
                return true
            end
        end
        return false
    end

    --- Whether ground covers all of it.
    ---@return boolean
    function tile.full_ground(record)
        if engine.edubart then
            local ground = tile.ground(record)
            return ground ~= nil and is(ground, "full_ground")
        end
        for _, entry in raw.ipairs(record.things) do
            if entry.sort == "item" and is(entry, "full_ground") then
                return true
            end
        end
        return false
    end

    ---@return boolean
    function tile.opaque(record)
        local first = record.things[1]
        return first ~= nil and is(first, "full_ground")
    end

    --- How many of its things raise what comes above them.
    ---@return integer
    function tile.elevation(record)
        if not engine.edubart then
            return record.elevation
        end
        local count = 0
        for _, entry in raw.ipairs(record.things) do
            count = count + (thing.figure(entry, "elevation") > 0 and 1 or 0)
        end
        return count
    end

    ---@return boolean
    function tile.empty(record)
        return #record.things == 0
    end

    ---@return boolean whether nothing would be lost with it
    function tile.can_erase(record)
        return #record.things == 0
            and #record.walkers == 0
            and #record.shown_effects == 0
            and record.minimap_color == 0
            and record.flags == 0
    end
end
