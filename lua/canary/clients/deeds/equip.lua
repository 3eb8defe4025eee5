--- Wearing by a hotkey: what is in the backpack is put on, what is worn is put away.

local context = ...
local raw = context.raw
local band, ipairs = raw.bit.band, raw.ipairs

-- Where an item is worn, by what its type says; the first that fits.
local PLACES = {
    { "SLOTP_HEAD", "CONST_SLOT_HEAD" }, { "SLOTP_NECKLACE", "CONST_SLOT_NECKLACE" },
    { "SLOTP_ARMOR", "CONST_SLOT_ARMOR" }, { "SLOTP_LEGS", "CONST_SLOT_LEGS" }, { "SLOTP_FEET", "CONST_SLOT_FEET" },
    { "SLOTP_RING", "CONST_SLOT_RING" }, { "SLOTP_AMMO", "CONST_SLOT_AMMO" },
    { "SLOTP_TWO_HAND", "CONST_SLOT_LEFT" }, { "SLOTP_LEFT", "CONST_SLOT_LEFT" },
}
local ANYWHERE = 0

return function(server, clients, deeds)
    local enum = server.parts.enums.get

    local function place_of(kind)
        if kind.weapon_type ~= enum("WEAPON_SHIELD") and kind.weapon_type ~= enum("WEAPON_QUIVER") then
            for _, place in ipairs(PLACES) do
                if band(kind.slot_position or 0, enum(place[1]) or 0) ~= 0 then
                    return enum(place[2])
                end
            end
        end
        return enum("CONST_SLOT_RIGHT")
    end

    --- A player puts an item on that is in its backpack, or the one that it wears away.
    ---@param client_id number
    function deeds.equip(player, client_id)
        local types, items = server.parts.item_types, server.parts.items
        local kind = types.get(server.tfs and types.by_client(client_id) or client_id)
        local backpack = player.inventory[enum("CONST_SLOT_BACKPACK") or 3]
        if not kind or kind.id == 0 or not backpack or not backpack.items then
            return
        end
        local slot = place_of(kind)
        local worn, carried = player.inventory[slot], items.find(backpack, kind.id, true, -1)
        local moved, index
        if worn and worn.id == kind.id
            and (not kind.stackable or worn.count >= (kind.stack_size or 100) or not carried) then
            moved, index = worn, ANYWHERE
        elseif carried then
            moved, index = carried, slot
        else
            return
        end
        local problem = items.move_item(items.parent_of(moved), player, moved,
            { index = index, count = moved.count, actor = player })
        if problem and problem ~= (enum("RETURNVALUE_NOERROR") or 0) and not server.tfs then
            clients.cancel(player, problem)
        end
    end
end
