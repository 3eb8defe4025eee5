--- Damage and parameters of combats as records; numbers as C++ keeps them.

local context = ...
local raw = context.raw
local abs, floor = raw.math.abs, raw.math.floor

return function(server, combat)
    local enum, tfs = server.parts.enums.get, server.tfs
    local NONE = enum("COMBAT_NONE")
    combat.NONE = NONE

    --- Cuts off what is behind the point, as C++ does with whole numbers.
    ---@param value number
    function combat.whole(value)
        return value < 0 and -floor(-value) or floor(value)
    end

    --- The nearest number of single precision, as C++ has it in a float.
    ---@param value number
    function combat.single(value)
        local high = value * 536870913
        return high - (high - value)
    end

    --- Rounds, halves away from zero.
    ---@param value number
    function combat.round(value)
        return value < 0 and -floor(-value + 0.5) or floor(value + 0.5)
    end

    --- Half of a whole number, towards zero.
    function combat.half(value)
        return value < 0 and -floor(-value / 2) or floor(value / 2)
    end

    --- Makes a damage record.
    ---@param type number|nil COMBAT_*
    ---@param value number|nil
    ---@param origin number|nil ORIGIN_*
    function combat.damage_of(type, value, origin)
        return {
            primary = { type = type or NONE, value = value or 0 },
            secondary = { type = NONE, value = 0 },
            origin = origin or 0,
            affected = 1,
        }
    end

    --- A damage record of its own that is like another.
    function combat.copy_damage(damage)
        local copy = {}
        for key, value in raw.pairs(damage) do
            copy[key] = value
        end
        copy.primary = { type = damage.primary.type, value = damage.primary.value }
        local second = damage.secondary
        copy.secondary = { type = second and second.type or NONE, value = second and second.value or 0 }
        return copy
    end

    --- Makes parameters of a combat as a new one has them.
    ---@param fields table|nil what differs
    function combat.params_of(fields)
        local params = {
            type = NONE,
            effect = 0,
            distance_effect = 0,
            aggressive = true,
            item_id = 0,
            dispel = 0,
            origin = enum("ORIGIN_SPELL"),
            cast_sound = 0,
            impact_sound = 0,
            chain_effect = 0,
        }
        for key, value in raw.pairs(fields or {}) do
            params[key] = value
        end
        return params
    end

    --- Makes both values positive.
    function combat.make_positive(damage)
        damage.primary.value, damage.secondary.value = abs(damage.primary.value), abs(damage.secondary.value)
    end

    combat.BLOCK = { NONE = 0, DEFENSE = 1, ARMOR = 2, IMMUNITY = 3, DODGE = 4 }

    --- Number of an element for tables of items: the bit of it (TFS), or the number itself.
    function combat.element_index(type)
        if not tfs then
            return type
        end
        local index = 0
        while type > 1 do
            type, index = type / 2, index + 1
        end
        return index
    end
end
