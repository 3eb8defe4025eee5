--- MonsterType: most of its methods tell a value without an argument and set it with one.

local context = ...
local raw = context.raw
local lower, type = raw.string.lower, raw.type

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local get, select = userdata.get, raw.select
    local NOT_FOUND = "Monster type not found"

    userdata.class("MonsterType", nil, function(_, value)
        if type(value) == "number" then
            return userdata.push(monsters.type_by_race(bind.u32(value, 2)))
        end
        return userdata.push(monsters.type_of(arguments.string(value)))
    end, not tfs and 7 or nil)
    userdata.metamethod("MonsterType", "__eq")

    local function of(fn)
        return bind.of("MonsterType", fn)
    end

    local B, S, I, U = arguments.boolean, arguments.string, arguments.i32, arguments.u32
    local U8, U16, U64 = arguments.u8, arguments.u16, arguments.u64
    -- Kept as a truth value, told as a number.
    local function underground(value)
        return arguments.number(value) ~= 0 and 1 or 0
    end
    local function yes(value)
        return arguments.boolean(value, true)
    end

    local BOTH = {
        isAttackable = { "attackable", B },
        isConvinceable = { "convinceable", B },
        isSummonable = { "summonable", B },
        isIllusionable = { "illusionable", B },
        isHostile = { "hostile", B },
        isPushable = { "pushable", B },
        isHealthHidden = { "hidden_health", B },
        canPushItems = { "can_push_items", B },
        canPushCreatures = { "can_push_creatures", B },
        canWalkOnEnergy = { "walks_on_energy", tfs and B or yes },
        canWalkOnFire = { "walks_on_fire", tfs and B or yes },
        canWalkOnPoison = { "walks_on_poison", tfs and B or yes },
        name = { "name", S },
        nameDescription = { "name_description", S },
        health = { "health", I },
        maxHealth = { "max_health", I },
        runHealth = { "run_health", I },
        experience = { "experience", U64 },
        maxSummons = { "max_summons", U },
        armor = { "armor", I },
        defense = { "defense", I },
        corpseId = { "corpse", U16 },
        manaCost = { "mana_cost", U },
        baseSpeed = { "base_speed", tfs and U or U16 },
        staticAttackChance = { "static_attack", U },
        targetDistance = { "target_distance", I },
        yellChance = { "yell_chance", U },
        yellSpeedTicks = { "yell_interval", U },
        changeTargetChance = { "change_target_chance", I },
        changeTargetSpeed = { "change_target_interval", U },
    }
    local BOTH_TFS = {
        isChallengeable = { "challengeable", B },
        isIgnoringSpawnBlock = { "ignores_spawn_block", B },
        isBoss = { "boss", B },
    }
    local BOTH_CANARY = {
        isPreyable = { "preyable", B },
        isPreyExclusive = { "prey_exclusive", B },
        isBlockable = { "blockable", B },
        isForgeCreature = { "forge_creature", B },
        familiar = { "familiar", B },
        isRewardBoss = { "reward_boss", B },
        faction = { "faction", arguments.enum32 },
        targetPreferPlayer = { "prefers_player", B },
        BestiarytoKill = { "bestiary_kills", U16 },
        BestiaryFirstUnlock = { "bestiary_first", U16 },
        BestiarySecondUnlock = { "bestiary_second", U16 },
        BestiaryCharmsPoints = { "bestiary_points", U16 },
        BestiaryStars = { "bestiary_stars", U8 },
        BestiaryOccurrence = { "bestiary_occurrence", U8 },
        BestiaryLocations = { "bestiary_locations", S },
        Bestiaryclass = { "bestiary_class", S },
        Bestiaryrace = { "bestiary_race", arguments.enum8 },
        mitigation = { "mitigation", function(value)
            return bind.float(arguments.number(value))
        end },
        strategiesTargetNearest = { "nearest", I },
        strategiesTargetHealth = { "weakest", I },
        strategiesTargetDamage = { "most_damage", I },
        strategiesTargetRandom = { "any", I },
        respawnTypePeriod = { "respawn_period", arguments.enum32 },
        respawnTypeIsUnderground = { "respawn_underground", underground },
        soundChance = { "sound_chance", U },
        soundSpeedTicks = { "sound_interval", U },
        deathSound = { "death_sound", arguments.enum16 },
        variant = { "variant", S },
    }
    local methods = {}
    for _, list in raw.ipairs({ BOTH, tfs and BOTH_TFS or BOTH_CANARY }) do
        for name, what in raw.pairs(list) do
            methods[name] = bind.both("MonsterType", what[1], what[2])
        end
    end

    local function light(kind, ...)
        if select("#", ...) == 0 then
            return kind.light_level, kind.light_color
        end
        local color, level = ...
        kind.light_color, kind.light_level = U8(color), U8(level)
        return true
    end

    local function outfit(kind, ...)
        local creatures = server.parts.creatures
        if select("#", ...) == 0 then
            return creatures.shown_outfit(kind.outfit or creatures.outfit({}))
        end
        local taken = creatures.take_outfit((...))
        if not tfs and taken.lookType ~= 0 and not server.parts.vocations.known_look(taken.lookType) then
            server:log("warning", "[MonsterTypeFunctions::luaMonsterTypeOutfit] An unregistered creature looktype type"
                .. " with id '" .. taken.lookType .. "' was blocked to prevent client crash.")
            return nil
        end
        kind.outfit = taken
        return true
    end

    local RACES = {
        venom = "RACE_VENOM", blood = "RACE_BLOOD", undead = "RACE_UNDEAD", fire = "RACE_FIRE", energy = "RACE_ENERGY",
        ink = not tfs and "RACE_INK" or nil, chocolate = not tfs and "RACE_CHOCOLATE" or nil,
        candy = not tfs and "RACE_CANDY" or nil,
    }
    local RACE_NUMBERS = { RACE_VENOM = 1, RACE_BLOOD = 2, RACE_UNDEAD = 3, RACE_FIRE = 4, RACE_ENERGY = 5,
        RACE_INK = 6, RACE_CHOCOLATE = 7, RACE_CANDY = 8 }

    --- The number of a race's name; nil for none.
    function monsters.race_named(name)
        local key = RACES[lower(name)]
        return key and (server.parts.enums.get(key) or RACE_NUMBERS[key]) or nil
    end

    local function race(kind, ...)
        if select("#", ...) == 0 then
            return kind.race
        end
        local text = S((...))
        local found = RACES[text] and monsters.race_named(text)
        if found then
            kind.race = found
        else
            server:log("warning", tfs and "[Warning - Monsters::loadMonster] Unknown race type " .. text .. "."
                or "[MonsterTypeFunctions::luaMonsterTypeRace] - Unknown race type " .. text)
            return nil
        end
        return true
    end

    local function event_setter(name)
        return of(function(kind, ...)
            return monsters.set_callback(kind, kind.event_type or name, arguments.last(...))
        end)
    end

    local function spell_list(name)
        return of(function(kind)
            local list = {}
            for at, block in raw.ipairs(kind[name] or {}) do
                list[at] = {
                    chance = block.chance, isCombatSpell = 1, isMelee = block.melee and 1 or 0,
                    minCombatValue = block.min, maxCombatValue = block.max, range = block.range, speed = block.interval,
                }
            end
            return list
        end)
    end

    -- They answer with the last that was passed: nothing is pushed.
    local function spell_adder(name)
        return of(function(kind, value)
            local spell = get(value, "MonsterSpell")
            if not spell then
                return nil
            end
            local block = monsters.spell_block(spell, kind.name)
            if block then
                local list = monsters.list(kind, name)
                list[#list + 1] = block
            end
            return value
        end)
    end

    local function shown_loot(list)
        local result = {}
        for at, loot in raw.ipairs(list or {}) do
            result[at] = {
                itemId = loot.id, chance = loot.chance, subType = loot.sub_type, maxCount = loot.max_count,
                actionId = loot.action_id, text = loot.text, childLoot = shown_loot(loot.children),
            }
            if not tfs then
                result[at].minCount, result[at].unique = loot.min_count, loot.unique
            end
        end
        return result
    end

    local function map_adder(name)
        return of(function(kind, element, percent)
            monsters.list(kind, name)[(tfs and arguments.enum16 or arguments.enum8)(element)] = I(percent)
            return true
        end)
    end

    methods.light = of(light)
    methods.outfit = of(outfit)
    methods.race = of(race)
    methods.getAttackList, methods.getDefenseList = spell_list("attacks"), spell_list("defenses")
    methods.addAttack, methods.addDefense = spell_adder("attacks"), spell_adder("defenses")
    methods.addElement = map_adder("elements")
    methods.getElementList = of(function(kind)
        local list = {}
        for element, percent in raw.pairs(kind.elements or {}) do
            list[element] = percent
        end
        return list
    end)
    methods.addVoice = of(function(kind, text, interval, chance, yell)
        local voices = monsters.list(kind, "voices")
        kind.yell_interval, kind.yell_chance = U(interval), U(chance)
        voices[#voices + 1] = { text = S(text), yell = B(yell) }
        return true
    end)
    methods.getVoices = of(function(kind)
        local list = {}
        for at, voice in raw.ipairs(kind.voices or {}) do
            list[at] = { text = voice.text, yellText = voice.yell }
        end
        return list
    end)
    methods.getLoot = of(function(kind)
        return shown_loot(kind.loot)
    end)
    methods.addLoot = of(function(kind, value)
        local loot = get(value, "Loot")
        if not loot then
            return nil
        end
        local list = monsters.list(kind, "loot")
        list[#list + 1] = loot
        return true
    end)
    methods.getCreatureEvents = of(function(kind)
        local list = {}
        for at, name in raw.ipairs(kind.scripts or {}) do
            list[at] = name
        end
        return list
    end)
    methods.registerEvent = of(function(kind, value)
        monsters.add_script(kind, S(value))
        return true
    end)
    methods.eventType = of(function(kind, value)
        kind.event_type = arguments.number(value)
        return true
    end)
    for _, name in raw.ipairs({ "onThink", "onAppear", "onDisappear", "onMove", "onSay" }) do
        methods[name] = event_setter(name)
    end
    methods.getSummonList = of(function(kind)
        local list = {}
        for at, summon in raw.ipairs(kind.summons or {}) do
            list[at] = { name = summon.name, speed = summon.interval, chance = summon.chance }
            if tfs then
                list[at].max, list[at].effect, list[at].masterEffect = summon.max, summon.effect, summon.master_effect
            end
        end
        return list
    end)
    methods.addSummon = of(function(kind, name, interval, chance, most, effect, master_effect)
        local summons = monsters.list(kind, "summons")
        summons[#summons + 1] = {
            name = S(name), interval = I(interval), chance = I(chance),
            max = most == nil and (tfs and -1 or 1) or I(most),
            effect = effect == nil and (env.CONST_ME_TELEPORT or 11) or U8(effect),
            master_effect = master_effect == nil and 0 or U8(master_effect),
        }
        return true
    end)
    userdata.methods("MonsterType", methods)
    monsters.type_tools = { of = of, both = bind.both, event_setter = event_setter, map_adder = map_adder,
        NOT_FOUND = NOT_FOUND }
    context.use("canary/monsters/immunities")(server, monsters)
    context.use(tfs and "canary/monsters/type_tfs" or "canary/monsters/type_canary")(server, monsters, bind)
end
