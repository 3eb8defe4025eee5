--- Global functions that do combat without a Combat: doTargetCombat, doAreaCombatHealth, doChallengeCreature, ….

local context = ...
local raw = context.raw
local type = raw.type

return function(server, combat)
    local userdata, arguments, tfs, parts = server.userdata, server.arguments, server.tfs, server.parts
    local number, i32, u32, boolean = arguments.number, arguments.i32, arguments.u32, arguments.boolean
    local enum = parts.enums.get
    local kind_of = tfs and arguments.enum16 or arguments.enum8
    local HEALING, MANADRAIN, SPELL = enum("COMBAT_HEALING"), enum("COMBAT_MANADRAIN"), enum("ORIGIN_SPELL")

    -- Who does it: nobody with the number 0. The second result tells whether that is right.
    local function caster_of(value)
        local creature = combat.creature_of(value)
        if creature or (type(value) == "number" and u32(value) == 0) then
            return creature, true
        end
        server:report("Creature not found")
        return nil, false
    end

    local function target_of(value)
        local creature = combat.creature_of(value)
        if not creature then
            server:report("Creature not found")
        end
        return creature
    end

    local function effect_of(value)
        return tfs and arguments.u8(value) or arguments.u16(value)
    end

    local function area_of(value)
        local id = u32(value)
        local area = combat.area(id)
        if not area and id ~= 0 then
            server:report("Area not found")
            return nil, false
        end
        return area, true
    end

    local function place_of(value)
        local x, y, z = parts.map.take_position(value)
        return { x = x, y = y, z = z }
    end

    local function rolled(kind, low, high, origin)
        local value = parts.random.normal(i32(low), i32(high))
        return combat.damage_of(kind, value, origin == nil and SPELL or number(origin))
    end

    local function challenge(caster, target, option)
        local creature = combat.creature_of(caster)
        if not creature then
            server:report("Creature not found")
            return false
        end
        local other = target_of(target)
        if not other then
            return false
        end
        if other.class_name == "Monster" then
            if tfs then
                parts.monsters.challenge(other, creature, boolean(option, false))
            else
                parts.monsters.challenge(other, creature, option == nil and 6000 or i32(option))
            end
        end
        return true
    end

    if tfs then
        server:globals({
            doChallengeCreature = challenge,
            doTargetCombat = function(cid, target, kind, low, high, effect, origin, armor, shield, ignore)
                local caster, fine = caster_of(cid)
                local creature = fine and target_of(target)
                if not creature then
                    return false
                end
                local params = combat.params_of({
                    type = kind_of(kind),
                    effect = effect_of(effect),
                    blocked_by_armor = boolean(armor, false),
                    blocked_by_shield = boolean(shield, false),
                    ignore_resistances = boolean(ignore, false),
                })
                combat.target(caster, creature, rolled(params.type, low, high, origin), params)
                return true
            end,
            doAreaCombat = function(cid, kind, position, area, low, high, effect, origin, armor, shield, ignore)
                local caster, fine = caster_of(cid)
                if not fine then
                    return false
                end
                local found
                found, fine = area_of(area)
                if not fine then
                    return false
                end
                local params = combat.params_of({
                    type = kind_of(kind),
                    effect = effect_of(effect),
                    blocked_by_armor = boolean(armor, false),
                    blocked_by_shield = boolean(shield, false),
                    ignore_resistances = boolean(ignore, false),
                })
                local damage = rolled(params.type, low, high, origin)
                combat.area_damage(caster, place_of(position), found, damage, params)
                return true
            end,
        })
        return
    end

    -- Canary. `at` is a place, or a creature where `single` says so.
    local function prepared(cid, at, single, area)
        local caster, fine = caster_of(cid)
        if not fine then
            return nil
        end
        local what = { caster = caster }
        if single then
            what.target = target_of(at)
            fine = what.target ~= nil
        else
            what.area, fine = area_of(area)
            what.place = at
        end
        return fine and what or nil
    end

    local function condition_of(value)
        local condition = userdata.get(value, "Condition")
        if not condition then
            server:report("Condition not found")
        end
        return condition
    end

    server:globals({
        doChallengeCreature = challenge,
        doTargetCombatHealth = function(cid, target, kind, low, high, effect, origin)
            local what = prepared(cid, target, true)
            if not what then
                return false
            end
            local type_of = kind_of(kind)
            local damage = rolled(type_of, low, high, origin)
            local heals = type_of == HEALING or (type_of == MANADRAIN and damage.primary.value > 0)
            local params = combat.params_of({ type = type_of, effect = effect_of(effect), aggressive = not heals })
            combat.target(what.caster, what.target, damage, params)
            return true
        end,
        doAreaCombatHealth = function(cid, kind, position, area, low, high, effect, origin)
            local what = prepared(cid, position, false, area)
            if not what then
                return false
            end
            local type_of = kind_of(kind)
            -- The server takes the highest for the lowest; it is the same to it.
            local damage = rolled(type_of, high, low, origin)
            local params = combat.params_of({ type = type_of, effect = effect_of(effect) })
            combat.over_area("health", what.caster, place_of(position), what.area, damage, params)
            return true
        end,
        doTargetCombatMana = function(cid, target, low, high, effect, origin)
            local what = prepared(cid, target, true)
            if not what then
                return false
            end
            local damage = rolled(MANADRAIN, low, high, origin)
            local params = combat.params_of({ effect = effect_of(effect), aggressive = i32(low) + i32(high) < 0 })
            combat.target_mana(what.caster, what.target, damage, params)
            return true
        end,
        doAreaCombatMana = function(cid, position, area, low, high, effect, origin)
            local what = prepared(cid, position, false, area)
            if not what then
                return false
            end
            local damage = rolled(MANADRAIN, low, high, origin)
            local params = combat.params_of({ effect = effect_of(effect) })
            combat.over_area("mana", what.caster, place_of(position), what.area, damage, params)
            return true
        end,
        doTargetCombatCondition = function(cid, target, value, effect)
            local what = prepared(cid, target, true)
            local condition = what and condition_of(value)
            if not condition then
                return false
            end
            local params = combat.params_of({ effect = effect_of(effect), conditions = { condition } })
            combat.target_condition(what.caster, what.target, params)
            return true
        end,
        doAreaCombatCondition = function(cid, position, area, value, effect)
            local caster, fine = caster_of(cid)
            local condition = fine and condition_of(value)
            if not condition then
                return false
            end
            local found
            found, fine = area_of(area)
            if not fine then
                return false
            end
            local params = combat.params_of({ effect = effect_of(effect), conditions = { condition } })
            combat.over_area("condition", caster, place_of(position), found, nil, params)
            return true
        end,
        doTargetCombatDispel = function(cid, target, kind, effect)
            local what = prepared(cid, target, true)
            if not what then
                return false
            end
            local params = combat.params_of({ effect = effect_of(effect), dispel = kind_of(kind) })
            combat.target_dispel(what.caster, what.target, params)
            return true
        end,
        doAreaCombatDispel = function(cid, position, area, kind, effect)
            local what = prepared(cid, position, false, area)
            if not what then
                return false
            end
            local params = combat.params_of({ effect = effect_of(effect), dispel = kind_of(kind) })
            combat.over_area("dispel", what.caster, place_of(position), what.area, nil, params)
            return true
        end,
    })
end
