--- What the map asks of items: the properties of `Item:hasProperty`, the order that they lie in, what becomes of a
--- tile's flags by them.

local context = ...
local raw = context.raw
local band, bnot, bor = raw.bit.band, raw.bit.bnot, raw.bit.bor

return function(server, map)
    local enum, tfs = server.parts.enums.get, server.tfs

    local ITEM_TELEPORT, ITEM_FIELD = enum("ITEM_TYPE_TELEPORT") or 7, enum("ITEM_TYPE_MAGICFIELD") or 6
    local ITEM_MAILBOX, ITEM_TRASH = enum("ITEM_TYPE_MAILBOX") or 2, enum("ITEM_TYPE_TRASHHOLDER") or 3
    local ITEM_BED, ITEM_DEPOT = enum("ITEM_TYPE_BED") or 8, enum("ITEM_TYPE_DEPOT") or 1
    local ITEM_DOOR = enum("ITEM_TYPE_DOOR") or 5
    -- Canary: items with this action id can't be moved.
    local IMMOVABLE_ACTION = 100

    --- Flags of tiles, the same numbers in both servers; those from MOVABLE on are Canary's.
    local STATE = {
        FLOORCHANGE_DOWN = 1,
        FLOORCHANGE_NORTH = 2,
        FLOORCHANGE_SOUTH = 4,
        FLOORCHANGE_EAST = 8,
        FLOORCHANGE_WEST = 16,
        FLOORCHANGE_SOUTH_ALT = 32,
        FLOORCHANGE_EAST_ALT = 64,
        FLOORCHANGE = 127,
        PROTECTIONZONE = 128,
        NOPVPZONE = 256,
        NOLOGOUT = 512,
        PVPZONE = 1024,
        TELEPORT = 2048,
        MAGICFIELD = 4096,
        MAILBOX = 8192,
        TRASHHOLDER = 16384,
        BED = 32768,
        DEPOT = 65536,
        BLOCKSOLID = 131072,
        BLOCKPATH = 262144,
        IMMOVABLEBLOCKSOLID = 524288,
        IMMOVABLEBLOCKPATH = 1048576,
        IMMOVABLENOFIELDBLOCKPATH = 2097152,
        NOFIELDBLOCKPATH = 4194304,
        SUPPORTS_HANGABLE = 8388608,
        MOVABLE = 16777216,
        ISHORIZONTAL = 33554432,
        ISVERTICAL = 67108864,
        BLOCKPROJECTILE = 134217728,
        HASHEIGHT = 268435456,
    }
    map.STATE = STATE

    --- Whether an item can be moved: by its kind, and unless scripts know it by a unique id.
    ---@param item table
    function map.is_movable(item)
        local attributes = item.attributes
        if attributes then
            if attributes.uniqueid then
                return false
            elseif not tfs and attributes.actionid == IMMOVABLE_ACTION then
                return false
            end
        end
        local kind = item.type
        if kind.movable or tfs then
            return kind.movable == true
        end
        local filled = item.items and #item.items > 0
        return (kind.wrappable or kind.carpet or kind.type == ITEM_DOOR or filled or kind.can_write_text
            or kind.type == ITEM_BED or (kind.transform_on_use or 0) ~= 0) and true or false
    end
    local is_movable = map.is_movable

    -- Moving is asked as hasProperty does, which TFS and Canary answer from different facts.
    local PROPERTIES = {
        [0] = function(item)
            return item.type.block_solid
        end,
        function(item)
            return item.type.has_height
        end,
        function(item)
            return item.type.block_projectile
        end,
        function(item)
            return item.type.block_path_find
        end,
        function(item)
            return item.type.is_vertical
        end,
        function(item)
            return item.type.is_horizontal
        end,
        is_movable,
        function(item)
            return item.type.block_solid and not is_movable(item)
        end,
        function(item)
            return item.type.block_path_find and not is_movable(item)
        end,
        function(item)
            return item.type.type ~= ITEM_FIELD and item.type.block_path_find and not is_movable(item)
        end,
        function(item)
            return item.type.type ~= ITEM_FIELD and item.type.block_path_find
        end,
        function(item)
            return item.type.is_horizontal or item.type.is_vertical
        end,
    }

    --- Whether an item has a property (CONST_PROP_*).
    ---@param item table
    ---@param property number
    function map.item_has(item, property)
        local test = PROPERTIES[property]
        return test and test(item) and true or false
    end

    --- Whether it lies above what is laid down: borders, doors, splashes.
    ---@param item table
    function map.is_on_top(item)
        local kind = item.type
        if tfs then
            return kind.always_on_top == true
        end
        return (kind.always_on_top_order or 0) ~= 0
    end

    --- Whether it is what a tile is made of.
    function map.is_ground(item)
        return item.type.is_ground == true
    end

    function map.is_field(item)
        return item.type.type == ITEM_FIELD
    end

    function map.is_teleport(item)
        return item.type.type == ITEM_TELEPORT
    end

    function map.is_mailbox(item)
        return item.type.type == ITEM_MAILBOX
    end

    function map.is_trash_holder(item)
        return item.type.type == ITEM_TRASH
    end

    function map.is_bed(item)
        return item.type.type == ITEM_BED
    end

    function map.is_door(item)
        return item.type.type == ITEM_DOOR
    end

    --- Whether the server's cleaning takes it away.
    function map.is_cleanable(item)
        local attributes = item.attributes
        return not item.loaded_from_map and item.type.pickupable == true
            and not (attributes and (attributes.uniqueid or attributes.actionid))
    end

    -- The flags of an item that its kind alone decides; and what of them is the item's own affair.
    local fixed = raw.setmetatable({}, { __mode = "k" })

    local function flags_of_kind(kind)
        local flags, field = 0, kind.type == ITEM_FIELD
        if kind.block_path_find then
            flags = bor(flags, STATE.BLOCKPATH, field and 0 or STATE.NOFIELDBLOCKPATH)
        end
        if kind.block_solid then
            flags = bor(flags, STATE.BLOCKSOLID)
        end
        if kind.type == ITEM_TELEPORT then
            flags = bor(flags, STATE.TELEPORT)
        elseif field then
            flags = bor(flags, STATE.MAGICFIELD)
        elseif kind.type == ITEM_MAILBOX then
            flags = bor(flags, STATE.MAILBOX)
        elseif kind.type == ITEM_TRASH then
            flags = bor(flags, STATE.TRASHHOLDER)
        elseif kind.type == ITEM_BED then
            flags = bor(flags, STATE.BED)
        elseif kind.type == ITEM_DEPOT then
            flags = bor(flags, STATE.DEPOT)
        end
        if kind.is_horizontal or kind.is_vertical then
            flags = bor(flags, STATE.SUPPORTS_HANGABLE)
        end
        if not tfs then
            flags = bor(flags, kind.is_horizontal and STATE.ISHORIZONTAL or 0)
            flags = bor(flags, kind.is_vertical and STATE.ISVERTICAL or 0)
            flags = bor(flags, kind.block_projectile and STATE.BLOCKPROJECTILE or 0)
            flags = bor(flags, kind.has_height and STATE.HASHEIGHT or 0)
        end
        return flags
    end

    -- All flags that an item gives its tile, but for where it leads to.
    local function flags_of(item)
        local kind = item.type
        local flags = fixed[kind]
        if not flags then
            flags = flags_of_kind(kind)
            fixed[kind] = flags
        end
        if kind.block_solid or kind.block_path_find or not tfs then
            local movable = is_movable(item)
            if not movable then
                flags = bor(flags, kind.block_solid and STATE.IMMOVABLEBLOCKSOLID or 0)
                if kind.block_path_find then
                    flags = bor(
                        flags,
                        tfs and 0 or STATE.IMMOVABLEBLOCKPATH,
                        kind.type == ITEM_FIELD and 0 or STATE.IMMOVABLENOFIELDBLOCKPATH
                    )
                end
            elseif not tfs then
                flags = bor(flags, STATE.MOVABLE)
            end
        end
        return flags
    end

    --- Adds to a tile's flags what an item brings.
    function map.set_flags(tile, item)
        local flags = tile.flags
        local change = item.type.floor_change
        if change and change ~= 0 and band(flags, STATE.FLOORCHANGE) == 0 then
            flags = bor(flags, change)
        end
        tile.flags = bor(flags, flags_of(item))
    end

    -- These go with any item that had them, whatever else is on the tile.
    local GO = bor(STATE.TELEPORT, STATE.MAGICFIELD, STATE.MAILBOX, STATE.TRASHHOLDER, STATE.BED, STATE.DEPOT,
        STATE.SUPPORTS_HANGABLE)

    --- Takes from a tile's flags what an item brought and nothing else on it has.
    function map.reset_flags(tile, item)
        local change = item.type.floor_change
        if change and change ~= 0 then
            tile.flags = band(tile.flags, bnot(STATE.FLOORCHANGE))
        end
        local own = flags_of(item)
        local others = 0
        local ground, items = tile.ground, tile.items
        if ground and ground ~= item then
            others = flags_of(ground)
        end
        if items then
            for at = 1, #items do
                if items[at] ~= item then
                    others = bor(others, flags_of(items[at]))
                end
            end
        end
        local gone = bor(band(own, GO), band(band(own, bnot(GO)), bnot(others)))
        tile.flags = band(tile.flags, bnot(gone))
    end

    --- Whether a tile has one of the flags.
    ---@param tile table
    ---@param flag number
    function map.has_flag(tile, flag)
        return band(tile.flags, flag) ~= 0
    end

    --- Whether anything on a tile has a property (CONST_PROP_*), leaving out one item.
    function map.has_property(tile, property, except)
        local test = PROPERTIES[property]
        if not test then
            return false
        end
        local ground, items = tile.ground, tile.items
        if ground and ground ~= except and test(ground) then
            return true
        end
        if items then
            for at = 1, #items do
                if items[at] ~= except and test(items[at]) then
                    return true
                end
            end
        end
        return false
    end

    --- Whether so many things with height lie on each other.
    function map.has_height(tile, wanted)
        local height = 0
        if tile.ground then
            height = tile.ground.type.has_height and 1 or 0
            if height == wanted then
                return true
            end
        end
        local items = tile.items
        if items then
            for at = 1, #items do
                if items[at].type.has_height then
                    height = height + 1
                end
                if height == wanted then
                    return true
                end
            end
        end
        return false
    end

    --- Which zone a tile is in (ZONE_*).
    function map.zone_type(tile)
        local flags = tile.flags
        if band(flags, STATE.PROTECTIONZONE) ~= 0 then
            return 0
        elseif band(flags, STATE.NOPVPZONE) ~= 0 then
            return 1
        elseif band(flags, STATE.PVPZONE) ~= 0 then
            return 2
        elseif band(flags, STATE.NOLOGOUT) ~= 0 then
            return 3
        end
        return 4
    end
end
