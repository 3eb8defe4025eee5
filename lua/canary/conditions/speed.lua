--- Haste and paralysis: a change of speed that is told, or worked out by a formula from the speed of the creature.

local context = ...
local raw = context.raw
local floor = raw.math.floor

-- Canary: the formula speaks of what is above this speed, and nobody is slower.
local SLOWEST = 40

local function whole(value)
    return value < 0 and -floor(-value) or floor(value)
end

return function(server, conditions)
    local tfs, base = server.tfs, conditions.base

    -- What the formula gives for a creature.
    local function delta_of(condition, creature)
        local speed = conditions.world.base_speed(creature)
        local from = tfs and speed or speed - SLOWEST
        local low = whole(condition.min_a * from + condition.min_b)
        local high = whole(condition.max_a * from + condition.max_b)
        local delta = server.parts.random.uniform(low, high)
        if tfs then
            return delta
        end
        delta = delta - speed
        if condition.type == conditions.types.PARALYZE and delta < SLOWEST - speed then
            delta = SLOWEST - speed
        end
        return delta
    end

    -- Canary: imbued boots may end a paralysis when another comes, and throw that of a player back. Whether the other
    -- has no effect.
    local function imbued_against(condition, creature, added)
        if condition.type ~= conditions.types.PARALYZE or creature.class_name ~= "Player" then
            return false
        end
        local items = server.parts.items
        local chance, deflects = items.imbued_against_paralysis(creature)
        if chance == 0 and not deflects then
            return false
        end
        local attacker = (added.owner or 0) ~= 0 and server.parts.creatures.by_id(added.owner) or nil
        local thrown = deflects and attacker ~= nil and attacker.class_name == "Player"
        if thrown then
            local _, throws_too = items.imbued_against_paralysis(attacker)
            if not throws_too then
                local back = conditions.clone(added)
                conditions.set_owner(back, 0)
                conditions.add(attacker, back)
            end
        end
        if chance > 0 and server.parts.random.uniform(1, 100) <= chance then
            conditions.remove_type(creature, conditions.types.PARALYZE)
            conditions.world.text(creature, server.env.MESSAGE_EVENT_ADVANCE, "You are unparalyzed by vibrancy.")
            return true
        end
        return thrown
    end

    --- Sets the formula of a change of speed.
    function conditions.set_formula(condition, min_a, min_b, max_a, max_b)
        condition.min_a, condition.min_b, condition.max_a, condition.max_b = min_a, min_b, max_a, max_b
    end

    conditions.kind("speed", {
        made = function(condition, param)
            condition.delta = param
            conditions.set_formula(condition, 0, 0, 0, 0)
        end,
        start = function(condition, creature)
            base.start(condition)
            if condition.delta == 0 then
                condition.delta = delta_of(condition, creature)
            end
            conditions.world.change_speed(creature, condition.delta)
            return true
        end,
        finish = function(condition, creature)
            conditions.world.change_speed(creature, -condition.delta)
        end,
        merge = function(condition, creature, added)
            if condition.type ~= added.type or (not tfs and imbued_against(condition, creature, added))
                or (condition.ticks == -1 and added.ticks > 0) then
                return
            end
            conditions.set_ticks(condition, added.ticks)
            local before = condition.delta
            condition.delta = added.delta
            conditions.set_formula(condition, added.min_a, added.min_b, added.max_a, added.max_b)
            if condition.delta == 0 then
                condition.delta = delta_of(condition, creature)
            end
            if condition.delta ~= before then
                conditions.world.change_speed(creature, condition.delta - before)
            end
        end,
        set_param = function(condition, name, value)
            base.set_param(condition, name, value)
            if not tfs and name == "OWNER" then
                return true
            elseif name ~= "SPEED" then
                return false
            end
            condition.delta = value
            condition.type = value > 0 and conditions.types.HASTE or conditions.types.PARALYZE
            return true
        end,
        get_param = function(condition, name)
            if name == "SPEED" then
                return condition.delta
            end
            return base.get_param(condition, name)
        end,
        icons = function(condition, list)
            list[#list + 1] = condition.type == conditions.types.HASTE and "Haste" or "Paralyze"
        end,
    })
end
