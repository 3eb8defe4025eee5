--- What a player carries, counted: what it could sell to the npc whose shop is open, and all of it for its bars.

local context = ...
local raw = context.raw
local char, concat, max, min = raw.string.char, raw.table.concat, raw.math.max, raw.math.min

-- Kinds that a list of goods has at most, and one of all that is carried.
local MOST_GOODS, MOST_CARRIED = 255, 4000
-- Milliseconds of the world between two counts of all that is carried.
local EVERY = 1000
-- In front of what is carried the client is told of its slots, one of each.
local SLOTS = 11
-- 11.00 and what followed have another message there, until this version.
local COUNTS_OTHERWISE, WIDE = 1100, 1281

return function(server, wire)
    local u16, u64 = wire.u16, wire.u64

    local function client_id(kind)
        return server.tfs and kind.client_id or kind.id
    end

    -- How many of each kind a player could sell to the npc whose shop is open, and the kinds in order.
    local function sellable(player)
        local items, counts, ids = server.parts.items, {}, {}
        for _, entry in raw.ipairs(player.shop.goods) do
            local kind = server.parts.item_types.get(entry.id)
            local told = client_id(kind)
            if (entry.sell or 0) > 0 and not counts[told] and #ids < MOST_GOODS then
                local fluid = (kind.is_splash or kind.is_fluid_container) and (entry.sub_type or 0) > 0
                local count = items.player_count(player, entry.id, fluid and entry.sub_type or -1)
                if count > 0 then
                    counts[told] = count
                    ids[#ids + 1] = told
                end
            end
        end
        raw.table.sort(ids)
        return counts, ids
    end

    --- The money and the goods of a player before an open shop; nil without one.
    function wire.sale(view)
        local player = view.player
        if not player.shop then
            view.told.sale = nil
            return nil
        end
        local counts, ids = sellable(player)
        local new, money = view.version >= WIDE, u64(max(0, server.parts.items.money(player)))
        local out = { new and "\238\0" .. u64(max(0, player.bank)) .. "\238\1" .. money .. "\123" or "\123" .. money }
        out[2] = char(#ids)
        for _, id in raw.ipairs(ids) do
            local count = counts[id]
            out[#out + 1] = u16(id) .. (new and u16(min(65535, count)) or char(min(255, count)))
        end
        return concat(out)
    end

    --- How many of each kind a player carries, as bars of a client show it; as it was told last until a second is over,
    --- and nil for clients that count otherwise.
    function wire.carried(view)
        if view.version < 1000 or view.version >= COUNTS_OTHERWISE and view.version < WIDE then
            return nil
        elseif view.counted and server.now - view.counted < EVERY then
            return view.told.carried
        end
        view.counted = server.now
        local items, inventory = server.parts.items, view.player.inventory
        local counts, ids = {}, {}
        local function add(item)
            local id = client_id(item.type)
            if not counts[id] and #ids < MOST_CARRIED then
                ids[#ids + 1] = id
            end
            counts[id] = (counts[id] or 0) + item.count
        end
        for slot = 1, items.LAST_SLOT do
            local item = inventory[slot]
            if item then
                add(item)
                if item.items then
                    items.each(item, add)
                end
            end
        end
        raw.table.sort(ids)
        local out = { "\245" .. u16(#ids + SLOTS) }
        for slot = 1, SLOTS do
            out[#out + 1] = u16(slot) .. "\0" .. u16(1)
        end
        for _, id in raw.ipairs(ids) do
            out[#out + 1] = u16(id) .. "\0" .. u16(min(65535, counts[id]))
        end
        return concat(out)
    end
end
