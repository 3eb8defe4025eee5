--- What lies and stands on a tile, in the servers' order: the ground; things on top by their order; creatures, the
--- newest first; things laid down, the newest first. In `tile.items` the things laid down come before those on top.

local context = ...
local raw = context.raw
local insert, remove = raw.table.insert, raw.table.remove

local MOST_ITEMS = 65535

return function(server, map)
    local tfs = server.tfs
    local is_on_top, set_flags, reset_flags = map.is_on_top, map.set_flags, map.reset_flags

    local function is_creature(thing)
        local class = thing.class_name
        return class == "Player" or class == "Monster" or class == "Npc"
    end
    map.is_creature = is_creature

    local function released(item)
        local release = server.parts.items.release
        if release then
            release(item)
        end
    end

    -- Tiles with what the server's cleaning may take.
    local dirty = {}
    map.dirty_tiles = dirty

    local function may_be_cleaned(tile)
        return not map.has_flag(tile, map.STATE.PROTECTIONZONE)
            or server.parts.config.boolean("CLEAN_PROTECTION_ZONES")
    end

    local function added(tile, item)
        set_flags(tile, item)
        map.zones_gain(tile, item)
        if map.is_cleanable(item) and not tile.house and may_be_cleaned(tile) then
            dirty[tile] = true
        end
        if tile.house then
            server.parts.houses.item_added(tile.house, item)
        end
    end

    local function taken(tile, item)
        map.zones_lose(tile, item)
        reset_flags(tile, item)
        if dirty[tile] and may_be_cleaned(tile) then
            local items = tile.items
            for at = 1, items and #items or 0 do
                if map.is_cleanable(items[at]) then
                    return
                end
            end
            dirty[tile] = nil
        end
    end

    local function lay_down(tile, item)
        local items = tile.items
        if not items then
            items = {}
            tile.items = items
        end
        insert(items, 1, item)
        tile.down_count = tile.down_count + 1
    end

    -- Puts it among the things on top, before the first one that `before` tells of.
    local function lay_on_top(tile, item, before)
        local items = tile.items
        if not items then
            items = {}
            tile.items = items
        end
        local order = item.type.always_on_top_order or 0
        for at = tile.down_count + 1, #items do
            if before(order, items[at].type.always_on_top_order or 0) then
                insert(items, at, item)
                return
            end
        end
        items[#items + 1] = item
    end

    local function lower(order, other)
        return order < other
    end
    local function no_higher(order, other)
        return order <= other
    end

    --- Puts a creature or an item onto a tile as it is when a map is loaded: nobody is told.
    ---@param tile table
    ---@param thing table
    function map.internal_add(tile, thing)
        if is_creature(thing) then
            map.forget_spectators()
            map.zones_gain(tile, thing)
            thing.tile = tile
            local creatures = tile.creatures
            if not creatures then
                creatures = {}
                tile.creatures = creatures
            end
            insert(creatures, 1, thing)
            return
        end
        thing.parent = tile
        map.zones_gain(tile, thing)
        if map.is_ground(thing) then
            if not tile.ground then
                tile.ground = thing
                set_flags(tile, thing)
            end
            return
        end
        if tile.items and #tile.items >= MOST_ITEMS then
            return
        end
        if is_on_top(thing) then
            lay_on_top(tile, thing, tfs and no_higher or lower)
        else
            lay_down(tile, thing)
        end
        set_flags(tile, thing)
        if tile.house then
            server.parts.houses.item_added(tile.house, thing)
        end
    end

    local function replace_ground(tile, item)
        local old = tile.ground
        old.parent = nil
        tile.ground = item
        reset_flags(tile, old)
        set_flags(tile, item)
        released(old)
        map.post_remove(tile, old)
    end

    -- Takes away an item that another takes the place of.
    local function oust(tile, item)
        if tfs then
            map.remove_thing(tile, item, item.count or 1)
            item.parent = nil
            released(item)
            map.post_remove(tile, item)
        else
            map.post_remove(tile, item)
            map.remove_thing(tile, item, item.count or 1)
            item.parent = nil
            released(item)
        end
    end

    local function oust_splash(tile)
        local items = tile.items
        for at = tile.down_count + 1, items and #items or 0 do
            if items[at].type.is_splash then
                oust(tile, items[at])
                return
            end
        end
    end

    -- Makes room for a magic field; false when the one that is there can't be replaced.
    local function oust_field(tile)
        local items = tile.items
        for at = 1, items and tile.down_count or 0 do
            if map.is_field(items[at]) then
                if items[at].type.replaceable == false then
                    return false
                end
                oust(tile, items[at])
                return true
            end
        end
        return true
    end

    --- Adds a creature or an item to a tile: flags and zones follow. What others make of it (teleports, scripts) is
    --- `map.post_add`.
    ---@param tile table
    ---@param thing table
    function map.add_thing(tile, thing)
        if is_creature(thing) then
            map.forget_spectators()
            thing.tile = tile
            local creatures = tile.creatures
            if not creatures then
                creatures = {}
                tile.creatures = creatures
            end
            insert(creatures, 1, thing)
            return
        end
        if tile.items and #tile.items >= MOST_ITEMS then
            return
        end
        thing.parent = tile
        if map.is_ground(thing) then
            if tile.ground then
                replace_ground(tile, thing)
            else
                tile.ground = thing
                added(tile, thing)
            end
        elseif is_on_top(thing) then
            if thing.type.is_splash then
                oust_splash(tile)
            end
            lay_on_top(tile, thing, tfs and lower or no_higher)
            added(tile, thing)
        else
            if map.is_field(thing) and not oust_field(tile) then
                thing.parent = nil
                released(thing)
                return
            end
            lay_down(tile, thing)
            added(tile, thing)
        end
    end

    local function index_in(list, thing, from, to)
        for at = from or 1, to or #list do
            if list[at] == thing then
                return at
            end
        end
    end

    --- The place of a thing in its tile's order, from 0; -1 when it is not there.
    ---@param tile table
    ---@param thing table
    function map.thing_index(tile, thing)
        local n = -1
        local ground, items, creatures = tile.ground, tile.items, tile.creatures
        if ground then
            if ground == thing then
                return 0
            end
            n = 0
        end
        local creature = is_creature(thing)
        local on_top = not creature and is_on_top(thing)
        if items then
            if on_top then
                local at = index_in(items, thing, tile.down_count + 1)
                if at then
                    return n + at - tile.down_count
                end
            end
            n = n + #items - tile.down_count
        end
        if creatures then
            if creature then
                local at = index_in(creatures, thing)
                if at then
                    return n + at
                end
            end
            n = n + #creatures
        end
        if items and not creature and not on_top then
            local at = index_in(items, thing, 1, tile.down_count)
            if at then
                return n + at
            end
        end
        return -1
    end

    --- The thing at a place of the tile's order, from 0.
    ---@param tile table
    ---@param index number
    function map.thing_at(tile, index)
        if index < 0 then
            return nil
        end
        if tile.ground then
            if index == 0 then
                return tile.ground
            end
            index = index - 1
        end
        local items, creatures = tile.items, tile.creatures
        if items then
            local top = #items - tile.down_count
            if index < top then
                return items[tile.down_count + index + 1]
            end
            index = index - top
        end
        if creatures then
            if index < #creatures then
                return creatures[index + 1]
            end
            index = index - #creatures
        end
        if items and index < tile.down_count then
            return items[index + 1]
        end
    end

    --- The items of a tile in its order: the ground, what is on top, what is laid down.
    function map.items_in_order(tile)
        local list = { tile.ground }
        local items = tile.items
        if items then
            for at = tile.down_count + 1, #items do
                list[#list + 1] = items[at]
            end
            for at = 1, tile.down_count do
                list[#list + 1] = items[at]
            end
        end
        return list
    end

    --- How many things are on a tile, with its ground.
    function map.thing_count(tile)
        return (tile.ground and 1 or 0) + (tile.creatures and #tile.creatures or 0) + (tile.items and #tile.items or 0)
    end

    --- What an item is known by has changed, and by that what its tile is.
    ---@param tile table
    ---@param item table
    function map.item_changed(tile, item)
        reset_flags(tile, item)
        set_flags(tile, item)
    end

    --- Changes what an item is, where it lies.
    ---@param tile table
    ---@param item table
    ---@param id number
    ---@param count number
    function map.update_thing(tile, item, id, count)
        if map.thing_index(tile, item) == -1 then
            return
        end
        reset_flags(tile, item)
        server.parts.items.set_id(item, id)
        server.parts.items.set_sub_type(item, count)
        set_flags(tile, item)
    end

    --- Puts an item into the place of another one.
    ---@param tile table
    ---@param index number place in the tile's order
    ---@param item table
    function map.replace_thing(tile, index, item)
        local old = map.thing_at(tile, index)
        if not old or is_creature(old) then
            return
        end
        if old == tile.ground then
            tile.ground = item
        else
            tile.items[index_in(tile.items, old)] = item
        end
        item.parent = tile
        reset_flags(tile, old)
        set_flags(tile, item)
        if old.parent == tile then
            old.parent = nil
        end
        if tile.house then
            server.parts.houses.item_added(tile.house, item)
        end
    end

    --- Takes a creature, an item, or so many of a stack from a tile.
    ---@param tile table
    ---@param thing table
    ---@param count number|nil all unless given
    function map.remove_thing(tile, thing, count)
        if is_creature(thing) then
            local creatures = tile.creatures
            local at = creatures and index_in(creatures, thing)
            if at then
                map.forget_spectators()
                remove(creatures, at)
            end
            return
        end
        if thing == tile.ground then
            thing.parent = nil
            tile.ground = nil
            taken(tile, thing)
            return
        end
        local items = tile.items
        local at = items and index_in(items, thing)
        if not at then
            return
        end
        if at <= tile.down_count then
            if thing.type.stackable and count and count ~= thing.count then
                thing.count = raw.math.max(0, thing.count - count)
                return
            end
            tile.down_count = tile.down_count - 1
        end
        remove(items, at)
        thing.parent = nil
        taken(tile, thing)
    end
end
