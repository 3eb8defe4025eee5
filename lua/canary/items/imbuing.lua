--- Putting imbuements into items and taking them out again (Canary). What a player pays for it is the players' affair.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")

return function(server, items)
    if server.tfs then
        return
    end
    local enum = server.parts.enums.get

    local function free_slot(item)
        for slot = 0, items.imbuement_slots(item) - 1 do
            if not items.imbuement_in(item, slot) then
                return slot
            end
        end
    end

    local function takes(item, imbuement)
        local kinds = item.type.imbuements
        return items.imbuement_category(imbuement) ~= nil
            and (kinds and kinds[imbuement.category] or 0) >= imbuement.base
    end

    local function has_other_of(item, key, imbuement)
        local found = false
        items.each_imbuement(item, function(_, other)
            found = found or other[key] == imbuement[key]
        end)
        return found
    end

    --- Why an imbuement can't be put into a slot of an item; nil if it can.
    ---@param item table
    ---@param slot number from 0
    ---@param imbuement table
    ---@return string|nil problem what the player is told
    function items.imbuing_problem(item, slot, imbuement)
        if slot >= items.imbuement_slots(item) then
            return "Invalid slot selection."
        elseif not takes(item, imbuement) then
            return "This object cannot be imbued with that scroll."
        elseif has_other_of(item, "category", imbuement) then
            return "This item already has this imbuement type."
        elseif items.imbuement_in(item, slot) then
            return "An error occurred, please reopen imbuement window."
        elseif has_other_of(item, "name", imbuement) then
            return "You cannot apply the same imbuement in multiple slots."
        end
    end

    --- The imbuements that a window offers: those that an item takes and has none of the kind yet; without an item
    --- those that scrolls can be made of.
    ---@param player table
    ---@param item table|nil
    ---@return table[]
    function items.imbuements_for(player, item)
        local list, all = {}, items.imbuements()
        -- The server asks for the value of key 0, which nobody can set: what has a storage stays hidden.
        local hides = server.parts.config.boolean("TOGGLE_IMBUEMENT_SHRINE_STORAGE") and player.storage[0] ~= 0
        for _, id in raw.ipairs(sorted_keys(all)) do
            local imbuement = all[id]
            local hidden = hides and imbuement.storage ~= 0 and imbuement.base >= 1 and imbuement.base <= 3
            if not hidden then
                local offered
                if item then
                    offered = takes(item, imbuement) and not has_other_of(item, "category", imbuement)
                else
                    offered = (imbuement.scroll or 0) ~= 0
                end
                list[#list + 1] = offered and imbuement or nil
            end
        end
        return list
    end

    --- Puts an imbuement into a slot of a player's item, for as long as one of its strength lasts.
    function items.put_imbuement(player, item, slot, imbuement)
        items.imbue(item, slot, imbuement.id, items.imbuement_base(imbuement).duration)
        items.begin_imbued_time(item)
        if item.parent == player then
            items.change_by_imbuement(player, imbuement, 1)
        end
    end

    --- Takes an imbuement out of a slot of a player's item.
    function items.take_imbuement(player, item, slot, imbuement)
        if item.parent == player then
            items.change_by_imbuement(player, imbuement, -1)
        end
        items.imbue(item, slot, imbuement.id, 0)
    end

    --- A player puts the imbuement of a scroll into the first free slot of an item; the scroll is used up.
    ---@return string|nil problem what the player is told
    function items.imbue_by_scroll(player, item, scroll)
        local slot, imbuement = free_slot(item), items.imbuement_of_scroll(scroll.id)
        if not slot or not imbuement then
            return nil
        end
        local problem = items.imbuing_problem(item, slot, imbuement)
        if problem then
            return problem
        end
        if items.remove(scroll, 1) == enum("RETURNVALUE_NOERROR") then
            items.put_imbuement(player, item, slot, imbuement)
        end
    end

    --- A player takes all imbuements out of an item.
    ---@return boolean whether there were any
    function items.clear_imbuements(player, item)
        local cleared = false
        items.each_imbuement(item, function(slot, imbuement)
            items.take_imbuement(player, item, slot, imbuement)
            cleared = true
        end)
        return cleared
    end
end
