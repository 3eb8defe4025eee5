--- TFS's monsters of XML files: each is read when it is first asked for.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local lower, pairs, ipairs = raw.string.lower, raw.pairs, raw.ipairs

local ELEMENTS = {
    physical = "PHYSICALDAMAGE", ice = "ICEDAMAGE", poison = "EARTHDAMAGE", earth = "EARTHDAMAGE", fire = "FIREDAMAGE",
    energy = "ENERGYDAMAGE", holy = "HOLYDAMAGE", death = "DEATHDAMAGE", drown = "DROWNDAMAGE", lifedrain = "LIFEDRAIN",
    manadrain = "MANADRAIN",
}
local MELEE_CONDITIONS = {
    fire = "FIRE", poison = "POISON", energy = "ENERGY", drown = "DROWN", freeze = "FREEZING", dazzle = "DAZZLED",
    curse = "CURSED", bleed = "BLEEDING", physical = "BLEEDING",
}
-- Attacks whose name is that of what they do.
local DAMAGES = {
    physical = "PHYSICALDAMAGE", bleed = "PHYSICALDAMAGE", poison = "EARTHDAMAGE", earth = "EARTHDAMAGE",
    fire = "FIREDAMAGE", energy = "ENERGYDAMAGE", drown = "DROWNDAMAGE", ice = "ICEDAMAGE", holy = "HOLYDAMAGE",
    death = "DEATHDAMAGE", lifedrain = "LIFEDRAIN", manadrain = "MANADRAIN", healing = "HEALING",
}

---@param server table
---@param monsters table
return function(server, monsters)
    local enum = server.parts.enums.get
    local files, effects, missiles

    if not server.tfs then
        function monsters.from_xml(_, found)
            return found
        end
        function monsters.reload()
            return true
        end
        return
    end

    -- Names of effects as XML files write them ("fire area" as firearea): those of the server's numbers without _.
    local function words(prefix)
        local list = {}
        for name, value in pairs(server.parts.enums.all) do
            if raw.string.sub(name, 1, #prefix) == prefix then
                list[lower((raw.string.gsub(raw.string.sub(name, #prefix + 1), "_", "")))] = value
            end
        end
        return list
    end
    -- Words of theirs that differ from the names of the numbers.
    local EFFECT_WORDS = {
        redspark = "DRAWBLOOD", bluebubble = "LOSEENERGY", poff = "POFF", yellowspark = "BLOCKHIT",
        explosionarea = "EXPLOSIONAREA", explosion = "EXPLOSIONHIT", firearea = "FIREAREA",
        yellowbubble = "YELLOW_RINGS", greenbubble = "GREEN_RINGS", blackspark = "HITAREA", teleport = "TELEPORT",
        energy = "ENERGYHIT", blueshimmer = "MAGIC_BLUE", redshimmer = "MAGIC_RED", greenshimmer = "MAGIC_GREEN",
        fire = "HITBYFIRE", greenspark = "HITBYPOISON", mortarea = "MORTAREA", greennote = "SOUND_GREEN",
        rednote = "SOUND_RED", poison = "POISONAREA", yellownote = "SOUND_YELLOW", purplenote = "SOUND_PURPLE",
        bluenote = "SOUND_BLUE", whitenote = "SOUND_WHITE", carniphila = "PLANTATTACK", icearea = "ICEAREA",
        iceattack = "ICEATTACK", ice = "ICETORNADO", holydamage = "HOLYDAMAGE", holyarea = "HOLYAREA",
        dragonhead = "DRAGONHEAD", watersplash = "WATERSPLASH", bubbles = "BUBBLES", smallclouds = "SMALLCLOUDS",
    }

    local function effect_named(word)
        effects = effects or words("CONST_ME_")
        local known = EFFECT_WORDS[word] and enum("CONST_ME_" .. EFFECT_WORDS[word])
        return known or effects[word] or raw.tonumber(word) or 0
    end
    local function missile_named(word)
        missiles = missiles or words("CONST_ANI_")
        return missiles[word] or raw.tonumber(word) or 0
    end

    local function take_spell(given, name)
        local spell = { class_name = "MonsterSpell" }
        for key, value in pairs(given) do
            spell[key] = value
        end
        local word = lower(spell.name)
        if DAMAGES[word] then
            spell.combat_type, spell.word = enum("COMBAT_" .. DAMAGES[word]), word
        end
        spell.shoot = spell.shoot and missile_named(spell.shoot) or nil
        spell.effect = spell.effect and effect_named(spell.effect) or nil
        local condition = spell.condition
        if condition then
            spell.condition_type = enum("CONDITION_" .. MELEE_CONDITIONS[condition.word])
            spell.condition_min, spell.condition_max = condition.damage, condition.damage
            spell.condition_tick = condition.tick
            spell.condition = nil
        elseif raw.string.sub(word, -9) == "condition" then
            local kind = raw.string.sub(word, 1, -10)
            spell.condition_type = MELEE_CONDITIONS[kind] and enum("CONDITION_" .. MELEE_CONDITIONS[kind]) or nil
            spell.condition_min, spell.condition_max = spell.min, spell.max
            spell.condition_start, spell.condition_tick = spell.start, spell.tick
            spell.no_damage = true
        end
        return monsters.spell_block(monsters.spell_record(spell), name)
    end

    local function take_loot(given)
        local types = server.parts.item_types
        local id = given.id
        if not id then
            local found = types.by_name(given.name)
            id = raw.type(found) == "table" and found.id or found or 0
        end
        local kind = types.get(id)
        if not kind or kind.id == 0 or (given.id and (kind.name or "") == "") then
            server:log("warning", "[Warning - Monsters::loadMonster] Unknown loot item "
                .. (given.id and "id \"" .. given.id .. "\". " or "\"" .. given.name .. "\". "))
            return nil
        end
        local loot = monsters.loot_record({
            id = id, chance = given.chance, max_count = given.max_count, sub_type = given.sub_type,
            action_id = given.action_id, text = given.text,
        })
        if given.children and kind.is_container then
            loot.children = {}
            for _, child in ipairs(given.children) do
                loot.children[#loot.children + 1] = take_loot(child)
            end
        end
        return loot
    end

    local function lists(kind, given)
        for _, name in ipairs({ "attacks", "defenses" }) do
            for _, spell in ipairs(given[name] or {}) do
                local list = monsters.list(kind, name)
                list[#list + 1] = take_spell(spell, kind.name)
            end
        end
        for _, loot in ipairs(given.loot or {}) do
            local list = monsters.list(kind, "loot")
            list[#list + 1] = take_loot(loot)
        end
        for _, word in ipairs(given.immunities or {}) do
            local damage, condition = monsters.damage_named(word), monsters.condition_named(word)
            if damage then
                monsters.list(kind, "damage_immunities")[damage] = true
            end
            if condition then
                monsters.list(kind, "condition_immunities")[condition] = true
            end
        end
        for word, percent in pairs(given.elements or {}) do
            local element = ELEMENTS[word] and enum("COMBAT_" .. ELEMENTS[word])
            if element then
                monsters.list(kind, "elements")[element] = percent
            end
        end
        for _, summon in ipairs(given.summons or {}) do
            local list = monsters.list(kind, "summons")
            summon.effect = summon.effect and effect_named(summon.effect) or enum("CONST_ME_TELEPORT")
            summon.master_effect = summon.mastereffect and effect_named(summon.mastereffect) or 0
            list[#list + 1] = summon
        end
        kind.voices, kind.scripts = given.voices, given.scripts
    end

    local PLAIN = {
        "name_description", "experience", "base_speed", "mana_cost", "health", "max_health", "static_attack",
        "target_distance", "light_level", "light_color", "run_health", "change_target_interval", "change_target_chance",
        "corpse", "defense", "armor", "yell_interval", "yell_chance", "max_summons", "summonable", "attackable",
        "hostile", "ignores_spawn_block", "illusionable", "challengeable", "convinceable", "pushable", "boss",
        "can_push_items", "can_push_creatures", "hidden_health", "walks_on_energy", "walks_on_fire", "walks_on_poison",
    }

    local CALLBACKS = {
        onAppear = "onCreatureAppear", onDisappear = "onCreatureDisappear", onMove = "onCreatureMove",
        onSay = "onCreatureSay", onThink = "onThink",
    }

    -- A script beside the file gives callbacks by the names of globals, as in old servers.
    local function take_script(kind, name)
        if name ~= "" then
            local path = "data/monster/scripts/" .. name
            local found = server.parts.scripts.load_named_events(path, CALLBACKS, "Monster Interface")
            if not found then
                server:log("warning", "[Warning - Monsters::loadMonster] Can not load script: " .. name)
                return
            end
            for event, record in pairs(found) do
                kind[event] = record
            end
        end
    end

    local function make(given)
        local kind = monsters.new_type(given.name)
        for _, key in ipairs(PLAIN) do
            if given[key] ~= nil then
                kind[key] = given[key]
            end
        end
        kind.race = monsters.race_named(given.race) or kind.race
        kind.skull = given.skull ~= "" and monsters.skull_named(given.skull) or 0
        kind.outfit = server.parts.creatures.outfit(given.outfit or {})
        local info = given.bestiary
        if info and (info.raceId or 0) > 0 and info.class ~= "" then
            kind.bestiary_info = info
            monsters.set_race(kind, info.raceId)
        end
        lists(kind, given)
        take_script(kind, given.script or "")
        kind.from_xml = true
        return kind
    end

    --- From now on types come from files: scripts that load before find none of these.
    function monsters.load_xml()
        files = server.host("monsters.names")
    end

    -- A type becomes what its file says now; monsters of it that live change with it.
    local function again(key, kind)
        local ok, given = raw.pcall(server.host, "monsters.load", files[key] or "")
        if not ok or not given then
            server:log("error", "[Error - Monsters::loadMonster] Failed to load " .. key)
            return false
        end
        local made = make(given)
        for field in pairs(kind) do
            kind[field] = nil
        end
        for field, value in pairs(made) do
            kind[field] = value
        end
        return true
    end

    --- Reads all files of types that are loaded anew.
    ---@return boolean
    function monsters.reload()
        if not server.tfs then
            return true
        end
        monsters.load_xml()
        local all = true
        monsters.each_type(function(key, kind)
            if kind.from_xml then
                all = again(key, kind) and all
            end
        end)
        return all
    end

    --- The type that is known under a name, else that of the file of that name.
    ---@param key string in small letters
    ---@param found table|nil
    function monsters.from_xml(key, found)
        if found then
            return found
        end
        local path = files and files[key]
        if not path then
            return nil
        end
        local ok, given = raw.pcall(server.host, "monsters.load", path)
        if not ok then
            server:log("error", "[Error - Monsters::loadMonster] " .. raw.tostring(given))
            return nil
        elseif not given then
            server:log("error", "[Error - Monsters::loadMonster] Failed to load " .. path)
            return nil
        end
        local kind = make(given)
        monsters.add_type(key, kind)
        return kind
    end

    --- Visits the names of all files, and whether each is there already.
    function monsters.each_file(visit)
        if not files then
            return
        end
        for _, name in ipairs(sorted_keys(files)) do
            visit(name, files[name])
        end
    end
end
