--- What does nothing to a kind of monster: MonsterType:combatImmunities and conditionImmunities.

local context = ...
local raw = context.raw

local DAMAGES = {
    physical = "PHYSICALDAMAGE", energy = "ENERGYDAMAGE", fire = "FIREDAMAGE", poison = "EARTHDAMAGE",
    earth = "EARTHDAMAGE", drown = "DROWNDAMAGE", ice = "ICEDAMAGE", holy = "HOLYDAMAGE", death = "DEATHDAMAGE",
    lifedrain = "LIFEDRAIN", manadrain = "MANADRAIN", agony = "AGONYDAMAGE", neutral = "NEUTRALDAMAGE",
}
local CONDITIONS = {
    physical = "BLEEDING", energy = "ENERGY", fire = "FIRE", poison = "POISON", earth = "POISON", drown = "DROWN",
    ice = "FREEZING", holy = "DAZZLED", death = "CURSED", paralyze = "PARALYZE", outfit = "OUTFIT", drunk = "DRUNK",
    invisible = "INVISIBLE", invisibility = "INVISIBLE", bleed = "BLEEDING",
}

---@param server table
---@param monsters table
return function(server, monsters)
    local arguments, tfs, enum = server.arguments, server.tfs, server.parts.enums.get

    --- The kind of damage of an immunity's name.
    function monsters.damage_named(name)
        local key = DAMAGES[name]
        return key and enum("COMBAT_" .. key)
    end

    --- The kind of condition of an immunity's name.
    function monsters.condition_named(name)
        local key = CONDITIONS[name]
        return key and enum("CONDITION_" .. key)
    end

    local function sum(list)
        local number = 0
        for value in raw.pairs(list or {}) do
            number = number + value
        end
        return number
    end

    -- TFS tells a mask; Canary a list whose numbers are all 0 or 1, as it pushes truth values.
    local function told(list, count)
        if tfs then
            return sum(list)
        end
        local result = {}
        for at = 0, count - 1 do
            result[at] = list and list[at] and 1 or 0
        end
        return result
    end

    local function both(list_name, named, count, complaint)
        return function(kind, ...)
            if raw.select("#", ...) == 0 then
                return told(kind[list_name], count)
            end
            local text = arguments.string((...))
            local value = named(text)
            if not value then
                server:log("warning", complaint(text, kind.name))
                return nil
            end
            monsters.list(kind, list_name)[value] = true
            return true
        end
    end

    local function unknown(text, name)
        return "[Warning - Monsters::loadMonster] Unknown immunity name " .. text .. " for monster: " .. name
    end

    local of = monsters.type_tools.of
    -- Canary tells of one kind more than there is.
    local damage_kinds = tfs and (enum("COMBAT_COUNT") or 13) or 14
    server.userdata.methods("MonsterType", {
        combatImmunities = of(both("damage_immunities", monsters.damage_named, damage_kinds,
            function(text, name)
                return tfs and unknown(text, name)
                    or "[MonsterTypeFunctions::luaMonsterTypeCombatImmunities] - Unknown immunity name " .. text
                        .. " for monster: " .. name
            end)),
        conditionImmunities = of(both("condition_immunities", monsters.condition_named, enum("CONDITION_COUNT") or 50,
            function(text, name)
                return tfs and unknown(text, name)
                    or "[MonsterTypeFunctions::luaMonsterTypeConditionImmunities] - Unknown immunity name: " .. text
                        .. " for monster: " .. name
            end)),
    })
end
