--- What worn items do to who wears them, from when they are put on until they are taken off.

local context = ...
local raw = context.raw
local floor, ipairs = raw.math.floor, raw.ipairs

local MAX_HEALTH, MAX_MANA, MAGIC = 0, 1, 3
local LAST_STAT, LAST_SKILL, LAST_SPECIAL = 4, 12, 5
local FOR_EVER = -1
local REGENERATION = {
    { "health_gain", "CONDITION_PARAM_HEALTHGAIN", "RATE_HEALTH_REGEN" },
    { "health_ticks", "CONDITION_PARAM_HEALTHTICKS", "RATE_HEALTH_REGEN_SPEED" },
    { "mana_gain", "CONDITION_PARAM_MANAGAIN", "RATE_MANA_REGEN" },
    { "mana_ticks", "CONDITION_PARAM_MANATICKS", "RATE_MANA_REGEN_SPEED" },
}

return function(server, items)
    local tfs = server.tfs
    local enum = server.parts.enums.get

    --- Whether what is worn in a slot does what it does: not while its wearer may not use it.
    ---@param player table
    ---@param slot number
    function items.ability_enabled(player, slot)
        return player.worn ~= nil and player.worn[slot] == true
    end

    local function set_enabled(player, slot, enabled)
        player.worn = player.worn or {}
        player.worn[slot] = enabled or nil
    end

    -- A condition lasts while the item is worn; its id is the slot.
    local function set_condition(player, name, slot, on, params)
        local conditions = server.parts.conditions
        local kind = enum("CONDITION_" .. name)
        if not on then
            conditions.remove(player, kind, slot)
            return
        end
        local condition = conditions.make(slot, kind, FOR_EVER, 0)
        for _, param in ipairs(params or {}) do
            conditions.set_param(condition, param[1], param[2])
        end
        conditions.add(player, condition)
    end

    local function regeneration(abilities)
        local params = {}
        for _, entry in ipairs(REGENERATION) do
            local value = abilities[entry[1]] or 0
            if not tfs and value ~= 0 then
                local rate = server.parts.config.get(entry[3]) or 1
                value = floor(raw.string.find(entry[1], "ticks", 1, true) and value / rate or value * rate)
            end
            if value ~= 0 then
                params[#params + 1] = { enum(entry[2]), value }
            end
        end
        return params
    end

    local function default_stat(player, stat)
        if stat == MAX_HEALTH then
            return player.max_health
        elseif stat == MAX_MANA then
            return player.max_mana
        elseif stat == MAGIC then
            return player.magic_level
        end
        return 0
    end

    local function change_numbers(player, abilities, sign)
        local players = server.parts.players
        for skill = 0, LAST_SKILL do
            local value = abilities.skills and abilities.skills[skill] or 0
            if value ~= 0 then
                players.add_var_skill(player, skill, sign * value)
            end
        end
        for special = 0, LAST_SPECIAL do
            local value = abilities.special_skills and abilities.special_skills[special] or 0
            if value ~= 0 then
                players.add_special_skill(player, special, sign * value)
            end
        end
        for stat = 0, LAST_STAT do
            local value = abilities.stats and abilities.stats[stat] or 0
            local percent = abilities.stats_percent and abilities.stats_percent[stat] or 0
            if value ~= 0 then
                players.add_var_stat(player, stat, sign * value)
            end
            if percent ~= 0 then
                local change = default_stat(player, stat) * (percent - 100) / 100
                players.add_var_stat(player, stat, sign * (change < 0 and -floor(-change) or floor(change)))
            end
        end
        if (abilities.speed or 0) ~= 0 then
            server.parts.creatures.change_speed(player, sign * abilities.speed)
        end
    end

    local function apply(player, abilities, slot, on)
        if abilities.invisible then
            set_condition(player, "INVISIBLE", slot, on)
        end
        if abilities.mana_shield then
            set_condition(player, "MANASHIELD", slot, on)
        end
        if abilities.regeneration then
            set_condition(player, "REGENERATION", slot, on, on and regeneration(abilities) or nil)
        end
        for _, condition in ipairs(abilities.suppressed or {}) do
            server.parts.conditions.suppress(player, condition, on)
        end
        change_numbers(player, abilities, on and 1 or -1)
    end

    --- A player wears an item from now on: it becomes what it is when worn, and does what it does.
    ---@param player table
    ---@param item table
    ---@param slot number
    function items.apply_equipment(player, item, slot)
        if tfs and items.ability_enabled(player, slot) then
            return
        end
        local kind = item.type
        if kind.transform_equip_to ~= 0 then
            local worn = items.transform(item, kind.transform_equip_to)
            if tfs then
                -- The form it has now is put on in its turn, and enables the slot.
                if worn then
                    items.start_decay(worn)
                end
            end
        elseif tfs then
            set_enabled(player, slot, true)
        end
        if not tfs then
            if items.ability_enabled(player, slot) then
                return
            end
            set_enabled(player, slot, true)
            items.wear_imbuements(player, item)
        end
        if kind.abilities then
            apply(player, kind.abilities, slot, true)
        end
    end

    --- A player wears an item no more.
    function items.take_off_equipment(player, item, slot)
        if not items.ability_enabled(player, slot) then
            return
        end
        set_enabled(player, slot, false)
        local kind = item.type
        if tfs and kind.transform_deequip_to ~= 0 then
            items.transform(item, kind.transform_deequip_to)
            items.start_decay(item)
        end
        if not tfs then
            items.take_off_imbuements(player, item)
        end
        if kind.abilities then
            apply(player, kind.abilities, slot, false)
        end
        if not tfs and kind.transform_deequip_to ~= 0 then
            items.transform(item, kind.transform_deequip_to)
        end
    end

    --- Nothing was called for a slot that was emptied: it does nothing any more (TFS).
    function items.forget_equipment(player, _, slot)
        set_enabled(player, slot, false)
    end
end
