--- Containers as holders of items: what may come in, how much, and where to.

local context = ...
local raw = context.raw
local band, bor = raw.bit.band, raw.bit.bor
local max = raw.math.max

local WHEREEVER, MOVE_UP, ANYWHERE = -1, 254, 255
local LOOT_POUCH, STORE_INBOX = 23721, 23396
-- What Canary shows page by page, and never calls full for its size.
local PAGED = { inbox = true, depot_chest = true, reward_chest = true, reward = true }

return function(server, items)
    local tfs, config = server.tfs, server.parts.config
    local enum = server.parts.enums.get

    local function value(name)
        return enum("RETURNVALUE_" .. name) or enum("RETURNVALUE_NOTPOSSIBLE")
    end
    local NOERROR, NOTPOSSIBLE = value("NOERROR"), value("NOTPOSSIBLE")
    local IMPOSSIBLE, CANNOTPICKUP = value("THISISIMPOSSIBLE"), value("CANNOTPICKUP")
    local NOROOM, DEPOTFULL = value("CONTAINERNOTENOUGHROOM"), value("DEPOTISFULL")
    local NOTENOUGHROOM = value("NOTENOUGHROOM")
    local NOTMOVABLE = enum("RETURNVALUE_NOTMOVABLE") or enum("RETURNVALUE_NOTMOVEABLE")
    local FULL = enum("RETURNVALUE_CONTAINERISFULL")
    local NOT_YOURS, NOT_INVITED = value("ITEMISNOTYOURS"), value("PLAYERISNOTINVITED")
    local ONLY_AMMUNITION = enum(tfs and "RETURNVALUE_QUIVERAMMOONLY" or "RETURNVALUE_ONLYAMMOINQUIVER")
    local NOT_THERE = enum("RETURNVALUE_ITEMCANNOTBEMOVEDTHERE")
    local NO_STORE_ITEM = enum("RETURNVALUE_CANNOTMOVEITEMISNOTSTOREITEM")
    local FLAG = {
        NOLIMIT = 1,
        CHILDISOWNER = 8,
        IGNORENOTMOVABLE = 64,
        IGNOREAUTOSTACK = 128,
        LOOTPOUCH = 512,
    }
    items.FLAG = FLAG

    local function has(flags, flag)
        return band(flags, flag) ~= 0
    end

    -- Where an item is in a container, from 0; -1 for nowhere.
    local function index_of(container, item)
        local list = container.items
        for at = 1, #list do
            if list[at] == item then
                return at - 1
            end
        end
        return -1
    end
    items.container_index = index_of

    local function has_pagination(container)
        if container.container_kind == "browse_field" then
            return true
        end
        return not tfs and (container.id == LOOT_POUCH or container.id == STORE_INBOX
            or PAGED[container.container_kind] == true)
    end
    items.has_pagination = has_pagination

    -- How many items Canary allows below the outermost container.
    local function most_items(container)
        if container.id == LOOT_POUCH then
            return config.number("LOOTPOUCH_MAXLIMIT")
        elseif container.id == STORE_INBOX then
            return config.number("STOREINBOX_MAXLIMIT")
        end
        return container.most or 0
    end

    --- How many items a container can hold in all (Canary).
    items.max_capacity = most_items

    -- May it come in? --------------------------------------------------------------------------------------------

    local function may_be_held(container, item, count, flags)
        local top = items.top_parent(container)
        if top ~= container then
            return items.query_add(top, WHEREEVER, item, count, bor(flags, FLAG.CHILDISOWNER))
        end
        return NOERROR
    end

    local function owned_by_another(container, item)
        local owner = items.owner(item)
        if owner == 0 then
            return false
        end
        local top = items.top_parent(container)
        if top and top.class_name == "Player" and not items.is_owner(item, top) then
            return true
        end
        local own = items.owner(container)
        return own ~= 0 and own ~= owner
    end

    local function too_many(container, item)
        local top = items.top_container(container)
        if not top then
            return false
        end
        local most = most_items(container)
        local held = items.holding_count(top)
        if not item.items then
            return held + 1 > most
        end
        return items.container_count(item) + 1 + items.container_count(top) > config.number("MAX_CONTAINER")
            or items.holding_count(item) + 1 + held > most
    end

    local function query_add_canary(container, index, item, count, flags)
        if has(flags, FLAG.CHILDISOWNER) then
            return NOERROR
        elseif not container.unlocked and not has(flags, FLAG.LOOTPOUCH) then
            return NOTPOSSIBLE
        elseif not item.type.pickupable then
            return CANNOTPICKUP
        elseif item == container then
            return IMPOSSIBLE
        elseif owned_by_another(container, item) then
            return NOT_YOURS
        end
        local unlimited = has(flags, FLAG.NOLIMIT)
        local holder = items.parent_of(container)
        while holder do
            if holder == item then
                return IMPOSSIBLE
            elseif not unlimited and holder.container_kind == "inbox" then
                return NOROOM
            end
            holder = items.parent_of(holder)
        end
        if not unlimited and index == WHEREEVER and #container.items >= container.capacity
            and not has_pagination(container) then
            return NOROOM
        elseif too_many(container, item) then
            return FULL
        elseif container.type.is_quiver and item.type.weapon_type ~= 7 then
            return ONLY_AMMUNITION
        end
        return may_be_held(container, item, count, flags)
    end

    local function invited(container, actor)
        local tile = items.tile(container)
        local top = items.top_parent(container)
        if not tile or not tile.house or top.class_name == "Player" then
            return true
        end
        return server.parts.houses.is_invited(tile.house, actor)
    end

    local function query_add_tfs(container, index, item, count, flags, actor)
        if has(flags, FLAG.CHILDISOWNER) then
            return NOERROR
        elseif not container.unlocked then
            return NOTPOSSIBLE
        elseif not item.type.pickupable then
            return CANNOTPICKUP
        elseif item == container then
            return IMPOSSIBLE
        elseif container.type.weapon_type == 8 and item.type.weapon_type ~= 7 then
            return ONLY_AMMUNITION
        elseif items.is_store_item(item) and container.container_kind ~= "depot_chest" then
            return NOT_THERE
        end
        local holder = items.parent_of(container)
        if holder then
            if items.is_store_item(container) and holder.container_kind == "store_inbox" then
                return items.is_store_item(item) and NOT_THERE or NO_STORE_ITEM
            end
            local unlimited = has(flags, FLAG.NOLIMIT)
            while holder do
                if holder == item then
                    return IMPOSSIBLE
                elseif not unlimited and holder.container_kind == "inbox" then
                    return NOROOM
                end
                holder = items.parent_of(holder)
            end
            if not unlimited and index == WHEREEVER and #container.items >= container.capacity
                and not has_pagination(container) then
                return NOROOM
            end
        end
        -- Only then this server asks whether the outermost holder can carry it.
        if actor and config.boolean("ONLY_INVITED_CAN_MOVE_HOUSE_ITEMS") then
            if not invited(container, actor) then
                return NOT_INVITED
            end
            return may_be_held(container, item, count, flags)
        end
        return NOERROR
    end

    local function query_depot(container, item, count, flags, actor)
        if not tfs and actor and items.owner(item) ~= 0 and not items.is_owner(item, actor) then
            return NOT_YOURS
        end
        if not has(flags, FLAG.NOLIMIT) then
            local more = item.type.stackable and item.count ~= count and 1 or 0
            if items.top_parent(item) ~= container then
                more = item.items and items.holding_count(item) + 1 or 1
            end
            local counted = not tfs and container.parent or container
            if items.holding_count(counted) + more > (container.max_depot_items or 2000) then
                return DEPOTFULL
            end
        end
        return NOERROR
    end

    local function query_inbox(container, item, flags)
        if not has(flags, FLAG.NOLIMIT) then
            return NOROOM
        elseif item == container then
            return IMPOSSIBLE
        elseif not item.type.pickupable then
            return CANNOTPICKUP
        end
        local most = tfs and 0 or config.number("MAX_INBOX_ITEMS")
        if most > 0 then
            local more = items.top_parent(item) == container and 0
                or item.items and items.holding_count(item) + 1 or 1
            if items.holding_count(container) + more > most then
                return DEPOTFULL
            end
        end
        return NOERROR
    end

    local function query_store_inbox(container, item, flags)
        if item == container then
            return IMPOSSIBLE
        elseif not item.type.pickupable then
            return CANNOTPICKUP
        elseif not has(flags, FLAG.NOLIMIT) then
            if not items.is_store_item(item) then
                return NO_STORE_ITEM
            elseif item.items and #item.items > 0 then
                return NOT_THERE
            end
        end
        return NOERROR
    end

    --- Whether an item may come into a container.
    function items.container_query_add(container, index, item, count, flags, actor)
        local kind = container.container_kind
        if kind == "inbox" then
            return query_inbox(container, item, flags)
        elseif kind == "locker" and not tfs then
            return NOTENOUGHROOM
        elseif kind == "reward_chest" then
            return actor and NOTPOSSIBLE or NOERROR
        elseif kind == "store_inbox" and tfs then
            return query_store_inbox(container, item, flags)
        elseif kind == "depot_chest" then
            local ret = query_depot(container, item, count, flags, actor)
            if ret ~= NOERROR then
                return ret
            end
        end
        if tfs then
            return query_add_tfs(container, index, item, count, flags, actor)
        end
        return query_add_canary(container, index, item, count, flags)
    end

    --- How many of an item a container takes: a RETURNVALUE and the number.
    function items.container_query_max(container, index, item, count, flags)
        if has(flags, FLAG.NOLIMIT) or has_pagination(container) then
            return NOERROR, max(1, count)
        end
        local list = container.items
        local free = max(container.capacity - #list, 0)
        if not item.type.stackable then
            return free == 0 and NOROOM or NOERROR, free
        end
        local size = items.stack_size(item)
        local room = 0
        if index == WHEREEVER then
            local slot = 0
            for at = 1, #list do
                local other = list[at]
                if other ~= item and items.equal(other, item) and other.count < size then
                    local rest = size - other.count
                    if items.container_query_add(container, slot, item, tfs and count or rest, flags) == NOERROR then
                        room = room + rest
                    end
                    slot = slot + 1
                end
            end
        else
            local other = list[index + 1]
            if other and items.equal(item, other) and other.count < size then
                room = size - other.count
            end
        end
        local most = free * size + room
        return most < count and NOROOM or NOERROR, most
    end

    --- Whether so many of an item may be taken out.
    function items.container_query_remove(container, item, count, flags, actor)
        if index_of(container, item) == -1 then
            return NOTPOSSIBLE
        elseif count == 0 or (item.type.stackable and count > item.count) then
            return NOTPOSSIBLE
        elseif not item.type.movable and not has(flags, FLAG.IGNORENOTMOVABLE) then
            return NOTMOVABLE
        end
        if actor and tfs and config.boolean("ONLY_INVITED_CAN_MOVE_HOUSE_ITEMS") and not invited(container, actor) then
            return NOT_INVITED
        end
        return NOERROR
    end

    -- The first stack that has room for some of an item: it and its place.
    local function stack_for(container, item)
        local size = items.stack_size(item)
        local list = container.items
        for at = 1, #list do
            local other = list[at]
            if other ~= item and items.equal(other, item) and other.count < size then
                return other, at - 1
            end
        end
    end

    --- Where in a container an item comes to: holder, place, the item that it meets there.
    function items.container_query_destination(container, index, item, flags)
        if not container.unlocked and not (not tfs and has(flags, FLAG.LOOTPOUCH)) then
            return container, index, nil
        elseif index == MOVE_UP then
            local parent = container.parent
            return parent and parent.class_name == "Container" and parent or container, WHEREEVER, nil
        end
        if index == ANYWHERE or (index >= container.capacity and not (not tfs and has_pagination(container))) then
            index = WHEREEVER
        end
        local there
        if index ~= WHEREEVER then
            there = container.items[index + 1]
            if there and there.items then
                return there, WHEREEVER, nil
            end
        end
        if item.type.stackable and not has(flags, FLAG.IGNOREAUTOSTACK) and item.parent ~= container then
            if there and items.equal(there, item) and there.count < items.stack_size(there) then
                return container, index, there
            end
            local stack, place = stack_for(container, item)
            if stack then
                return container, place, stack
            end
        end
        return container, index, there
    end
end
