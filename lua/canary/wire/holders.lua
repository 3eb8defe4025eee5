--- What a player carries and has open: slots, windows of containers, the goods of a trade. Compared with what was told.

local context = ...
local raw = context.raw
local char, concat, min = raw.string.char, raw.table.concat, raw.math.min

local LAST_SLOT = 10
local MOST_WINDOWS = 16
-- Items of a window that are told at once.
local PAGE = 40
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
        for at = first + 1, min(#items, first + PAGE, first + raw.math.max(container.capacity, 1)) do
            list[#list + 1] = wire.item(view, items[at])
        end
        return list
    end

    local function open(view, id, container, first, list)
        local parent = container.parent
        local has_parent = parent ~= nil and parent.items ~= nil and parent.class_name ~= "Tile"
            and parent.class_name ~= "Player"
        local message = OPEN .. char(id) .. wire.item(view, container) .. text(container.type.name)
            .. char(min(255, container.capacity), has_parent and 1 or 0)
        if view.version >= 1281 then
            message = message .. "\0"
        end
        if view.version >= 984 then
            message = message .. char(container.unlocked == false and 0 or 1, 0) .. u16(#container.items) .. u16(first)
        end
        wire.send(view, message .. char(#list) .. concat(list))
    end

    local function refresh_window(view, id, container, first)
        local shown = view.windows[id]
        local list = contents(view, container, first)
        if not shown or shown.container ~= container or shown.first ~= first then
            open(view, id, container, first, list)
        else
            local old = shown.list
            -- What came is in front, what left is anywhere: the common case is told by one message.
            if #list == #old + 1 and concat(list, "", 2) == concat(old) then
                wire.send(view, ADD .. char(id) .. u16(0) .. list[1])
            elseif #list == #old then
                for at = 1, #list do
                    if list[at] ~= old[at] then
                        wire.send(view, UPDATE .. char(id) .. u16(first + at - 1) .. list[at])
                    end
                end
            elseif #list == #old - 1 then
                local at = 1
                while list[at] == old[at] and at <= #list do
                    at = at + 1
                end
                if concat(list, "", at) == concat(old, "", at + 1) then
                    wire.send(view, REMOVE .. char(id) .. u16(first + at - 1) .. u16(0))
                else
                    open(view, id, container, first, list)
                end
            else
                open(view, id, container, first, list)
            end
        end
        view.windows[id] = { container = container, first = first, list = list }
    end

    local function refresh_windows(view)
        local players = server.parts.players
        if not view.player.containers then
            return
        end
        for id = 0, MOST_WINDOWS - 1 do
            local container, first = players.open_container(view.player, id)
            if container then
                refresh_window(view, id, container, first)
            elseif view.windows[id] then
                view.windows[id] = nil
                wire.send(view, CLOSE .. char(id))
            end
        end
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

    local function offer(view, opcode, name, item)
        local list = goods(view, item, {})
        wire.send(view, opcode .. text(name) .. char(#list) .. concat(list))
    end

    local function refresh_trade(view)
        local player = view.player
        local partner = player.trade_partner
        local own, other = partner and player.trade_item or nil, partner and partner.trade_item or nil
        if own and view.own_offer ~= own then
            offer(view, "\125", player.name, own)
        end
        if other and own and (view.other_offer ~= other or view.own_offer ~= own) then
            offer(view, "\126", partner.name, other)
        elseif other and not own and view.other_offer ~= other then
            offer(view, "\126", partner.name, other)
        end
        view.own_offer, view.other_offer = own, other
    end

    --- Tells what differs of what a player carries and has open.
    function wire.refresh_holders(view)
        -- A slot is looked at as often as the figures are (see figures.lua, which comes after).
        if not wire.is_due(view) then
            return
        end
        refresh_slots(view)
        refresh_windows(view)
        refresh_trade(view)
    end
end
