--- Imbuements as clients read them: the window, and the list of what is worn (11.00 and 13.10; see Canary's
--- protocolgame.cpp, openTibia1100ImbuementWindow and sendInventoryImbuements).

local context = ...
local raw = context.raw
local char, concat, ipairs, max, min = raw.string.char, raw.table.concat, raw.ipairs, raw.math.max, raw.math.min

-- The kinds of money that a window of newer clients shows: in the bank, and with the player.
local BANK, CARRIED = 0, 1
local WIDE = 1281
-- The list of what is worn, and milliseconds of the world between two looks.
local LIST, EVERY = "\93", 1000

return function(server, wire)
    local u16, u32, u64, text, make = wire.u16, wire.u32, wire.u64, wire.text, wire.make

    local function full_name(imbuement)
        return server.parts.items.imbuement_base(imbuement).name .. " " .. imbuement.name
    end

    local function icon(imbuement)
        return u16(imbuement.icon + imbuement.base - 1)
    end

    local function described(imbuement)
        local items = server.parts.items
        local base, category = items.imbuement_base(imbuement), items.imbuement_category(imbuement)
        local out = {
            u32(imbuement.id), text(full_name(imbuement)), text(imbuement.description),
            text((category and category.name or "") .. imbuement.subgroup), icon(imbuement), u32(base.duration),
            char(imbuement.premium and 1 or 0, min(255, #imbuement.items)),
        }
        for at = 1, min(255, #imbuement.items) do
            local item = imbuement.items[at]
            out[#out + 1] = u16(item.itemid) .. text(server.parts.item_types.of(item.itemid).name) .. u16(item.count)
        end
        out[#out + 1] = u32(base.price) .. char(min(255, base.percent)) .. u32(base.protection)
        return concat(out)
    end

    function make.imbuement_window(view, fields)
        local items, player, item = server.parts.items, view.player, fields.things[1]
        if view.version >= WIDE then
            wire.send(view, "\238" .. char(BANK) .. u64(max(0, player.bank)))
            wire.send(view, "\238" .. char(CARRIED) .. u64(items.money(player)))
        end
        local out = { "\235" .. u16(fields.id) }
        if view.version >= WIDE and (item.type.classification or 0) > 0 then
            out[2] = char(items.tier(item))
        end
        out[#out + 1] = char(#fields.slots)
        for _, slot in ipairs(fields.slots) do
            if slot then
                local cost = items.imbuement_base(slot.imbuement).removeCost
                out[#out + 1] = "\1" .. described(slot.imbuement) .. u32(slot.seconds) .. u32(cost)
            else
                out[#out + 1] = "\0"
            end
        end
        out[#out + 1] = u16(#fields.available)
        for _, imbuement in ipairs(fields.available) do
            out[#out + 1] = described(imbuement)
        end
        out[#out + 1] = u32(#fields.needed)
        for _, each in ipairs(fields.needed) do
            out[#out + 1] = u16(each[1]) .. u16(each[2])
        end
        return concat(out)
    end

    function make.imbuement_closed(view)
        return view.version >= 1100 and "\236" or nil
    end

    function make.imbuement_result(view, fields)
        return view.version >= 1100 and "\237\1" .. text(fields.text) or nil
    end

    local function worn(view, slot, item)
        local items, player = server.parts.items, view.player
        local count = items.imbuement_slots(item)
        local out = { char(slot) .. wire.item(view, item) .. char(count) }
        for at = 0, count - 1 do
            local imbuement, seconds = items.imbuement_in(item, at)
            if imbuement then
                local runs = items.imbuement_runs(player, item, imbuement) and 1 or 0
                out[#out + 1] = "\1" .. text(full_name(imbuement)) .. icon(imbuement) .. u32(seconds) .. char(runs)
            else
                out[#out + 1] = "\0"
            end
        end
        return concat(out)
    end

    --- The imbuements of all that a player wears, while its client shows them; as they were told last until a second is
    --- over, nil when it shows none.
    function wire.imbuements_worn(view)
        if not view.tracks_imbuements or view.version < WIDE then
            return nil
        elseif view.looked_at_imbuements and server.now - view.looked_at_imbuements < EVERY then
            return view.told.imbuements
        end
        view.looked_at_imbuements = server.now
        local items, out = server.parts.items, {}
        for slot = 1, items.LAST_SLOT do
            local item = view.player.inventory[slot]
            if item then
                out[#out + 1] = worn(view, slot, item)
            end
        end
        return LIST .. char(#out) .. concat(out)
    end
end
