--- Kinds of monsters by name: made by scripts (Game.createMonsterType), in TFS also read from XML when first asked for.

local context = ...
local raw = context.raw
local lower, setmetatable = raw.string.lower, raw.setmetatable

---@param server table
---@param monsters table
return function(server, monsters)
    local tfs = server.tfs
    -- By small letters; in the order in which they were made. Which record a name leads to may be another's.
    local by_name, order, by_race, races = {}, {}, {}, {}

    -- What a type is where nothing is said of it: types hold what differs.
    local DEFAULTS = {
        class_name = "MonsterType",
        health = 100,
        max_health = 100,
        run_health = 0,
        experience = 0,
        attackable = true,
        challengeable = true,
        convinceable = false,
        summonable = false,
        illusionable = false,
        hostile = true,
        pushable = true,
        hidden_health = false,
        ignores_spawn_block = false,
        boss = false,
        can_push_items = false,
        can_push_creatures = false,
        walks_on_energy = true,
        walks_on_fire = true,
        walks_on_poison = true,
        preyable = true,
        prey_exclusive = false,
        blockable = false,
        forge_creature = true,
        familiar = false,
        reward_boss = false,
        crit_chance = 0,
        race_id = 0,
        skull = 0,
        race = server.parts.enums.get("RACE_BLOOD") or 2,
        corpse = 0,
        base_speed = tfs and 200 or 110,
        light_level = 0,
        light_color = 215,
        mana_cost = 0,
        yell_chance = 0,
        yell_interval = 0,
        static_attack = 95,
        max_summons = 0,
        change_target_interval = 0,
        change_target_chance = 0,
        target_distance = 1,
        defense = 0,
        armor = 0,
        mitigation = 0,
        faction = 0,
        prefers_player = false,
        prefers_master = false,
        nearest = 0,
        weakest = 0,
        most_damage = 0,
        any = 0,
        soul_core = 0,
        variant = "",
        respawn_period = 0,
        respawn_underground = 0,
        sound_chance = 0,
        sound_interval = 0,
        death_sound = 0,
        boss_class = "",
        bestiary_class = "",
        bestiary_locations = "",
        bestiary_race = 0,
        bestiary_stars = 0,
        bestiary_occurrence = 0,
        bestiary_kills = 0,
        bestiary_first = 0,
        bestiary_second = 0,
        bestiary_points = 0,
    }
    local METATABLE = { __index = DEFAULTS }

    -- What holds no more of the kind than a list, made when it is first filled.
    local LISTS = {
        "attacks", "defenses", "loot", "voices", "scripts", "summons", "elements", "reflects", "healings",
        "damage_immunities", "condition_immunities", "enemy_factions", "sounds",
    }
    monsters.LISTS = LISTS

    --- Makes a type; it is not yet known by its name.
    function monsters.new_type(name)
        return setmetatable({ name = name, type_name = name, name_description = "a " .. name }, METATABLE)
    end

    --- A list of a type, made when there is none.
    function monsters.list(kind, name)
        local list = kind[name]
        if not list then
            list = {}
            kind[name] = list
        end
        return list
    end

    local function forget(key, kind)
        if by_name[key] ~= kind then
            return
        end
        by_name[key] = nil
        for at = #order, 1, -1 do
            if order[at] == key then
                raw.table.remove(order, at)
                break
            end
        end
    end

    --- Makes a type known by a name; false when another is.
    function monsters.add_type(name, kind)
        local key = lower(name)
        if by_name[key] then
            return false
        end
        local function stand()
            by_name[key] = kind
            order[#order + 1] = key
        end
        stand()
        if kind.from_xml then
            return true
        end
        server.registry.own(kind)
        local entries = kind.file and kind.file.entries
        if entries then
            -- It goes when its file is loaded anew; monsters that live keep it.
            entries[#entries + 1] = { undo = function()
                forget(key, kind)
            end, redo = stand }
            entries[#entries + 1], entries[#entries + 2] = key, kind
        end
        return true
    end

    --- The type of a name.
    ---@param name string
    ---@param silent boolean|nil without the server's complaint
    ---@return table|nil
    function monsters.type_of(name, silent)
        local key = lower(name)
        local found = by_name[key]
        if tfs then
            return monsters.from_xml(key, found)
        end
        if not found and not silent then
            server:log("error", "[Monsters::getMonsterType] - Monster with name " .. key .. " not exist")
        end
        return found
    end

    --- The type that stands under a name already, without looking into files.
    function monsters.known_type(name)
        return by_name[lower(name)]
    end

    --- Makes a type known by the number of its race.
    function monsters.set_race(kind, race)
        if not by_race[race] then
            races[#races + 1] = race
        end
        by_race[race] = kind
    end

    --- The type of a race.
    function monsters.type_by_race(race)
        if not by_race[race] then
            monsters.read_spawned_types()
        end
        return by_race[race]
    end

    --- Visits the numbers of all races with their types, in the order of numbers.
    function monsters.each_race(visit)
        monsters.read_spawned_types()
        raw.table.sort(races)
        for _, race in raw.ipairs(races) do
            if by_race[race] then
                visit(race, by_race[race])
            end
        end
    end

    --- The same for those of the bestiary: bosses of the bosstiary are not among them (Canary).
    function monsters.each_of_bestiary(visit)
        monsters.each_race(function(race, kind)
            if kind.in_bestiary then
                visit(race, kind)
            end
        end)
    end

    --- Visits all types that are loaded, by the names they are known under.
    function monsters.each_type(visit)
        for _, key in raw.ipairs(order) do
            visit(key, by_name[key])
        end
    end

    --- How many names of types are known.
    function monsters.type_count()
        return #order
    end

    -- Callbacks of types, for whoever lists all that scripts have registered.
    local EVENTS = { "onThink", "onAppear", "onDisappear", "onMove", "onSay", "onPlayerAttack", "onSpawn" }
    function monsters.each_callback(visit)
        local seen = {}
        monsters.each_type(function(_, kind)
            if not seen[kind] then
                seen[kind] = true
                for _, event in raw.ipairs(EVENTS) do
                    if kind[event] then
                        visit(kind[event], "monster", kind.name)
                    end
                end
            end
        end)
    end
end
