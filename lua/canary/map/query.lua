--- Whether something may come onto a tile or leave it, and where it ends up: the answers are RETURNVALUE_* numbers.

local context = ...
local raw = context.raw
local band, bor = raw.bit.band, raw.bit.bor

return function(server, map)
    local enum, tfs, STATE = server.parts.enums.get, server.tfs, map.STATE
    local has_flag, is_creature = map.has_flag, map.is_creature

    local NOERROR = enum("RETURNVALUE_NOERROR") or 0
    local NOTPOSSIBLE = enum("RETURNVALUE_NOTPOSSIBLE") or 1
    local NOTENOUGHROOM = enum("RETURNVALUE_NOTENOUGHROOM") or 2
    local NOTINVITED = enum("RETURNVALUE_PLAYERISNOTINVITED") or 4
    local NOTMOVABLE = enum(tfs and "RETURNVALUE_NOTMOVEABLE" or "RETURNVALUE_NOTMOVABLE") or 9
    local NEEDEXCHANGE = enum("RETURNVALUE_NEEDEXCHANGE") or 25
    local CANNOTTHROW = enum("RETURNVALUE_CANNOTTHROW") or 8
    local CANNOTBEMOVEDTHERE = enum("RETURNVALUE_ITEMCANNOTBEMOVEDTHERE")
    map.NOERROR, map.NOTPOSSIBLE = NOERROR, NOTPOSSIBLE

    --- How a query is meant: FLAG_*.
    local FLAG = {
        NOLIMIT = 1,
        IGNOREBLOCKITEM = 2,
        IGNOREBLOCKCREATURE = 4,
        CHILDISOWNER = 8,
        PATHFINDING = 16,
        IGNOREFIELDDAMAGE = 32,
        IGNORENOTMOVABLE = 64,
        IGNOREAUTOSTACK = 128,
    }
    map.FLAG = FLAG

    -- Most that lies on a tile.
    local MOST = tfs and 65535 or 1000
    -- Canary: sea that summons don't walk on.
    local SEA_FIRST, SEA_LAST = enum("ITEM_WALKABLE_SEA_START"), enum("ITEM_WALKABLE_SEA_END")

    local function set(flags, flag)
        return band(flags, flag) ~= 0
    end

    local function in_ghost_mode(creature)
        return creature.ghost == true
    end

    local function someone_seen(creatures)
        for at = 1, creatures and #creatures or 0 do
            if not in_ghost_mode(creatures[at]) then
                return true
            end
        end
        return false
    end

    local function is_players(creature)
        return creature.master ~= nil and creature.master.class_name == "Player"
    end

    -- Monsters --------------------------------------------------------------------------------------------------

    local function pushes_aside(creatures)
        for at = 1, creatures and #creatures or 0 do
            local other = creatures[at]
            if not (other.class_name == "Player" and in_ghost_mode(other)) then
                local pushed = other.class_name == "Monster" and not is_players(other)
                if not pushed or not server.parts.creatures.is_pushable(other) then
                    return false
                end
            end
        end
        return true
    end

    local function field_harms(tile)
        local field = map.field_item(tile)
        if field and not field.type.block_solid and map.field_damage(field) ~= 0 then
            return field
        end
    end
    map.harmful_field = field_harms

    local function query_monster(tile, monster, flags)
        local monsters = server.parts.monsters
        if has_flag(tile, bor(STATE.PROTECTIONZONE, STATE.FLOORCHANGE, STATE.TELEPORT)) then
            local free = not tfs and monster.type.familiar and not (monster.master and monster.master.target)
            if not free then
                return NOTPOSSIBLE
            end
        end
        if not tfs and monster.master and tile.ground.id >= SEA_FIRST and tile.ground.id <= SEA_LAST then
            return NOTPOSSIBLE
        end
        if monsters.can_push_creatures(monster) and not monster.master then
            if not pushes_aside(tile.creatures) then
                return NOTPOSSIBLE
            end
        elseif someone_seen(tile.creatures) then
            return NOTENOUGHROOM
        end
        if has_flag(tile, STATE.IMMOVABLEBLOCKSOLID) then
            return NOTPOSSIBLE
        end
        local pathing = set(flags, FLAG.PATHFINDING)
        if pathing and has_flag(tile, STATE.IMMOVABLENOFIELDBLOCKPATH) then
            return NOTPOSSIBLE
        end
        if has_flag(tile, STATE.BLOCKSOLID) or (pathing and has_flag(tile, STATE.NOFIELDBLOCKPATH)) then
            if not (monsters.can_push_items(monster) or set(flags, FLAG.IGNOREBLOCKITEM)) then
                return NOTPOSSIBLE
            end
        end
        local field = field_harms(tile)
        if field then
            local element = map.field_element(field)
            if not monsters.is_immune_to_damage(monster, element) then
                if not set(flags, FLAG.IGNOREFIELDDAMAGE) then
                    return NOTPOSSIBLE
                end
                if not (monster.ignore_field_damage or monsters.can_walk_on_field(monster, element)) then
                    return NOTPOSSIBLE
                end
            end
        end
        return NOERROR
    end

    -- Magic walls and growths of Canary that whoever walks into them makes vanish.
    local SAFE_WALL, SAFE_GROWTH = enum("ITEM_MAGICWALL_SAFE") or -1, enum("ITEM_WILDGROWTH_SAFE") or -1

    local function gives_way(tile, creature)
        local items = tile.items
        for at = 1, items and #items or 0 do
            local item = items[at]
            if item.id == SAFE_WALL or item.id == SAFE_GROWTH then
                if not in_ghost_mode(creature) then
                    server.parts.items.remove(item, 1)
                end
                return true
            end
        end
        return false
    end

    local function blocks(item)
        return item.type.block_solid and (not item.type.movable or (item.attributes and item.attributes.uniqueid))
    end

    local function query_solid(tile, creature, flags)
        if not set(flags, FLAG.IGNOREBLOCKITEM) then
            if has_flag(tile, STATE.BLOCKSOLID) then
                if not tfs and creature.class_name == "Player" and gives_way(tile, creature) then
                    return NOERROR
                end
                return NOTENOUGHROOM
            end
            return NOERROR
        end
        if tile.ground and blocks(tile.ground) then
            return NOTPOSSIBLE
        end
        local items = tile.items
        for at = 1, items and #items or 0 do
            if blocks(items[at]) then
                return NOTPOSSIBLE
            end
        end
        return NOERROR
    end

    local function query_creature(tile, creature, flags)
        if not tfs and creature.class_name == "Npc" and field_harms(tile) then
            return NOTPOSSIBLE
        end
        if set(flags, FLAG.PATHFINDING) and has_flag(tile, bor(STATE.FLOORCHANGE, STATE.TELEPORT)) then
            return NOTPOSSIBLE
        end
        if not tile.ground or creature.move_locked then
            return NOTPOSSIBLE
        end
        if creature.class_name == "Monster" then
            return query_monster(tile, creature, flags)
        elseif creature.class_name == "Player" then
            local answer = map.query_player(tile, creature, flags)
            if answer ~= NOERROR then
                return answer
            end
        elseif not set(flags, FLAG.IGNOREBLOCKCREATURE) and someone_seen(tile.creatures) then
            return NOTENOUGHROOM
        end
        return query_solid(tile, creature, flags)
    end

    -- Items -----------------------------------------------------------------------------------------------------

    -- Whether an item can't lie on another that is solid.
    local function bars(item, kind, ground)
        if not kind.block_solid or (not ground and not tfs and kind.type == map.TRASH_TYPE) then
            return false
        end
        local lets = kind.allow_pickupable
        if not tfs then
            lets = kind.pickupable or (ground and kind.type == map.TRASH_TYPE)
        end
        if lets and not map.is_field(item) and not item.type.block_solid then
            return false
        end
        if not item.type.pickupable and (tfs or not ground or not item.type.carpet) then
            return true
        end
        if not kind.has_height then
            return true
        end
        if tfs then
            return kind.pickupable == true or kind.type == map.BED_TYPE
        end
        return not ground and kind.pickupable == true
    end

    local function query_item(tile, item, flags)
        local hangable = item.type.hangable == true
        if not tile.ground and not hangable then
            return NOTPOSSIBLE
        end
        if item.type.block_solid and not set(flags, FLAG.IGNOREBLOCKCREATURE) and someone_seen(tile.creatures) then
            return NOTENOUGHROOM
        end
        local items = tile.items
        if hangable and has_flag(tile, STATE.SUPPORTS_HANGABLE) then
            for at = 1, items and #items or 0 do
                if items[at].type.hangable then
                    return NEEDEXCHANGE
                end
            end
            return NOERROR
        end
        if tile.ground and bars(item, tile.ground.type, true) then
            return NOTENOUGHROOM
        end
        for at = 1, items and #items or 0 do
            if bars(item, items[at].type, false) then
                return NOTENOUGHROOM
            end
        end
        return NOERROR
    end

    -- Houses ----------------------------------------------------------------------------------------------------

    -- What a house says to a thing; nil when it has nothing against it.
    local function query_house(tile, thing, flags, actor)
        local houses = server.parts.houses
        local house = tile.house
        if thing.class_name == "Player" then
            if not houses.is_invited(house, thing) then
                return NOTINVITED
            end
        elseif is_creature(thing) then
            if tfs then
                return NOTPOSSIBLE
            elseif thing.class_name == "Monster" and thing.master then
                local blocked = has_flag(tile, STATE.BLOCKSOLID)
                    or (set(flags, FLAG.PATHFINDING) and has_flag(tile, STATE.NOFIELDBLOCKPATH))
                local guest = houses.is_invited(house, is_players(thing) and thing.master or nil)
                return (not guest or blocked) and NOTPOSSIBLE or NOERROR
            end
        else
            local wrapped = thing.attributes and thing.attributes.wrapid
            if tfs and not wrapped and server.parts.items.is_store_item(thing) then
                return CANNOTBEMOVEDTHERE
            end
            if actor and server.parts.config.boolean("ONLY_INVITED_CAN_MOVE_HOUSE_ITEMS") then
                local player = actor.class_name == "Player" and actor or nil
                if tfs then
                    if not houses.is_invited(house, player) then
                        return NOTINVITED
                    end
                elseif houses.access_level(house, player) <= 1 then
                    return CANNOTTHROW
                end
            end
        end
    end

    --- Whether a thing may come onto a tile.
    ---@param tile table
    ---@param thing table
    ---@param _ number|nil how many
    ---@param flags number|nil FLAG_*
    ---@param actor table|nil the creature that does it
    ---@return number RETURNVALUE_*
    function map.query_add(tile, thing, _, flags, actor)
        flags = flags or 0
        if tile.house then
            local answer = query_house(tile, thing, flags, actor)
            if answer then
                return answer
            end
        end
        local creature = is_creature(thing)
        if tfs and not creature and tile.items and #tile.items >= MOST then
            return NOTPOSSIBLE
        end
        if set(flags, FLAG.NOLIMIT) then
            return NOERROR
        elseif creature then
            return query_creature(tile, thing, flags)
        elseif tile.items and #tile.items >= MOST then
            return NOTPOSSIBLE
        elseif tfs and server.parts.items.is_store_item(thing) then
            return CANNOTBEMOVEDTHERE
        end
        return query_item(tile, thing, flags)
    end

    --- How many of a thing a tile takes: as many as there are.
    function map.query_max_count(_, _, count)
        return NOERROR, raw.math.max(1, count)
    end

    --- Whether so many of an item may be taken from a tile.
    ---@param tile table
    ---@param thing table
    ---@param count number
    ---@param flags number|nil
    ---@param actor table|nil
    ---@return number RETURNVALUE_*
    function map.query_remove(tile, thing, count, flags, actor)
        if is_creature(thing) then
            return NOTPOSSIBLE
        end
        if tile.house and actor and server.parts.config.boolean("ONLY_INVITED_CAN_MOVE_HOUSE_ITEMS") then
            local level = server.parts.houses.access_level(tile.house, actor.class_name == "Player" and actor or nil)
            if level == 0 then
                return tfs and NOTINVITED or NOTPOSSIBLE
            elseif level == 1 and not tfs then
                return NOTMOVABLE
            end
        end
        if map.thing_index(tile, thing) == -1 then
            return NOTPOSSIBLE
        end
        if count == 0 or (thing.type.stackable and count > thing.count) then
            return NOTPOSSIBLE
        end
        if not thing.type.movable and not set(flags or 0, FLAG.IGNORENOTMOVABLE) then
            return NOTMOVABLE
        end
        return NOERROR
    end
end
