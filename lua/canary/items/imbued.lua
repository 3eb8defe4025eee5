--- What imbuements do for who wears the items, and how long they last (Canary).

local context = ...
local raw = context.raw
local ceil, floor, max, tostring = raw.math.ceil, raw.math.floor, raw.math.max, raw.tostring

local FIRST_SLOT = 500
local SECOND = 1000
local PARALYSIS_DEFLECTION = 19

return function(server, items)
    if server.tfs then
        return
    end

    --- The imbuement in a slot of an item and the seconds that it lasts yet; nil for none.
    function items.imbuement_in(item, slot)
        local info = item.custom and items.custom(item, tostring(FIRST_SLOT + slot))
        if raw.type(info) ~= "number" or info <= 0 then
            return nil
        end
        local seconds = floor(info / 256)
        local imbuement = items.imbuement(info % 256)
        if imbuement and seconds > 0 then
            return imbuement, seconds
        end
    end

    --- Puts an imbuement into a slot of an item; 0 seconds take it out.
    function items.imbue(item, slot, imbuement_id, seconds)
        items.set_custom(item, tostring(FIRST_SLOT + slot), seconds > 0 and seconds * 256 + imbuement_id or 0)
    end

    local enum = server.parts.enums.get
    local MAGIC, PROTECTION = enum("STAT_MAGICPOINTS"), enum("ZONE_PROTECTION")

    --- Calls a function with each imbuement of an item: slot, imbuement, seconds.
    function items.each_imbuement(item, visit)
        if not item.custom then
            return
        end
        for slot = 0, items.imbuement_slots(item) - 1 do
            local imbuement, seconds = items.imbuement_in(item, slot)
            if imbuement then
                visit(slot, imbuement, seconds)
            end
        end
    end
    local each = items.each_imbuement

    --- What a player gains by an imbuement (1), or loses again (-1).
    function items.change_by_imbuement(player, imbuement, sign)
        local players = server.parts.players
        for skill, bonus in raw.pairs(imbuement.skills) do
            players.add_var_skill(player, skill, sign * bonus)
        end
        if imbuement.magic_level ~= 0 then
            players.add_var_stat(player, MAGIC, sign * imbuement.magic_level)
        end
        if imbuement.speed ~= 0 then
            server.parts.creatures.change_speed(player, sign * imbuement.speed)
        end
        -- There is one bonus, not a sum of them: the last that was put on decides, and any that goes takes it along.
        if imbuement.capacity ~= 0 then
            player.bonus_capacity = sign > 0 and floor(player.capacity * imbuement.capacity / 100) or 0
        end
    end

    local change = items.change_by_imbuement

    -- Time ---------------------------------------------------------------------------------------------------------

    -- Items whose imbuements are looked after, in the order in which that began, and when each was looked at last.
    local tracked, last_look, ticking = {}, {}, nil

    local function holder(item)
        local top = items.top_parent(item)
        return top and top.class_name == "Player" and top or nil
    end

    --- Whether the time of an imbuement goes by: that of most does only in a fight of who wears them.
    function items.imbuement_runs(player, item, imbuement)
        local category = items.imbuement_category(imbuement)
        if not category then
            return true
        end
        if category.aggressive or server.parts.config.boolean("TOGGLE_IMBUEMENT_NON_AGGRESSIVE_FIGHT_ONLY") then
            local parts = server.parts
            local safe = player.tile and parts.map.zone_type(player.tile) == PROTECTION
            if safe or item.parent.items or not parts.conditions.has(player, parts.conditions.types.INFIGHT) then
                return false
            end
        end
        return category.aggressive or item.parent == player
    end

    -- Whether the item is to be looked at again.
    local function look(item)
        local player = not items.is_removed(item) and holder(item)
        if not player then
            return false
        end
        local seconds, imbued = floor(max(0, server.now - last_look[item]) / SECOND), false
        each(item, function(slot, imbuement, left)
            imbued = true
            if items.imbuement_runs(player, item, imbuement) then
                items.imbue(item, slot, imbuement.id, max(0, left - seconds))
                if left <= seconds then
                    change(player, imbuement, -1)
                end
            end
        end)
        last_look[item] = server.now
        return imbued
    end

    local function look_at_all()
        local kept = {}
        for at = 1, #tracked do
            local item = tracked[at]
            if last_look[item] then
                if look(item) then
                    kept[#kept + 1] = item
                else
                    last_look[item] = nil
                end
            end
        end
        tracked = kept
        ticking = #kept > 0 and server.parts.scheduler.after(SECOND, look_at_all) or nil
    end

    --- The time of an item's imbuements goes by from now on.
    function items.begin_imbued_time(item)
        if last_look[item] then
            return
        end
        local imbued = false
        each(item, function()
            imbued = true
        end)
        if imbued then
            tracked[#tracked + 1], last_look[item] = item, server.now
            ticking = ticking or server.parts.scheduler.after(SECOND, look_at_all)
        end
    end

    local function end_decay(item)
        if not last_look[item] then
            return
        end
        last_look[item] = nil
        for at = 1, #tracked do
            if tracked[at] == item then
                raw.table.remove(tracked, at)
                break
            end
        end
        if #tracked == 0 then
            server.parts.scheduler.cancel(ticking)
            ticking = nil
        end
    end

    -- Worn ---------------------------------------------------------------------------------------------------------

    --- A player wears an item from now on.
    function items.wear_imbuements(player, item)
        items.begin_imbued_time(item)
        each(item, function(_, imbuement)
            change(player, imbuement, 1)
        end)
    end

    --- A player wears an item no more.
    function items.take_off_imbuements(player, item)
        end_decay(item)
        each(item, function(_, imbuement)
            change(player, imbuement, -1)
        end)
    end

    --- What imbuements of a worn item leave of damage.
    ---@param item table
    ---@param combat_type number COMBAT_*
    ---@param damage number positive
    function items.imbued_absorb(item, combat_type, damage)
        each(item, function(_, imbuement)
            local percent = imbuement.absorb[combat_type] or 0
            if percent ~= 0 then
                damage = damage - ceil(damage * (percent / 100))
            end
        end)
        return damage
    end

    --- The first imbuement of a weapon that turns damage into that of an element.
    function items.imbued_element(item)
        for slot = 0, item.custom and items.imbuement_slots(item) - 1 or -1 do
            local imbuement = items.imbuement_in(item, slot)
            if imbuement and imbuement.combat_type ~= enum("COMBAT_NONE") then
                return imbuement
            end
        end
    end

    --- The chance that boots end a paralysis when another comes, and whether they throw back those of players.
    ---@return number percent
    ---@return boolean deflects
    function items.imbued_against_paralysis(player)
        local boots, chance, deflects = player.inventory and player.inventory[enum("CONST_SLOT_FEET")], 0, false
        if boots then
            each(boots, function(_, imbuement)
                if imbuement.category == PARALYSIS_DEFLECTION then
                    local own = imbuement.paralysis_chance
                    own = own ~= 0 and own or ({ 15, 25, 50 })[imbuement.base] or 0
                    chance, deflects = max(chance, own), deflects or imbuement.deflects_players == true
                end
            end)
        end
        return chance, deflects
    end
end
