--- Conditions that change skills, maxima and how much damage is done or taken.

local context = ...
local raw = context.raw
local find, floor, max, match, next = raw.string.find, raw.math.floor, raw.math.max, raw.string.match, raw.next

-- Skills by the words of CONDITION_PARAM_SKILL_*; the numbers are those of SKILL_*.
local SKILLS = { FIST = 0, CLUB = 1, SWORD = 2, AXE = 3, DISTANCE = 4, SHIELD = 5, FISHING = 6 }
local MORE_SKILLS = {
    CRITICAL_HIT_CHANCE = 7,
    CRITICAL_HIT_DAMAGE = 8,
    LIFE_LEECH_CHANCE = 9,
    LIFE_LEECH_AMOUNT = 10,
    MANA_LEECH_CHANCE = 11,
    MANA_LEECH_AMOUNT = 12,
}
local MELEE = { 1, 2, 3 }
local STATS = { MAXHITPOINTS = 0, MAXMANAPOINTS = 1, MAGICPOINTS = 3, CAPACITY = 4 }
-- TFS.
local SPECIAL = {
    CRITICALHITCHANCE = 0,
    CRITICALHITAMOUNT = 1,
    LIFELEECHCHANCE = 2,
    LIFELEECHAMOUNT = 3,
    MANALEECHCHANCE = 4,
    MANALEECHAMOUNT = 5,
}
-- Canary: how much of something is done or received, in percent.
local BUFFS = {
    AUTOATTACKDEALT = 0,
    DAMAGEDEALT = 1,
    DAMAGERECEIVED = 2,
    HEALINGRECEIVED = 3,
    HEALINGDEALT = 4,
    HARMONYBONUS = 5,
    MANTRA = 6,
}
-- COMBAT_*DAMAGE that the parameters ABSORB_ and INCREASE_ speak of.
local ELEMENTS = {
    PHYSICAL = "PHYSICALDAMAGE",
    FIRE = "FIREDAMAGE",
    ENERGY = "ENERGYDAMAGE",
    ICE = "ICEDAMAGE",
    EARTH = "EARTHDAMAGE",
    DEATH = "DEATHDAMAGE",
    HOLY = "HOLYDAMAGE",
    LIFEDRAIN = "LIFEDRAIN",
    MANADRAIN = "MANADRAIN",
    DROWN = "DROWNDAMAGE",
}

local function whole(value)
    return value < 0 and -floor(-value) or floor(value)
end

local function round(value)
    return value < 0 and -floor(-value + 0.5) or floor(value + 0.5)
end

return function(server, conditions)
    local tfs, base = server.tfs, conditions.base
    local enum = server.parts.enums.get
    conditions.BUFFS, conditions.STATS = BUFFS, STATS

    -- What a parameter sets: list and place in it; a place may be several.
    local targets = {}
    local function target(name)
        local found = targets[name]
        if found ~= nil then
            return found
        end
        found = false
        local percent = match(name, "PERCENT$") ~= nil
        local stem = percent and raw.string.sub(name, 1, -8) or name
        local word = match(stem, "^SKILL_(.+)$")
        if word then
            local place = word == "MELEE" and MELEE or SKILLS[word] or (not tfs and MORE_SKILLS[word]) or nil
            found = place and { percent and "skills_percent" or "skills", place } or false
        elseif find(stem, "^STAT_") then
            local place = STATS[match(stem, "^STAT_(.+)$")]
            found = place and { percent and "stats_percent" or "stats", place, percent } or false
        elseif find(stem, "^SPECIALSKILL_") then
            found = { "special", SPECIAL[match(stem, "^SPECIALSKILL_(.+)$")] }
        elseif find(stem, "^BUFF_") and BUFFS[match(stem, "^BUFF_(.+)$")] then
            found = { "buffs_percent", BUFFS[match(stem, "^BUFF_(.+)$")], true }
        elseif find(stem, "^ABSORB_") then
            found = { "absorbs_percent", enum("COMBAT_" .. ELEMENTS[match(stem, "^ABSORB_(.+)$")]) }
        elseif find(stem, "^INCREASE_") then
            found = { "increases_percent", enum("COMBAT_" .. ELEMENTS[match(stem, "^INCREASE_(.+)$")]) }
        end
        targets[name] = found
        return found
    end

    local function list_of(condition, name)
        local list = condition[name]
        if not list then
            list = {}
            condition[name] = list
        end
        return list
    end

    -- From the percentages to what they come to for this creature.
    local function work_out(condition, creature)
        local world = conditions.world
        if condition.buffs_percent then
            for place, percent in next, condition.buffs_percent do
                if percent ~= 0 then
                    list_of(condition, "buffs")[place] = whole(world.buff(creature, place) * ((percent - 100) / 100))
                end
            end
        end
        if condition.absorbs_percent then
            for element, percent in next, condition.absorbs_percent do
                if percent ~= 0 then
                    local share = (100 - world.absorb(creature, element)) * percent / 100
                    list_of(condition, "absorbs")[element] = round(share)
                end
            end
        end
        if condition.increases_percent then
            for element, percent in next, condition.increases_percent do
                if percent ~= 0 then
                    local share = (100 - world.increase(creature, element)) * percent / 100
                    list_of(condition, "increases")[element] = round(share)
                end
            end
        end
    end

    local function work_out_of_player(condition, player)
        local world = conditions.world
        for skill, percent in next, condition.skills_percent or {} do
            if percent ~= 0 then
                local change = world.base_skill(player, skill) * ((percent - 100) / 100)
                list_of(condition, "skills")[skill] = whole(change)
            end
        end
        for stat, percent in next, condition.stats_percent or {} do
            if percent ~= 0 then
                local now = world.stat(player, stat)
                local share = stat == STATS.CAPACITY and percent / 100 or (percent - 100) / 100
                list_of(condition, "stats")[stat] = whole(now * share)
            end
        end
    end

    -- Adds what the condition gives, or takes it away again.
    local function apply(condition, creature, sign)
        local world = conditions.world
        for place, value in next, condition.buffs or {} do
            world.add_buff(creature, place, sign * value)
        end
        for element, value in next, condition.absorbs or {} do
            world.add_absorb(creature, element, sign * value)
        end
        for element, value in next, condition.increases or {} do
            if sign > 0 or value > 0 then
                world.add_increase(creature, element, sign * value)
            end
        end
        if condition.charm_chance then
            creature.charm_chance = (creature.charm_chance or 0) + sign * condition.charm_chance
        end
        if creature.class_name ~= "Player" then
            return
        end
        for skill, value in next, condition.skills or {} do
            if value ~= 0 then
                world.add_skill(creature, skill, sign * value)
            end
        end
        for skill, value in next, condition.special or {} do
            if value ~= 0 then
                world.add_special_skill(creature, skill, sign * value)
            end
        end
        for stat, value in next, condition.stats or {} do
            if value ~= 0 then
                world.add_stat(creature, stat, sign * value)
            end
        end
    end

    local function begin(condition, creature)
        work_out(condition, creature)
        if creature.class_name == "Player" then
            work_out_of_player(condition, creature)
        end
        apply(condition, creature, 1)
    end

    local function finish(condition, creature)
        apply(condition, creature, -1)
        if condition.disable_defense then
            creature.use_defense = true
        end
    end

    local TAKEN = {
        "skills",
        "skills_percent",
        "stats",
        "stats_percent",
        "special",
        "buffs",
        "buffs_percent",
        "absorbs",
        "absorbs_percent",
        "increases",
        "increases_percent",
    }

    conditions.kind("attributes", {
        start = function(condition, creature)
            base.start(condition)
            creature.use_defense = not condition.disable_defense
            if (condition.drain or 0) > 0 then
                creature.drain_body = condition.drain
            end
            begin(condition, creature)
            return true
        end,
        finish = finish,
        merge = function(condition, creature, added)
            if base.replaces(condition, added) then
                conditions.set_ticks(condition, added.ticks)
                finish(condition, creature)
                for at = 1, #TAKEN do
                    condition[TAKEN[at]] = added[TAKEN[at]]
                end
                condition.charm_chance = added.charm_chance
                if (added.drain or 0) > 0 then
                    creature.drain_body = added.drain
                end
                condition.disable_defense = added.disable_defense
                begin(condition, creature)
            end
        end,
        set_param = function(condition, name, value)
            local known = base.set_param(condition, name, value)
            if name == "DISABLE_DEFENSE" then
                condition.disable_defense = value ~= 0
                return true
            elseif name == "CHARM_CHANCE_MODIFIER" then
                condition.charm_chance = value
                return true
            end
            local found = name and target(name)
            if not found then
                return known
            end
            local list, place = list_of(condition, found[1]), found[2]
            if found[3] then
                value = max(0, value)
            end
            if place == MELEE then
                for at = 1, #MELEE do
                    list[MELEE[at]] = value
                end
            elseif place then
                list[place] = value
            end
            return true
        end,
        get_param = function(condition, name)
            if name == "DISABLE_DEFENSE" then
                return condition.disable_defense and 1 or 0
            end
            local found = name and target(name)
            if found and found[2] ~= MELEE then
                local list = condition[found[1]]
                return list and list[found[2]] or 0
            end
            return base.get_param(condition, name)
        end,
        icons = conditions.kinds.generic.icons,
    })
end
