--- The class Combat of scripts.

local context = ...
local raw = context.raw
local type = raw.type

return function(server, combat)
    local userdata, arguments, tfs, parts = server.userdata, server.arguments, server.tfs, server.parts
    local get, number, u32 = userdata.get, arguments.number, arguments.u32
    local enum, world, VARIANT = parts.enums.get, combat.world, combat.VARIANT
    local POFF = enum("CONST_ME_POFF")
    local NOT_FOUND = "Combat not found"

    -- Parameters by COMBAT_PARAM_*: field, and how the number is kept.
    local function flag(value)
        return value ~= 0
    end
    local function byte(value)
        return value % 256
    end
    local function word(value)
        return value % 65536
    end
    local function same(value)
        return value
    end
    local narrow = tfs and byte or word
    local PARAMS = {}
    for name, what in raw.pairs({
        TYPE = { "type", tfs and word or byte },
        EFFECT = { "effect", narrow },
        DISTANCEEFFECT = { "distance_effect", narrow },
        BLOCKARMOR = { "blocked_by_armor", flag },
        BLOCKSHIELD = { "blocked_by_shield", flag },
        TARGETCASTERORTOPMOST = { "target_caster_or_topmost", flag },
        CREATEITEM = { "item_id", word },
        AGGRESSIVE = { "aggressive", flag },
        DISPEL = { "dispel", tfs and same or byte },
        USECHARGES = { "use_charges", flag },
        IMPACTSOUND = { "impact_sound", word },
        CASTSOUND = { "cast_sound", word },
        CHAIN_EFFECT = { "chain_effect", word },
    }) do
        local key = enum("COMBAT_PARAM_" .. name)
        if key then
            PARAMS[key] = what
        end
    end

    --- Makes a combat.
    ---@param params table|nil
    function combat.make(params)
        return {
            class_name = "Combat",
            params = params or combat.params_of(),
            formula = enum("COMBAT_FORMULA_UNDEFINED"),
            min_a = 0,
            min_b = 0,
            max_a = 0,
            max_b = 0,
        }
    end

    --- Sets a parameter of a combat.
    ---@param object table
    ---@param key number COMBAT_PARAM_*
    ---@param value number
    function combat.set_param(object, key, value)
        local what = PARAMS[key]
        if what then
            object.params[what[1]] = what[2](value)
        end
        return what ~= nil
    end

    userdata.class("Combat", nil, function()
        local object = combat.make()
        combat.last_made = object
        combat.last = object
        return userdata.push(object)
    end)
    if tfs then
        userdata.metamethod("Combat", "__gc", function(self)
            local object = get(self, "Combat")
            if object then
                userdata.drop(object)
            end
        end)
    end
    userdata.metamethod("Combat", "__eq")

    local function method(fn)
        return function(self, ...)
            local object = get(self, "Combat")
            if not object then
                if tfs then
                    server:report(NOT_FOUND)
                end
                return nil
            end
            return fn(object, ...)
        end
    end

    local function creature_of(value)
        if type(value) == "userdata" then
            return get(value, "Creature")
        elseif value == nil then
            return nil
        end
        return parts.creatures.by_id(u32(value))
    end
    combat.creature_of = creature_of

    local function to_place(object, caster, place)
        return combat.on_place(object, caster, place)
    end

    local function execute(object, caster, variant)
        local kind = variant.type
        if kind == VARIANT.NUMBER then
            local target = parts.creatures.by_id(variant.number)
            if not target then
                return false
            elseif object.area then
                to_place(object, caster, combat.place_of(target))
            else
                combat.on_creature(object, caster, target)
            end
            return true
        elseif kind == VARIANT.POSITION then
            return to_place(object, caster, variant.pos)
        elseif kind == VARIANT.TARGETPOSITION then
            if object.area then
                return to_place(object, caster, variant.pos)
            end
            local from = caster and combat.place_of(caster) or variant.pos
            combat.post_effects(caster, from, variant.pos, object.params)
            world.effect_at(variant.pos.x, variant.pos.y, variant.pos.z, POFF)
            return true
        elseif kind == VARIANT.STRING then
            local target = parts.creatures.by_name(variant.string)
            if not target or target.class_name ~= "Player" then
                return false
            end
            return combat.on_creature(object, caster, target)
        elseif kind == VARIANT.NONE then
            server:report("Variant not found")
            return false
        end
        return true
    end

    --- Does a combat as `combat:execute` does.
    ---@param object table
    ---@param caster table|nil
    ---@param variant table see variant.lua
    ---@return boolean
    function combat.execute(object, caster, variant)
        if not tfs then
            object.instant_name, object.rune_name = variant.instant_name, variant.rune_name
        end
        local done = execute(object, caster, variant)
        return tfs and done ~= false or done
    end

    local methods = {
        setParameter = method(function(object, key, value)
            if type(value) == "boolean" then
                value = value and 1 or 0
            else
                value = u32(value)
            end
            combat.set_param(object, arguments.enum32(key), value)
            return true
        end),
        setFormula = method(function(object, kind, min_a, min_b, max_a, max_b)
            object.formula = number(kind)
            object.min_a, object.min_b = number(min_a), number(min_b)
            object.max_a, object.max_b = number(max_a), number(max_b)
            return true
        end),
        setArea = function(self, id)
            if not combat.is_loading() then
                server:report("This function can only be used while loading the script.")
                return nil
            end
            local area = combat.area(u32(id))
            if not area then
                server:report("Area not found")
                return nil
            end
            local object = get(self, "Combat")
            if not object then
                if tfs then
                    server:report(NOT_FOUND)
                end
                return nil
            end
            object.area = area
            return true
        end,
        addCondition = method(function(object, value)
            local condition = get(value, "Condition")
            if not condition then
                return nil
            end
            local list = object.params.conditions
            if not list then
                list = {}
                object.params.conditions = list
            end
            list[#list + 1] = parts.conditions.clone(condition)
            return true
        end),
        setCallback = method(function(object, key, name)
            return combat.set_callback(object.params, arguments.enum32(key), arguments.string(name))
        end),
        setOrigin = method(function(object, origin)
            object.params.origin = tfs and arguments.enum32(origin) or arguments.enum8(origin)
            return true
        end),
        execute = function(self, caster, variant)
            local object = get(self, "Combat")
            if not object then
                if tfs then
                    server:report(NOT_FOUND)
                    return nil
                end
                return false
            end
            local creature = creature_of(caster)
            if type(caster) == "userdata" and not creature then
                return false
            elseif not creature and not tfs then
                return false
            end
            return combat.execute(object, creature, combat.take_variant(variant))
        end,
    }
    if tfs then
        methods.delete = function(self)
            local object = get(self, "Combat")
            if object then
                userdata.drop(object)
            end
        end
        methods.getParameter = method(function(object, key)
            local what = PARAMS[arguments.enum32(key)]
            local value = what and object.params[what[1]]
            if value == true then
                return 1
            elseif value == false or (what and value == nil) then
                return 0
            end
            return value
        end)
        methods.clearConditions = method(function(object)
            object.params.conditions = nil
            return true
        end)
    end
    userdata.methods("Combat", methods)
end
