--- The client's own player: what the server tells of it (classes Player and LocalPlayer). Its steps are in
--- `player_walk.lua`.

local context = ...
local raw = context.raw

-- Otc::LastSkill and Otc::LastInventorySlot of the two engines.
local SKILLS = { mehah = 17, edubart = 13 }
local SLOTS = { mehah = 16, edubart = 16 }

local PARALYZED = 32

-- Figures that change together: the event, then the fields. The event gets the new values, then the old ones.
local FIGURES = {
    health = { "onHealthChange", "health", "max_health" },
    mana = { "onManaChange", "mana", "max_mana" },
    mana_shield = { "onManaShieldChange", "mana_shield", "max_mana_shield" },
    level = { "onLevelChange", "level", "level_percent" },
    magic_level = { "onMagicLevelChange", "magic_level", "magic_level_percent" },
    base_magic_level = { "onBaseMagicLevelChange", "base_magic_level" },
    experience = { "onExperienceChange", "experience" },
    free_capacity = { "onFreeCapacityChange", "free_capacity" },
    total_capacity = { "onTotalCapacityChange", "total_capacity" },
    soul = { "onSoulChange", "soul" },
    stamina = { "onStaminaChange", "stamina" },
    regeneration = { "onRegenerationChange", "regeneration" },
    offline_training = { "onOfflineTrainingChange", "offline_training" },
    blessings = { "onBlessingsChange", "blessings" },
    states = { "onStatesChange", "states" },
}

-- Figures whose event tells the new values alone.
local PLAIN = {
    premium = { "onPremiumChange", "premium" },
    flat_damage = { "onFlatDamageHealingChange", "flat_damage" },
    attack_info = { "onAttackInfoChange", "attack_value", "attack_element" },
    converted_damage = { "onConvertedDamageChange", "converted_damage", "converted_element" },
    imbuements = {
        "onImbuementsChange",
        "life_leech",
        "mana_leech",
        "crit_chance",
        "crit_damage",
        "onslaught",
    },
    defense_info = { "onDefenseInfoChange", "defense", "armor", "mitigation", "dodge", "damage_reflection" },
    forge_bonuses = { "onForgeBonusesChange", "momentum", "transcendence", "amplification" },
}

-- What edubart's player has before the server tells it; mehah's begins with 0.
local UNKNOWN = -1
local NEVER_UNKNOWN = { blessings = true, states = true, mana_shield = true, max_mana_shield = true }

return function(engine, game)
    local player = {}
    game.player = player

    --- Makes the player of a session.
    ---@return table
    function player.new()
        local record = game.creature.new("LocalPlayer")
        for _, figure in raw.pairs(FIGURES) do
            for index = 2, #figure do
                record[figure[index]] = engine.edubart and not NEVER_UNKNOWN[figure[index]] and UNKNOWN or 0
            end
        end
        for _, figure in raw.pairs(PLAIN) do
            for index = 2, #figure do
                record[figure[index]] = 0
            end
        end
        record.premium, record.known, record.pending = false, false, false
        if engine.edubart then
            record.base_speed = UNKNOWN
        end
        record.vocation_id = 0
        record.skills = {}
        for skill = 0, SKILLS[engine.dialect] - 1 do
            local none = engine.edubart and UNKNOWN or 0
            record.skills[skill] = { level = none, base = none, percent = none }
        end
        record.inventory = {}
        record.spells = {}
        record.resources = {}
        record.experience_rates = {}
        record.absorb = {}
        record.store_boost_time = 0
        record.harmony, record.serene = 0, false
        player.prepare_walk(record)
        return record
    end

    local function changed(record, figure, a, b, c, d, e)
        local values, differs = { a, b, c, d, e }, false
        local old = {}
        for index = 2, #figure do
            local field = figure[index]
            old[index - 1] = record[field]
            if values[index - 1] ~= nil and record[field] ~= values[index - 1] then
                differs = true
            end
        end
        if not differs then
            return nil
        end
        for index = 2, #figure do
            if values[index - 1] ~= nil then
                record[figure[index]] = values[index - 1]
            end
        end
        return old
    end

    --- Sets one of FIGURES or PLAIN; says so to scripts where it differs.
    ---@param name string
    function player.set(record, name, ...)
        local figure = FIGURES[name]
        if figure then
            local old = changed(record, figure, ...)
            if old then
                local first, second = figure[2], figure[3]
                if name == "states" and not engine.edubart and raw.math.floor(record.states / PARALYZED) % 2 == 1 then
                    -- Who is paralyzed ends the step of the moment at once.
                    record.walk_since = record.walk_since - game.walk.step_duration(record)
                end
                if second then
                    engine:emit(record, figure[1], record[first], record[second], old[1], old[2])
                else
                    engine:emit(record, figure[1], record[first], old[1])
                end
                player.figure_changed(record, name)
            end
        elseif changed(record, PLAIN[name], ...) then
            local values = {}
            for index = 2, #PLAIN[name] do
                values[index - 1] = record[PLAIN[name][index]]
            end
            engine:emit(record, PLAIN[name][1], raw.unpack(values))
        end
    end

    -- Who dies walks no further.
    function player.figure_changed(record, name)
        if name ~= "health" then
            return
        end
        local dead
        if engine.edubart then
            dead = record.health == 0
        else
            dead = game.creature.dead(record)
        end
        if dead then
            if player.is_pre_walking(record) then
                game.walk.stop(record)
            end
            player.lock_walk(record)
        end
    end

    local function skill_of(record, number)
        local skill = record.skills[number]
        if not skill then
            engine:log("error", "invalid skill")
        end
        return skill
    end

    function player.set_skill(record, number, level, percent)
        local skill = skill_of(record, number)
        if skill and (skill.level ~= level or skill.percent ~= percent) then
            local old_level, old_percent = skill.level, skill.percent
            skill.level, skill.percent = level, percent
            engine:emit(record, "onSkillChange", number, level, percent, old_level, old_percent)
        end
    end

    function player.set_base_skill(record, number, base)
        local skill = skill_of(record, number)
        if skill and skill.base ~= base then
            local old = skill.base
            skill.base = base
            engine:emit(record, "onBaseSkillChange", number, base, old)
        end
    end

    function player.set_inventory_item(record, slot, item)
        if slot < 0 or slot >= SLOTS[engine.dialect] then
            engine:log("error", "invalid slot")
            return
        end
        local old = record.inventory[slot]
        if old ~= item then
            record.inventory[slot] = item
            -- mehah's `oldItem` refers to the slot itself, so it is the new item by then.
            local told = item
            if engine.edubart then
                told = old
            end
            engine:emit(record, "onInventoryChange", slot, engine.object.of(item), engine.object.of(told))
        end
    end

    function player.set_vocation(record, vocation)
        local old = record.vocation_id
        if old ~= vocation then
            record.vocation_id = vocation
            engine:emit(record, "onVocationChange", vocation, old)
        end
    end

    local function copy(list)
        local result = {}
        for key, value in raw.pairs(list) do
            result[key] = value
        end
        return result
    end

    function player.set_spells(record, spells)
        local old = record.spells
        if raw.table.concat(old, ",") ~= raw.table.concat(spells, ",") then
            record.spells = spells
            engine:emit(record, "onSpellsChange", copy(spells), copy(old))
        end
    end

    function player.set_resource(record, kind, value)
        local old = record.resources[kind] or 0
        if old ~= value then
            record.resources[kind] = value
            engine:emit_global("g_game", "onResourcesBalanceChange", value, old, kind)
        end
    end

    function player.set_experience_rate(record, kind, value)
        if (record.experience_rates[kind] or 0) ~= value then
            record.experience_rates[kind] = value
            engine:emit(record, "onExperienceRateChange", kind, value)
        end
    end

    --- Told whether it differs or not, as in the engine.
    function player.set_harmony(record, harmony)
        local old = record.harmony
        record.harmony = harmony
        engine:emit(record, "onHarmonyChange", harmony, old)
    end

    function player.set_serene(record, serene)
        local old = record.serene
        record.serene = serene
        engine:emit(record, "onSereneChange", serene, old)
    end

    function player.set_absorb(record, values)
        record.absorb = values
        engine:emit(record, "onCombatAbsorbValuesChange", copy(values))
    end

    -- How many of a kind it carries, in slots and open containers.
    local function inventory_count(record, id, tier)
        local total = 0
        local function add(item)
            if item and item.client_id == id and item.tier == tier then
                total = total + game.item.count(item)
            end
        end
        if id == 0 then
            return 0
        end
        local known = record.inventory_counts and record.inventory_counts[id .. ":" .. tier]
        if known then
            return known
        end
        for slot = 0, SLOTS[engine.dialect] - 1 do
            add(record.inventory[slot])
        end
        for _, container in raw.pairs(game.containers) do
            for _, item in raw.ipairs(container.items) do
                add(item)
            end
        end
        return total
    end

    local function wearing(record, id, tier)
        for slot = 0, SLOTS[engine.dialect] - 1 do
            local item = record.inventory[slot]
            if id ~= 0 and item and item.client_id == id and item.tier == tier then
                return true
            end
        end
        return false
    end

    local function getter(field)
        return function(record)
            return record[field]
        end
    end

    local function setter(name)
        return function(record, ...)
            player.set(record, name, ...)
        end
    end

    local function skill_getter(field)
        return function(record, number)
            local skill = record.skills[number]
            return skill and skill[field] or 0
        end
    end

    engine:class("LocalPlayer", {
        setStates = setter("states"),
        setHealth = setter("health"),
        setTotalCapacity = setter("total_capacity"),
        setFreeCapacity = setter("free_capacity"),
        setExperience = setter("experience"),
        setLevel = setter("level"),
        setMana = setter("mana"),
        setManaShield = setter("mana_shield"),
        setMagicLevel = setter("magic_level"),
        setSoul = setter("soul"),
        setStamina = setter("stamina"),
        setKnown = function(record, known)
            record.known = known
        end,
        setSkill = player.set_skill,
        setInventoryItem = player.set_inventory_item,
        setResourceBalance = player.set_resource,
        getStates = getter("states"),
        getSkillLevel = skill_getter("level"),
        getSkillBaseLevel = skill_getter("base"),
        getSkillLevelPercent = skill_getter("percent"),
        getHealth = getter("health"),
        getMaxHealth = getter("max_health"),
        getFreeCapacity = getter("free_capacity"),
        getTotalCapacity = getter("total_capacity"),
        getExperience = getter("experience"),
        getLevel = getter("level"),
        getLevelPercent = getter("level_percent"),
        getMana = getter("mana"),
        getMaxMana = getter("max_mana"),
        getManaShield = getter("mana_shield"),
        getMaxManaShield = getter("max_mana_shield"),
        getMagicLevel = getter("magic_level"),
        getMagicLevelPercent = getter("magic_level_percent"),
        getBaseMagicLevel = getter("base_magic_level"),
        getSoul = getter("soul"),
        getStamina = getter("stamina"),
        getOfflineTrainingTime = getter("offline_training"),
        getRegenerationTime = getter("regeneration"),
        getStoreExpBoostTime = getter("store_boost_time"),
        getVocation = getter("vocation_id"),
        getBlessings = getter("blessings"),
        getHarmony = getter("harmony"),
        isSerene = getter("serene"),
        isPremium = getter("premium"),
        isKnown = getter("known"),
        isSupplyStashAvailable = function(record)
            return record.stash_available == true
        end,
        getInventoryItem = function(record, slot)
            return record.inventory[slot]
        end,
        getInventoryCount = inventory_count,
        hasEquippedItemId = wearing,
        getResourceBalance = function(record, kind)
            return record.resources[kind] or 0
        end,
        getTotalMoney = function(record)
            return (record.resources[0] or 0) + (record.resources[1] or 0)
        end,
        hasSight = function(record, pos)
            local range = game.map.aware
            return game.position.in_range(record.position, pos, range.left - 1, range.top - 1)
        end,
    })
end
