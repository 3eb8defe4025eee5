--- The class Variant of scripts: at what something is cast.

local context = ...
local raw = context.raw
local type = raw.type

return function(server, combat)
    local userdata, arguments, tfs, map = server.userdata, server.arguments, server.tfs, server.parts.map
    local NONE, NUMBER, POSITION, TARGETPOSITION, STRING = 0, 1, 2, 3, 4
    if tfs then
        NONE, NUMBER, POSITION, TARGETPOSITION, STRING = -1, 0, 1, 2, 3
    end
    combat.VARIANT = { NONE = NONE, NUMBER = NUMBER, POSITION = POSITION, TARGETPOSITION = TARGETPOSITION,
        STRING = STRING }

    --- Gives a variant to a script: { type, number, string, pos = { x, y, z } }.
    ---@param variant table
    function combat.push_variant(variant)
        local value = { type = variant.type }
        if variant.type == NUMBER then
            value.number = variant.number
        elseif variant.type == STRING then
            value.string = variant.string
        elseif variant.type == POSITION or variant.type == TARGETPOSITION then
            local place = variant.pos
            value.pos = map.push_position(place.x, place.y, place.z, 0)
        end
        if not tfs then
            value.instantName, value.runeName = variant.instant_name or "", variant.rune_name or ""
        end
        return raw.setmetatable(value, userdata.metatables.Variant)
    end
    local push = combat.push_variant

    local index = server.arguments.field

    --- What a script passed as a variant.
    ---@return table
    function combat.take_variant(value)
        local variant = {}
        if not tfs then
            variant.instant_name = arguments.string(index(value, "instantName"))
            variant.rune_name = arguments.string(index(value, "runeName"))
        end
        local kind = arguments.i32(index(value, "type"))
        variant.type = kind
        if kind == NUMBER then
            variant.number = arguments.u32(value.number)
        elseif kind == STRING then
            variant.string = arguments.string(value.string)
        elseif kind == POSITION or kind == TARGETPOSITION then
            local x, y, z = map.take_position(value.pos)
            variant.pos = { x = x, y = y, z = z }
        elseif tfs then
            variant.type, variant.number = NUMBER, 0
        else
            variant.type = NONE
        end
        return variant
    end
    local take = combat.take_variant

    userdata.table_class("Variant", function(_, value)
        local variant = { type = NONE }
        if tfs then
            variant = { type = NUMBER, number = 0 }
        end
        local kind = type(value)
        if kind == "userdata" then
            local thing = map.thing_of(value)
            if thing then
                local where = map.is_creature(thing) and server.parts.creatures or server.parts.items
                local x, y, z = where.position(thing)
                variant = { type = TARGETPOSITION, pos = { x = x, y = y, z = z } }
            end
        elseif kind == "table" then
            local x, y, z = map.take_position(value)
            variant = { type = POSITION, pos = { x = x, y = y, z = z } }
        elseif kind == "number" then
            variant = { type = NUMBER, number = arguments.u32(value) }
        elseif kind == "string" then
            variant = { type = STRING, string = value }
        end
        return push(variant)
    end)

    userdata.methods("Variant", {
        getNumber = function(self)
            local variant = take(self)
            return variant.type == NUMBER and variant.number or 0
        end,
        getString = function(self)
            local variant = take(self)
            return variant.type == STRING and variant.string or ""
        end,
        getPosition = function(self)
            local place = take(self).pos or { x = 0, y = 0, z = 0 }
            return map.push_position(place.x, place.y, place.z, 0)
        end,
    })
end
