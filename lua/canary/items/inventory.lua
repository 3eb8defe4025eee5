--- Players as holders of items: which slot takes what, where an item goes that may go anywhere, and weight.

local context = ...
local raw = context.raw
local band = raw.bit.band

local WHEREEVER = -1
local SLOT = { RIGHT = 5, LEFT = 6, AMMO = 10 }
local LAST = { canary = 11, tfs = 10 }
local LINK_OWNER, LINK_TOPPARENT = 0, 1

return function(server, items)
    local tfs, config = server.tfs, server.parts.config
    local enum = server.parts.enums.get
    local FLAG = items.FLAG
    local last_slot = LAST[server.dialect]
    items.LAST_SLOT = last_slot

    local function value(name)
        return enum("RETURNVALUE_" .. name) or enum("RETURNVALUE_NOTPOSSIBLE")
    end
    local NOERROR, NOTPOSSIBLE = value("NOERROR"), value("NOTPOSSIBLE")
    local NOROOM, NOCAPACITY = value("NOTENOUGHROOM"), value("NOTENOUGHCAPACITY")
    local CANNOTPICKUP, NOTDRESSED = value("CANNOTPICKUP"), value("CANNOTBEDRESSED")
    local NEEDEXCHANGE, NOT_YOURS = value("NEEDEXCHANGE"), value("ITEMISNOTYOURS")
    local NOT_THERE = enum("RETURNVALUE_ITEMCANNOTBEMOVEDTHERE")
    local NOTMOVABLE = enum("RETURNVALUE_NOTMOVABLE") or enum("RETURNVALUE_NOTMOVEABLE")

    local function has_flag(player, name)
        local test = server.parts.players.has_flag
        return test ~= nil and test(player, name)
    end

    -- Weight -----------------------------------------------------------------------------------------------------

    --- What a player carries, in 1/100 oz.
    function items.inventory_weight(player)
        if has_flag(player, "hasinfinitecapacity") then
            return 0
        end
        local weight = 0
        for slot = 1, last_slot do
            local item = player.inventory[slot]
            if item then
                weight = weight + items.weight(item)
            end
        end
        if tfs and player.store_inbox_item then
            weight = weight + items.weight(player.store_inbox_item)
        end
        return weight
    end

    --- What a player can carry yet.
    function items.free_capacity(player)
        return server.parts.players.free_capacity(player)
    end

    --- Whether a player can carry so many of an item; what he has already he can.
    function items.has_capacity(player, item, count)
        if has_flag(player, "cannotpickupitem") then
            return false
        elseif has_flag(player, "hasinfinitecapacity") or items.top_parent(item) == player then
            return true
        end
        local weight = item.items and items.weight(item) or items.base_weight(item)
        if item.type.stackable then
            weight = weight * count % 4294967296
        end
        return weight <= items.free_capacity(player)
    end

    local is_quiver, fits = items.is_quiver, items.fits

    --- Asks scripts that are called when something is put on: nil when it may be, else why not.
    local function equip_check(player, item, slot)
        local check = server.parts.events and server.parts.events.can_equip
        return check and check(player, item, slot) or nil
    end

    -- The item that is in the way, to be exchanged for this one.
    local function in_the_way(player, index, item)
        local there = player.inventory[index]
        return there and (not there.type.stackable or there.id ~= item.id)
    end

    local function query_add_tfs(player, index, item, count)
        local ret = fits(player, index, item, count)
        if ret ~= NOERROR and ret ~= NOROOM then
            return ret
        elseif not items.has_capacity(player, item, count) then
            return NOCAPACITY
        end
        if index ~= 0 and index ~= WHEREEVER then
            ret = equip_check(player, item, index) or NOERROR
            if ret ~= NOERROR then
                return ret
            end
        end
        if in_the_way(player, index, item) then
            if not config.boolean("CLASSIC_EQUIPMENT_SLOTS") then
                local top = items.top_parent(item)
                local near = top and (top.class_name == "Player" or top.container_kind == "depot_chest")
                return near and NEEDEXCHANGE or NOROOM
            end
            return NEEDEXCHANGE
        end
        return ret
    end

    local function query_add_canary(player, index, item, count)
        local ret = fits(player, index, item, count)
        if ret == NOERROR or ret == NOROOM then
            if in_the_way(player, index, item) then
                return NEEDEXCHANGE
            elseif not items.has_capacity(player, item, count) then
                return NOCAPACITY
            elseif equip_check(player, item, index) then
                return NOTDRESSED
            end
        end
        return ret
    end

    --- Whether an item may come into a slot; with CHILDISOWNER, whether a player can carry it.
    function items.player_query_add(player, index, item, count, flags)
        if not tfs and items.owner(item) ~= 0 and not items.is_owner(item, player) then
            return NOT_YOURS
        elseif band(flags, FLAG.CHILDISOWNER) ~= 0 then
            if band(flags, FLAG.NOLIMIT) ~= 0 or items.has_capacity(player, item, count) then
                return NOERROR
            end
            return NOCAPACITY
        elseif not item.type.pickupable then
            return CANNOTPICKUP
        elseif tfs and items.is_store_item(item) then
            return NOT_THERE
        end
        if tfs then
            return query_add_tfs(player, index, item, count)
        end
        return query_add_canary(player, index, item, count)
    end
    local query_add = items.player_query_add

    -- The room of all that a player wears, for an item that may go anywhere.
    local function room_anywhere(player, item, flags)
        local size = items.stack_size(item)
        local room = 0
        for slot = 1, last_slot do
            local there = player.inventory[slot]
            if there and there.items then
                local _, most = items.container_query_max(there, WHEREEVER, item, item.count, flags)
                room = room + most
                items.each(there, function(inner)
                    if inner.items then
                        local _, more = items.container_query_max(inner, WHEREEVER, item, item.count, flags)
                        room = room + more
                    end
                end)
            elseif there then
                if there.type.stackable and items.equal(item, there) and there.count < size then
                    local rest = size - there.count
                    if query_add(player, slot, item, rest, flags) == NOERROR then
                        room = room + rest
                    end
                end
            elseif query_add(player, slot, item, item.count, flags) == NOERROR then
                room = room + (item.type.stackable and size or 1)
            end
        end
        return room
    end

    --- How many of an item a player takes: a RETURNVALUE and the number.
    function items.player_query_max(player, index, item, count, flags)
        local most = 0
        if index == WHEREEVER then
            most = room_anywhere(player, item, flags)
        else
            local there = player.inventory[index]
            local size = items.stack_size(item)
            if there then
                if there.type.stackable and items.equal(item, there) and there.count < size then
                    most = size - there.count
                end
            elseif query_add(player, index, item, count, flags) == NOERROR then
                return NOERROR, item.type.stackable and size or 1
            end
        end
        return most < count and NOROOM or NOERROR, most
    end

    --- Whether so many of an item may be taken from a player's slots.
    function items.player_query_remove(player, item, count, flags)
        if items.player_index(player, item) == -1 then
            return NOTPOSSIBLE
        elseif count == 0 or (item.type.stackable and count > item.count) then
            return NOTPOSSIBLE
        elseif not item.type.movable and band(flags, FLAG.IGNORENOTMOVABLE) == 0 then
            return NOTMOVABLE
        end
        return NOERROR
    end

    -- Where it goes ----------------------------------------------------------------------------------------------

    -- The first place in a container for an item that is not stacked.
    local function empty_place(container, item, flags)
        for place = tfs and #container.items or 0, container.capacity - 1 do
            if #container.items >= container.capacity then
                return nil
            elseif items.container_query_add(container, place, item, item.count, flags) == NOERROR then
                return place
            end
        end
    end

    local function stacked_place(container, item, flags, queue, traded)
        local size = items.stack_size(item)
        local place = 0
        for at = 1, #container.items do
            local other = container.items[at]
            if other ~= traded and other ~= item then
                if items.equal(other, item) and other.count < size then
                    return place, other
                end
                if other.items then
                    queue[#queue + 1] = other
                end
                place = place + 1
            end
        end
        if place < container.capacity
            and items.container_query_add(container, place, item, item.count, flags) == NOERROR then
            return place, nil
        end
    end

    local function anywhere(player, item, flags)
        local stacking = item.type.stackable and band(flags, FLAG.IGNOREAUTOSTACK) == 0
        local queue, traded = {}, player.trade_item
        for slot = 1, 10 do
            local there = player.inventory[slot]
            if not there then
                if query_add(player, slot, item, item.count, flags) == NOERROR then
                    return player, slot, nil
                end
            elseif there ~= traded and there ~= item then
                if stacking and items.equal(there, item) and there.count < items.stack_size(there)
                    and query_add(player, slot, item, item.count, 0) == NOERROR then
                    return player, slot, there
                end
                if there.items then
                    queue[#queue + 1] = there
                end
            end
        end
        local at = 1
        while at <= #queue do
            local container = queue[at]
            at = at + 1
            if stacking then
                local place, other = stacked_place(container, item, flags, queue, traded)
                if place then
                    return container, place, other
                end
            else
                local place = empty_place(container, item, flags)
                if place then
                    return container, place, nil
                end
                -- Canary looks into no container of a full one.
                for inner = 1, (tfs or #container.items < container.capacity) and #container.items or 0 do
                    if container.items[inner].items then
                        queue[#queue + 1] = container.items[inner]
                    end
                end
            end
        end
        return player, WHEREEVER, nil
    end

    --- Where on a player an item comes to: holder, place, the item that it meets there.
    function items.player_query_destination(player, index, item, flags)
        if index == 0 or index == WHEREEVER then
            local holder, place, there = anywhere(player, item, flags)
            return holder, place == WHEREEVER and holder == player and index or place, there
        end
        local there = player.inventory[index]
        if not tfs and index == SLOT.RIGHT and not (there and is_quiver(there) and item.type.type == 16) then
            return player, index, there
        elseif there and there.items then
            return there, WHEREEVER, nil
        end
        return player, index, there
    end

    -- Changing it ------------------------------------------------------------------------------------------------

    --- The slot that an item is in; -1 for none.
    function items.player_index(player, item)
        for slot = 1, last_slot do
            if player.inventory[slot] == item then
                return slot
            end
        end
        return -1
    end

    local function told(player, slot, item)
        local send = server.parts.clients.send
        if send then
            send(player, "inventory", { slot = slot, id = item and item.id or 0, count = item and item.count or 0 })
        end
    end

    --- Puts an item into a slot.
    function items.player_add(player, slot, item)
        if slot >= 1 and slot <= last_slot then
            item.parent, item.virtual = player, nil
            player.inventory[slot] = item
            told(player, slot, item)
        end
    end

    --- Makes an item in a slot another one.
    function items.player_update(player, item, id, count)
        local slot = items.player_index(player, item)
        if slot ~= -1 then
            items.set_id(item, id)
            items.set_sub_type(item, count)
            told(player, slot, item)
        end
    end

    --- Puts an item into the place of another one.
    function items.player_replace(player, slot, item)
        if player.inventory[slot] then
            told(player, slot, item)
            item.parent, item.virtual = player, nil
            player.inventory[slot] = item
        end
    end

    --- Takes so many of an item from its slot.
    function items.player_remove(player, item, count)
        local slot = items.player_index(player, item)
        if slot == -1 then
            return
        elseif item.type.stackable and count ~= item.count then
            item.count = raw.math.max(0, item.count - count) % 256
            told(player, slot, item)
            return
        end
        told(player, slot, nil)
        item.parent = nil
        player.inventory[slot] = nil
    end

    --- Tells a player, and scripts of what is worn, that something came or went.
    ---@param came boolean
    function items.player_notify(player, came, item, other, slot, link)
        local events = server.parts.events
        if link == LINK_OWNER then
            local call = came and events.equip or events.deequip
            if call then
                call(player, item, slot)
            end
        end
        if link == LINK_OWNER or link == LINK_TOPPARENT then
            local changed = server.parts.players.inventory_changed
            if changed then
                changed(player, item, came, other)
            end
        end
    end
end
