--- The class Tile.

local context = ...
local raw = context.raw
local select, type = raw.select, raw.type

local FIRST_CREATURE = 0x10000000

return function(server, map)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local push, get = userdata.push, userdata.get
    local u32, i32 = arguments.u32, arguments.i32
    local cut, take = map.cut, map.take_position

    userdata.class("Tile", nil, function(_, x, y, z)
        if type(x) == "table" then
            return push(map.tile(take(x)))
        end
        local tz, ty = cut(z, 256, 4), cut(y, 65536, 3)
        local tx = cut(x, 65536, 2)
        if not tfs and tx == 0 and ty == 0 and tz == 0 then
            return nil
        end
        return push(map.tile(tx, ty, tz))
    end)
    userdata.metamethod("Tile", "__eq")

    -- A method that answers with a thing, which a function of the map finds.
    local function thing(find)
        return function(self)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            return push(find(tile))
        end
    end

    local function number(count)
        return function(self)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            return count(tile)
        end
    end

    -- The item that a script means by its id or name; nil for a name that no item has.
    local function item_id(value)
        local id, unknown = server.parts.item_types.id_from(value)
        return not unknown and id or nil
    end

    local function sub_type_of(...)
        if tfs then
            return raw.tonumber((...)) and i32((...)) or -1
        end
        return select("#", ...) > 0 and i32((...)) or -1
    end

    -- The items as scripts get them; nil when the tile never had any.
    local function pushed(list)
        if not list then
            return nil
        end
        local out = {}
        for at = 1, #list do
            out[at] = push(list[at])
        end
        return out
    end

    --- The thing that a script means: userdata of one, or its number. A text is none, whatever it says.
    function map.thing_of(value)
        if type(value) == "number" then
            local id = u32(value)
            return id >= FIRST_CREATURE and server.parts.creatures.by_id(id) or server.parts.items.by_uid(id)
        end
        return get(value, "Item") or get(value, "Creature")
    end

    local enum = server.parts.enums.get
    local by_type = {}
    for _, name in raw.ipairs({ "TELEPORT", "MAGICFIELD", "MAILBOX", "TRASHHOLDER", "BED", "DEPOT" }) do
        by_type[enum("ITEM_TYPE_" .. name) or name] = map.STATE[name]
    end
    local function item_of_type(tile, wanted)
        local flag = by_type[wanted]
        if flag and not map.has_flag(tile, flag) then
            return nil
        end
        if tile.ground and tile.ground.type.type == wanted then
            return tile.ground
        end
        for at = 1, tile.items and #tile.items or 0 do
            if tile.items[at].type.type == wanted then
                return tile.items[at]
            end
        end
    end

    userdata.methods("Tile", {
        getPosition = function(self)
            local tile = get(self, "Tile")
            return tile and map.push_position(tile.x, tile.y, tile.z) or nil
        end,
        getGround = thing(function(tile)
            return tile.ground
        end),
        getThing = function(self, index)
            index = i32(index)
            local tile = get(self, "Tile")
            return tile and push(map.thing_at(tile, index)) or nil
        end,
        getThingCount = number(map.thing_count),
        getTopVisibleThing = function(self, creature)
            creature = map.creature_of(creature)
            local tile = get(self, "Tile")
            return tile and push(map.top_visible_thing(tile, creature)) or nil
        end,
        getTopTopItem = thing(map.top_top_item),
        getTopDownItem = thing(map.top_down_item),
        getFieldItem = thing(map.field_item),
        getItemById = function(self, item, ...)
            local tile = get(self, "Tile")
            local id = tile and item_id(item)
            if not id then
                return nil
            end
            return push(map.find_item(tile, id, false, sub_type_of(...)))
        end,
        getItemByType = function(self, wanted)
            local tile = get(self, "Tile")
            return tile and push(item_of_type(tile, arguments.enum32(wanted))) or nil
        end,
        getItemByTopOrder = function(self, order)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            order = i32(order)
            local items = tile.items
            for at = items and #items or 0, tile.down_count + 1, -1 do
                if (items[at].type.always_on_top_order or 0) == order then
                    return push(items[at])
                end
            end
            return nil
        end,
        getItemCountById = function(self, item, ...)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            local sub_type = sub_type_of(...)
            local id = item_id(item)
            if not id then
                return nil
            end
            local count_by_type, count = server.parts.items.count_by_type, 0
            for _, there in raw.ipairs(map.items_in_order(tile)) do
                if there.id == id then
                    count = count + count_by_type(there, sub_type)
                end
            end
            return count
        end,
        getBottomCreature = thing(function(tile)
            return tile.creatures and tile.creatures[#tile.creatures]
        end),
        getTopCreature = thing(function(tile)
            return tile.creatures and tile.creatures[1]
        end),
        getBottomVisibleCreature = function(self, creature)
            local tile = get(self, "Tile")
            creature = tile and map.creature_of(creature)
            return creature and push(map.bottom_visible_creature(tile, creature)) or nil
        end,
        getTopVisibleCreature = function(self, creature)
            local tile = get(self, "Tile")
            creature = tile and map.creature_of(creature)
            return creature and push(map.top_visible_creature(tile, creature)) or nil
        end,
        getItems = function(self)
            local tile = get(self, "Tile")
            return tile and pushed(tile.items) or nil
        end,
        getItemCount = number(function(tile)
            return tile.items and #tile.items or 0
        end),
        getDownItemCount = number(function(tile)
            return tile.down_count
        end),
        getTopItemCount = number(function(tile)
            return tile.items and #tile.items - tile.down_count or 0
        end),
        getCreatures = function(self)
            local tile = get(self, "Tile")
            return tile and pushed(tile.creatures) or nil
        end,
        getCreatureCount = number(function(tile)
            return tile.creatures and #tile.creatures or 0
        end),
        getThingIndex = function(self, value)
            local tile = get(self, "Tile")
            local found = tile and map.thing_of(value)
            return found and map.thing_index(tile, found) or nil
        end,
        hasProperty = function(self, property, item)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            return map.has_property(tile, arguments.enum32(property), get(item, "Item"))
        end,
        hasFlag = function(self, flag)
            local tile = get(self, "Tile")
            if not tile then
                return nil
            end
            return map.has_flag(tile, arguments.enum32(flag))
        end,
        queryAdd = function(self, value, flags)
            local tile = get(self, "Tile")
            local found = tile and map.thing_of(value)
            if not found then
                return nil
            end
            return map.query_add(tile, found, 1, u32(flags))
        end,
        addItemEx = function(self, value, flags)
            local item, tile = get(value, "Item"), get(self, "Tile")
            if not item or not tile then
                return nil
            elseif item.parent or (not tfs and not item.virtual) then
                server:report("Item already has a parent")
                return nil
            end
            return (server.parts.items.add(tile, item, -1, u32(flags)))
        end,
        getHouse = function(self)
            local tile = get(self, "Tile")
            return tile and push(tile.house) or nil
        end,
    })

    --- The first item of an id on a tile, in its order: the ground, what is on top, what is laid down; then what lies
    --- in containers, level by level.
    ---@param tile table
    ---@param id number
    ---@param deep boolean whether to look into containers
    ---@param sub_type number|nil -1 or nil for any
    function map.find_item(tile, id, deep, sub_type)
        local items_sub_type = server.parts.items.sub_type
        local containers = {}
        local function find(list)
            for at = 1, #list do
                local item = list[at]
                if item.id == id and (not sub_type or sub_type == -1 or sub_type == items_sub_type(item)) then
                    return item
                elseif item.items then
                    containers[#containers + 1] = item
                end
            end
        end
        local found = find(map.items_in_order(tile))
        local at = 1
        while not found and deep and containers[at] do
            found = find(containers[at].items)
            at = at + 1
        end
        return found
    end

    -- Adding by id ----------------------------------------------------------------------------------------------

    local function add_canary(self, value, ...)
        local tile = get(self, "Tile")
        local id = tile and item_id(value)
        if not id then
            return nil
        end
        local count, flags = ...
        local sub_type = select("#", ...) >= 1 and u32(count) or 1
        local kind = server.parts.item_types.of(id)
        local item = server.parts.items.create(id, raw.math.min(sub_type, kind.stack_size))
        if not item or server.parts.items.add(tile, item, -1, u32(flags)) ~= map.NOERROR then
            return nil
        end
        return push(item)
    end

    -- TFS makes as many stacks, or single items, as are wanted; more than one are given in a list.
    local function add_tfs(self, value, count, flags)
        local tile = get(self, "Tile")
        local id = tile and item_id(value)
        if not id then
            return nil
        end
        local kind, items = server.parts.item_types.of(id), server.parts.items
        local pieces, sub_type = server.parts.item_types.pieces(kind, u32(count, 1))
        local list = pieces > 1 and {} or nil
        local last
        for at = 1, pieces do
            local stack = raw.math.min(sub_type, 100)
            local item = items.create(id, stack)
            if not item then
                server:report("Item not found")
                return list
            end
            sub_type = kind.stackable and sub_type - stack or sub_type
            if items.add(tile, item, -1, u32(flags)) ~= map.NOERROR then
                return list
            end
            last = push(item)
            if list then
                list[at] = last
            end
        end
        return list or last
    end

    userdata.methods("Tile", { addItem = tfs and add_tfs or add_canary })

    if tfs then
        userdata.methods("Tile", {
            remove = function(self)
                local tile = get(self, "Tile")
                if not tile then
                    return nil
                end
                map.empty_tile(tile)
                return true
            end,
        })
    else
        userdata.methods("Tile", {
            sweep = function(self, actor)
                local tile = get(self, "Tile")
                local player = tile and map.player_of(actor)
                if not player or not tile.house or server.parts.houses.access_level(tile.house, player) < 3 then
                    return nil
                end
                return server.parts.houses.move_to_depot(tile.house, player, tile)
            end,
        })
    end

    --- Takes everything from a tile: players go to their temple, other creatures leave the world.
    function map.empty_tile(tile)
        map.dirty_tiles[tile] = nil
        for at = tile.creatures and #tile.creatures or 0, 1, -1 do
            local creature = tile.creatures[at]
            if creature.class_name == "Player" then
                local temple = map.temple_tile(creature)
                if temple then
                    map.teleport(creature, temple.x, temple.y, temple.z, false, map.FLAG.NOLIMIT)
                end
            else
                server.parts.creatures.remove(creature)
            end
        end
        for at = tile.items and #tile.items or 0, 1, -1 do
            server.parts.items.remove(tile.items[at])
        end
        if tile.ground then
            server.parts.items.remove(tile.ground)
            tile.ground = nil
        end
    end
end
