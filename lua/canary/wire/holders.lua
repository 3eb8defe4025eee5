--- What a player carries and has open: slots, windows of containers, the goods of a trade. Compared with what was told.

local context = ...
local raw = context.raw
local abs, char, concat, min = raw.math.abs, raw.string.char, raw.table.concat, raw.math.min

local LAST_SLOT = 10
local MOST_WINDOWS = 16
-- More than so many items that differ are not told one by one: the window is told anew.
local MOST_UPDATES = 4
-- Items of a window that can be told at once.
local PAGE = 255
-- Places on the body that 0xF5 counts.
local BODY, INVENTORY = 11, "\245"
local OFFER, COUNTER_OFFER = "\125", "\126"
local OPEN, CLOSE, ADD, UPDATE, REMOVE = "\110", "\111", "\112", "\113", "\114"

return function(server, wire)
    local u16, text = wire.u16, wire.text

    local function refresh_slots(view)
        local inventory = view.player.inventory
        for slot = 1, LAST_SLOT do
            local item = inventory[slot]
            local bytes = item and wire.item(view, item) or ""
            if view.slots[slot] ~= bytes then
                view.slots[slot] = bytes
                wire.send(view, bytes == "" and char(121, slot) or char(120, slot) .. bytes)
            end
        end
    end

    -- A window shows a page of its container, from `first` on.
    local function contents(view, container, first)
        local list, items = {}, container.items
        for at = first + 1, min(#items, first + PAGE, first + container.capacity) do
            list[#list + 1] = wire.item(view, items[at])
        end
        return list
    end

    local function opened(view, id, container, first, list)
        local parent = container.parent
        -- What stands on the floor is part of its field.
        local has_parent = parent ~= nil and parent.class_name ~= "Player"
            and not server.parts.players.is_field(container)
        local message = OPEN .. char(id) .. wire.item(view, container) .. text(container.name or container.type.name)
            .. char(min(255, container.capacity), has_parent and 1 or 0)
        if view.version >= 1281 then
            message = message .. "\0"
        end
        if view.version >= 984 then
            local pages = server.parts.items.has_pagination(container) and 1 or 0
            message = message .. char(container.unlocked == false and 0 or 1, pages)
            message = message .. u16(#container.items) .. u16(first)
        end
        return message .. char(#list) .. concat(list)
    end

    -- Places at which a list, without its item at `skip`, differs from another one; nil when they are too many.
    local function different(shorter, longer, skip)
        local places = {}
        for at = 1, #shorter do
            if shorter[at] ~= longer[at < skip and at or at + 1] then
                places[#places + 1] = at
                if #places > MOST_UPDATES then
                    return nil
                end
            end
        end
        return places
    end

    local function update(view, id, first, list, places, shift)
        for _, at in raw.ipairs(places) do
            wire.send(view, UPDATE .. char(id) .. u16(first + at - 1) .. list[at + shift])
        end
    end

    -- Tells an item more (in front) or less of a window, and other ones at the same places; whether that is all that
    -- differs.
    local function told_in_part(view, id, first, size, list, shown)
        local old, more = shown.list, size - shown.size
        if #list - #old ~= more or (more ~= 0 and first ~= 0) then
            return false
        end
        local places
        if more == 0 then
            places = different(list, old, #old + 1)
            if places then
                update(view, id, first, list, places, 0)
            end
        elseif more == 1 then
            places = different(old, list, 1)
            if places then
                update(view, id, 0, list, places, 1)
                wire.send(view, ADD .. char(id) .. u16(0) .. list[1])
            end
        elseif more == -1 then
            local gone = 1
            while gone <= #list and list[gone] == old[gone] do
                gone = gone + 1
            end
            places = different(list, old, gone)
            if places then
                wire.send(view, REMOVE .. char(id) .. u16(gone - 1) .. u16(0))
                update(view, id, 0, list, places, 0)
            end
        end
        return places ~= nil
    end

    local function refresh_window(view, id, container, first)
        local shown, size = view.windows[id], #container.items
        local list = contents(view, container, first)
        if not shown or shown.container ~= container or shown.first ~= first
            or not told_in_part(view, id, first, size, list, shown) then
            wire.send(view, opened(view, id, container, first, list))
        end
        view.windows[id] = { container = container, first = first, list = list, size = size }
    end

    local AT_DEPOTS = { depot_chest = true, inbox = true, locker = true }

    -- Whether a container is still there, and near enough to look into.
    local function within_reach(player, container)
        local items = server.parts.items
        if items.is_removed(container) then
            return false
        end
        local top = items.top_container(container) or container
        local tile = items.tile(container)
        if not tile or tile == player.tile then
            return not AT_DEPOTS[top.container_kind] or server.parts.players.near_depot(player)
        end
        local mine = player.tile
        return not mine or (tile.z == mine.z and abs(tile.x - mine.x) <= 1 and abs(tile.y - mine.y) <= 1)
    end

    local function refresh_windows(view)
        local players, player = server.parts.players, view.player
        if not player.containers then
            return
        end
        for id = 0, MOST_WINDOWS - 1 do
            local container, first = players.open_container(player, id)
            if container and not within_reach(player, container) then
                players.close_container(player, id)
                container = nil
            end
            if container then
                refresh_window(view, id, container, first)
            elseif view.windows[id] then
                view.windows[id] = nil
                wire.send(view, CLOSE .. char(id))
            end
        end
    end

    --- What a client was told of slots and windows, as messages.
    ---@return string[]
    function wire.told_holders(view)
        local out = {}
        for slot = 1, LAST_SLOT do
            if (view.slots[slot] or "") ~= "" then
                out[#out + 1] = char(120, slot) .. view.slots[slot]
            end
        end
        for id, shown in raw.pairs(view.windows) do
            out[#out + 1] = opened(view, id, shown.container, shown.first, shown.list)
        end
        return out
    end

    -- Trades -------------------------------------------------------------------------------------------------------

    local MOST_GOODS = 100

    local function goods(view, item, list)
        if #list < MOST_GOODS then
            list[#list + 1] = wire.item(view, item)
            for at = 1, item.items and #item.items or 0 do
                goods(view, item.items[at], list)
            end
        end
        return list
    end

    --- An offer in a trade: the item, and what is in it.
    ---@param counter boolean the other's
    function wire.offer(view, counter)
        local player = view.player
        local offerer = counter and player.trade_partner or player
        local item = offerer and offerer.trade_item
        if item then
            local list = goods(view, item, {})
            return (counter and COUNTER_OFFER or OFFER) .. text(offerer.name) .. char(#list) .. concat(list)
        end
    end

    -- Slots of the body count as one each, as the servers have it.
    local function carried(view)
        local items, counts, ids = server.parts.items, {}, {}
        for _, item in raw.ipairs(items.player_items(view.player)) do
            local id = server.tfs and item.type.client_id or item.type.id
            if not counts[id] then
                ids[#ids + 1] = id
            end
            counts[id] = (counts[id] or 0) + (item.type.stackable and item.count or 1)
        end
        local list = {}
        for slot = 1, BODY do
            list[slot] = u16(slot) .. "\0\1\0"
        end
        for _, id in raw.ipairs(ids) do
            list[#list + 1] = u16(id) .. "\0" .. u16(min(65535, counts[id]))
        end
        return INVENTORY .. u16(#list) .. concat(list)
    end

    --- What a client is told at the beginning: how much it has of what it carries (of 10.98, once), and whom
    --- of others it wants to know of.
    function wire.admit_others(view)
        local player = view.player
        if view.version >= 1000 and view.version < 1100 then
            wire.send(view, carried(view))
        end
        local players = server.parts.players
        for _, entry in raw.ipairs(players.vips(player)) do
            wire.tell_vip(view, entry, players.vip_state(player, entry.guid))
        end
    end

    --- Tells what differs of what a player carries and has open.
    function wire.refresh_holders(view)
        -- A slot is looked at as often as the figures are (see figures.lua, which comes after).
        if not wire.is_due(view) then
            return
        end
        refresh_slots(view)
        refresh_windows(view)
    end
end
