--- A creature's conditions: adding, finding, removing, and what goes on while they last.

local context = ...
local raw = context.raw
local insert, kind_of, remove = raw.table.insert, raw.type, raw.table.remove

-- What a player is told of a condition that an attack brought.
local TOLD = {
    POISON = "You are poisoned.",
    DROWN = "You are drowning.",
    PARALYZE = "You are paralyzed.",
    DRUNK = "You are drunk.",
    CURSED = "You are cursed.",
    FREEZING = "You are freezing.",
    DAZZLED = "You are dazzled.",
    BLEEDING = "You are bleeding.",
    ROOT = "You are rooted.",
    ROOTED = "You are rooted.",
    LESSERHEX = "You are hexed.",
    INTENSEHEX = "You are hexed.",
    GREATERHEX = "You are hexed.",
    FEARED = "You are feared.",
    AGONY = "You are in agony.",
}
-- Canary: of these, one can't come soon after another.
local SPACED = { "POISON", "FIRE", "ENERGY", "BLEEDING", "PARALYZE", "DROWN", "FREEZING", "CURSED" }

return function(server, conditions)
    local tfs, types = server.tfs, conditions.types
    local time = conditions.time
    local enum = server.parts.enums.get
    local TEXT = enum(tfs and "MESSAGE_STATUS_DEFAULT" or "MESSAGE_FAILURE")
    local spaced = {}
    for at = 1, #SPACED do
        spaced[types[SPACED[at]] or -1] = true
    end

    --- Whether something a creature wears keeps conditions of a type from it.
    ---@param creature table
    ---@param type number
    function conditions.suppressed(creature, type)
        if creature.class_name ~= "Player" then
            return false
        end
        if spaced[type] and not tfs then
            local last = creature.last_conditions and creature.last_conditions[type]
            if last and time() - last < server.parts.config.number("MIN_DELAY_BETWEEN_CONDITIONS") then
                return true
            end
        end
        local suppressions = creature.condition_suppressions
        return suppressions ~= nil and (suppressions[type] or 0) > 0
    end
    local suppressed = conditions.suppressed

    --- Begins or ends keeping conditions of a type from a player, as things that are worn do.
    ---@param player table
    ---@param type number
    ---@param on boolean
    function conditions.suppress(player, type, on)
        local list = player.condition_suppressions
        if not list then
            list = {}
            player.condition_suppressions = list
        end
        local count = (list[type] or 0) + (on and 1 or -1)
        list[type] = count > 0 and count or nil
    end

    --- The first condition of a type.
    ---@return table|nil
    function conditions.get_type(creature, type)
        local list = creature.conditions
        for at = 1, list and #list or 0 do
            if list[at].type == type then
                return list[at]
            end
        end
    end

    --- The condition of a type, an id and a sub id.
    ---@param creature table
    ---@param type number
    ---@param id number|nil CONDITIONID_COMBAT unless given
    ---@param sub_id number|nil 0 unless given
    ---@return table|nil
    function conditions.get(creature, type, id, sub_id)
        id, sub_id = id or 0, sub_id or 0
        local list = creature.conditions
        for at = 1, list and #list or 0 do
            local condition = list[at]
            if condition.type == type and condition.id == id and condition.sub_id == sub_id then
                return condition
            end
        end
    end

    --- Whether a creature is in a condition of a type, with any id, that isn't over.
    ---@param creature table
    ---@param type number
    ---@param sub_id number|nil
    ---@return boolean
    function conditions.has(creature, type, sub_id)
        local list = creature.conditions
        local count = list and #list or 0
        if count == 0 or suppressed(creature, type) then
            return false
        end
        sub_id = sub_id or 0
        local now = time()
        for at = 1, count do
            local condition = list[at]
            if condition.type == type and condition.sub_id == sub_id
                and (condition.end_time >= now or condition.ticks == -1) then
                return true
            end
        end
        return false
    end

    local function added_to(creature, type)
        if creature.class_name == "Monster" then
            conditions.world.update_idle(creature)
            return
        elseif type == types.PARALYZE and conditions.has(creature, types.HASTE) then
            conditions.remove_type(creature, types.HASTE)
        elseif type == types.HASTE and conditions.has(creature, types.PARALYZE) then
            conditions.remove_type(creature, types.PARALYZE)
        end
        if creature.class_name == "Player" then
            conditions.world.condition_began(creature, type)
        end
    end

    local function over(creature, condition)
        condition.kind.finish(condition, creature)
        if creature.class_name == "Player" then
            conditions.world.condition_over(creature, condition.type)
        elseif creature.class_name == "Monster" then
            local type = condition.type
            if tfs and (type == types.FIRE or type == types.ENERGY or type == types.POISON) then
                creature.ignore_field_damage = false
            end
            conditions.world.update_idle(creature)
        end
    end

    -- Nobody changes pace in the middle of a step: it is done when the step is.
    local function after_step(creature, fn)
        local delay = conditions.world.walk_delay(creature)
        if delay <= 0 then
            return false
        end
        server.parts.scheduler.after(delay, function()
            if not creature.removed then
                fn()
            end
        end)
        return true
    end

    --- Puts a creature into a condition. The condition is the creature's from then on: give a clone of one that is
    --- used again.
    ---@param creature table
    ---@param condition table
    ---@param force boolean|nil TFS: not to wait for the end of a step
    ---@param by_player boolean|nil whether a player brought it
    ---@return boolean whether it came about
    function conditions.add(creature, condition, force, by_player)
        local type = condition.type
        if tfs then
            if not force and type == types.HASTE and conditions.has(creature, types.PARALYZE) then
                local waits = after_step(creature, function()
                    conditions.add(creature, condition, true)
                end)
                if waits then
                    return false
                end
            end
        elseif suppressed(creature, type, by_player) then
            return false
        end
        local known = conditions.get(creature, type, condition.id, condition.sub_id)
        if known then
            known.kind.merge(known, creature, condition)
            return true
        end
        if not condition.kind.start(condition, creature) then
            return false
        end
        local list = creature.conditions
        if not list then
            list = {}
            creature.conditions = list
        end
        insert(list, condition)
        -- The type is asked again: a change of speed decides it.
        added_to(creature, condition.type)
        return true
    end

    --- The same for conditions that an attack brings: players are told.
    function conditions.add_combat(creature, condition, by_player)
        local type = condition.type
        if not conditions.add(creature, condition, nil, by_player) then
            return false
        end
        if creature.class_name == "Player" then
            if not tfs and spaced[type] then
                creature.last_conditions = creature.last_conditions or {}
                creature.last_conditions[type] = time()
            end
            local text = TOLD[conditions.names[type]]
            if text then
                conditions.world.text(creature, TEXT, text)
            end
        end
        return true
    end

    local function position_of(creature, condition)
        local list = creature.conditions
        for at = 1, list and #list or 0 do
            if list[at] == condition then
                return at
            end
        end
    end

    --- Ends one condition of a creature.
    ---@param creature table
    ---@param condition table as conditions.get gave it
    ---@param force boolean|nil TFS: not to wait for the end of a step
    function conditions.remove_one(creature, condition, force)
        local at = position_of(creature, condition)
        if not at then
            return
        elseif tfs and not force and condition.type == types.PARALYZE then
            local waits = after_step(creature, function()
                conditions.remove_type(creature, types.PARALYZE, true)
            end)
            if waits then
                return
            end
        end
        remove(creature.conditions, at)
        over(creature, condition)
    end

    -- Ends all of a type, of an id unless that is nil.
    local function end_all(creature, type, id, waits)
        local list = creature.conditions
        local at = 1
        while list and at <= #list do
            local condition = list[at]
            if condition.type ~= type or (id and condition.id ~= id) then
                at = at + 1
            else
                if waits and type == types.PARALYZE then
                    local later = after_step(creature, function()
                        end_all(creature, type, not tfs and id or nil, false)
                    end)
                    if later then
                        return
                    end
                end
                remove(list, at)
                over(creature, condition)
            end
        end
    end

    --- Ends all conditions of a type.
    ---@param creature table
    ---@param type number
    ---@param force boolean|nil TFS: not to wait for the end of a step
    function conditions.remove_type(creature, type, force)
        end_all(creature, type, nil, tfs and not force)
    end

    --- Ends all conditions of a type and an id.
    ---@param creature table
    ---@param type number
    ---@param id number
    ---@param force boolean|nil not to wait for the end of a step
    function conditions.remove_all(creature, type, id, force)
        end_all(creature, type, id, not force)
    end

    --- Ends a condition of a creature: one that conditions.get gave, or that of a type, an id and a sub id.
    ---@param creature table
    ---@param what table|number
    ---@param id boolean|number|nil with a condition: not to wait for the end of a step (TFS)
    ---@param sub_id number|nil
    ---@param force boolean|nil
    ---@return boolean whether there was one
    function conditions.remove(creature, what, id, sub_id, force)
        if kind_of(what) == "table" then
            conditions.remove_one(creature, what, id)
            return true
        end
        local condition = conditions.get(creature, what, id, sub_id)
        if not condition then
            return false
        elseif tfs or (sub_id or 0) ~= 0 then
            conditions.remove_one(creature, condition, force)
        else
            conditions.remove_all(creature, what, id or 0, force)
        end
        return true
    end

    -- What an attack takes away, a player doesn't always lose at once.
    local function lose(player, condition)
        if condition.id > 0 then
            if conditions.world.is_pvp_enforced() then
                local item = player.inventory and player.inventory[condition.id]
                if item and server.parts.random.uniform(1, 100) <= 25 then
                    conditions.world.remove_item(item)
                end
            end
            return
        end
        local delay = conditions.world.action_delay(player)
        if delay <= 0 then
            return conditions.remove_one(player, condition)
        end
        local ticks = delay - delay % conditions.INTERVAL
        if ticks < 0 or (not tfs and condition.type == types.PARALYZE) then
            conditions.remove_one(player, condition)
        else
            conditions.set_ticks(condition, ticks)
        end
    end

    --- Ends what an attack or a spell takes away.
    function conditions.remove_combat(creature, type)
        local found
        local list = creature.conditions
        for at = 1, list and #list or 0 do
            if list[at].type == type then
                found = found or {}
                found[#found + 1] = list[at]
            end
        end
        for at = 1, found and #found or 0 do
            if creature.class_name == "Player" then
                lose(creature, found[at])
            else
                conditions.remove_one(creature, found[at])
            end
        end
    end

    --- Lets time pass for all conditions of a creature, at each think of it.
    ---@param creature table
    ---@param interval number milliseconds
    function conditions.execute(creature, interval)
        local list = creature.conditions
        if not list or #list == 0 then
            return
        end
        local copy = {}
        for at = 1, #list do
            copy[at] = list[at]
        end
        for at = 1, #copy do
            local condition = copy[at]
            if position_of(creature, condition) and not condition.kind.execute(condition, creature, interval) then
                local place = position_of(creature, condition)
                if place then
                    remove(creature.conditions, place)
                    over(creature, condition)
                end
            end
        end
    end

    --- Ends what doesn't outlive a player's death, without telling.
    ---@param player table
    ---@param last boolean|nil whether it is over for good
    function conditions.died(player, last)
        local list = player.conditions
        local at = 1
        while list and at <= #list do
            local condition = list[at]
            if last or conditions.ends_with_death(condition) then
                remove(list, at)
                over(player, condition)
            else
                at = at + 1
            end
        end
    end

    --- Icons of all conditions of a creature, as numbers of the client's.
    ---@param creature table
    ---@return table<string, boolean>
    function conditions.icons_of(creature)
        local found = {}
        local list = creature.conditions
        for at = 1, list and #list or 0 do
            local condition = list[at]
            if not suppressed(creature, condition.type) then
                local names = {}
                if condition.buff then
                    names[1] = "PartyBuff"
                end
                if condition.kind.icons then
                    condition.kind.icons(condition, names)
                end
                for index = 1, #names do
                    found[names[index]] = true
                end
            end
        end
        return found
    end
end
