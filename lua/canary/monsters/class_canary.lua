--- Monster: what Canary alone has: other types, the forge, hazards, spells of its own.

local context = ...
local raw = context.raw

---@param server table
---@param monsters table
---@param bind table
---@param not_found string what is reported without a monster
return function(server, monsters, bind, not_found)
    local userdata, arguments = server.userdata, server.arguments
    local select = raw.select
    local function of(fn)
        return bind.of("Monster", fn)
    end
    -- Without a monster these answer with nothing at all.
    local function strict(fn)
        return bind.none("Monster", not_found, fn)
    end

    -- As numbers of 32 bits with a sign wrap.
    local function signed(value)
        return (value + 2 ^ 31) % 2 ^ 32 - 2 ^ 31
    end

    -- Tells a value, which an argument sets before.
    local function switch(key)
        return of(function(monster, ...)
            if select("#", ...) > 0 then
                monster[key] = arguments.boolean((...), false)
            end
            return monster[key] == true
        end)
    end
    local function count_switch(key, of_type)
        return of(function(monster, ...)
            if select("#", ...) > 0 then
                monster[key] = arguments.u16((...))
            end
            return ((monster[key] or 0) + (of_type and monster.type[of_type] or 0)) % 65536 ~= 0
        end)
    end

    local function set_type(monster, value, restore)
        local kind
        if raw.type(value) == "number" then
            kind = monsters.type_by_race(arguments.u16(value))
        else
            kind = monsters.type_of(arguments.string(value))
        end
        if not kind then
            raw.error("setType: there is no such type of monsters", 0)
        end
        monsters.set_type(monster, kind, arguments.boolean(restore, false))
        return true
    end

    local function spell_adder(key)
        return of(function(monster, value)
            local spell = userdata.get(value, "MonsterSpell")
            if not spell then
                return nil
            end
            local block = monsters.spell_block(spell)
            if block then
                monster[key] = monster[key] or {}
                monster[key][#monster[key] + 1] = block
            end
            return value
        end)
    end

    userdata.methods("Monster", {
        setType = of(set_type),
        getName = strict(function(monster)
            return monster.name
        end),
        setName = strict(function(monster, ...)
            local name, description = ...
            monster.own_name = arguments.string(name)
            monster.name = monster.own_name ~= "" and monster.own_name or monster.type.name
            if select("#", ...) >= 2 then
                monster.name_description = arguments.string(description)
            end
            return true
        end),
        changeTargetDistance = of(function(monster, ...)
            if monster.master or monster.type.reward_boss then
                return false
            end
            monsters.change_distance(monster, arguments.given(arguments.i32, 1, 1, ...),
                arguments.given(arguments.u32, 12000, 2, ...))
            return true
        end),
        isChallenged = of(function(monster)
            return (monster.challenge_until or 0) > server.now
        end),
        setSpawnPosition = of(function(monster, interval)
            local x, y, z = server.parts.creatures.position(monster)
            monster.spawn_x, monster.spawn_y, monster.spawn_z = x, y, z
            local point = { kind = "monster", name = monster.type_name, x = x, y = y, z = z,
                interval = arguments.u32(interval, 90), direction = 0 }
            monsters.add_spawns({ { x = x, y = y, z = z, radius = 5, creatures = { point } } })
            point.creature, monster.spawn_point = monster, point
            return true
        end),
        getRespawnType = of(function(monster)
            return monster.type.respawn_period, monster.type.respawn_underground ~= 0
        end),
        getTimeToChangeFiendish = strict(function(monster)
            return monster.fiendish_until or 0
        end),
        setTimeToChangeFiendish = strict(function(monster, ...)
            monster.fiendish_until = arguments.given(arguments.u32, 1, 1, ...)
            return bind.passed(monster, ...)
        end),
        getMonsterForgeClassification = strict(function(monster)
            return monster.forge_class or monsters.FORGE.NORMAL
        end),
        setMonsterForgeClassification = strict(function(monster, ...)
            monster.forge_class = arguments.enum8((...))
            return bind.passed(monster, ...)
        end),
        getForgeStack = strict(function(monster)
            return monster.forge_stack or 0
        end),
        setForgeStack = strict(function(monster, ...)
            monsters.set_forge_stack(monster, arguments.u16((...)))
            return bind.passed(monster, ...)
        end),
        configureForgeSystem = bind.strict("Monster", not_found, function(monster, stack)
            monsters.forge(monster, arguments.u16(stack))
            return true
        end, false),
        clearFiendishStatus = strict(function(monster, ...)
            monsters.unforge(monster)
            return bind.passed(monster, ...)
        end),
        isForgeable = strict(monsters.is_forgeable),
        hazard = switch("hazard"),
        hazardCrit = switch("hazard_crit"),
        hazardDodge = switch("hazard_dodge"),
        hazardDamageBoost = switch("hazard_damage"),
        hazardDefenseBoost = switch("hazard_defense"),
        soulPit = switch("soul_pit"),
        criticalChance = count_switch("critical_chance", "crit_chance"),
        criticalDamage = count_switch("critical_damage"),
        addReflectElement = strict(function(monster, element, percent)
            monster.reflects = monster.reflects or {}
            element = arguments.enum8(element)
            monster.reflects[element] = (monster.reflects[element] or 0) + arguments.i32(percent)
            return true
        end),
        addDefense = strict(function(monster, defense)
            monster.extra_defense = signed((monster.extra_defense or 0) + arguments.i32(defense))
            return true
        end),
        getDefense = strict(function(monster)
            local defense = signed(monster.type.defense + (monster.extra_defense or 0))
            return arguments.i32(bind.float(bind.float(defense) * bind.float(monsters.defense_factor(monster))))
        end),
        isDead = strict(function(monster)
            return monster.health <= 0
        end),
        immune = strict(function(monster, ...)
            if select("#", ...) > 0 then
                monster.immune = arguments.boolean((...))
            end
            return monster.immune == true
        end),
        addAttackSpell = spell_adder("own_attacks"),
        addDefenseSpell = spell_adder("own_defenses"),
    })
end
