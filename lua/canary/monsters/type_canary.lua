--- MonsterType: what Canary alone has: races, bosses, sounds, reflection.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments = server.userdata, server.arguments
    local tools = monsters.type_tools
    local of, select = tools.of, raw.select

    local function strict(fn)
        return bind.strict("MonsterType", tools.NOT_FOUND, fn, false)
    end

    -- Where nothing is found these answer with nothing at all.
    local function quiet(fn)
        return bind.none("MonsterType", tools.NOT_FOUND, fn)
    end

    --- All types whose field has a value, each once.
    function monsters.types_with(field, value)
        local list, seen = {}, {}
        monsters.each_type(function(_, kind)
            if kind[field] == value and not seen[kind] then
                seen[kind] = true
                list[#list + 1] = kind
            end
        end)
        return list
    end

    local function by(field)
        return function(...)
            -- They are methods, but read the first that is passed as the number.
            local list = {}
            for _, kind in raw.ipairs(monsters.types_with(field, arguments.u8((...)))) do
                -- Only those of the bestiary.
                if (kind.race_id or 0) > 0 then
                    list[#list + 1] = kind
                end
            end
            raw.table.sort(list, function(a, b)
                return a.race_id < b.race_id
            end)
            return bind.list(list)
        end
    end

    userdata.methods("MonsterType", {
        critChance = of(function(kind, ...)
            if select("#", ...) == 1 then
                kind.crit_chance = arguments.u16((...))
            end
            return kind.crit_chance
        end),
        getCorpseId = bind.field("MonsterType", "corpse"),
        getTypeName = of(function(kind)
            return kind.type_name
        end),
        canSpawn = of(function(kind, position)
            local _, _, z = server.parts.map.take_position(position)
            local is_day = server.parts.game.is_day()
            local period = kind.respawn_period
            -- RESPAWNPERIOD_DAY is 1, RESPAWNPERIOD_NIGHT is 2.
            if (is_day and period == 2) or (not is_day and period == 1) then
                return z > 7 and kind.respawn_underground ~= 0
            end
            return true
        end),
        enemyFactions = of(function(kind, ...)
            local factions = monsters.list(kind, "enemy_factions")
            if select("#", ...) == 0 then
                return sorted_keys(factions)
            end
            factions[arguments.enum32((...))] = true
            return true
        end),
        targetPreferMaster = of(function(kind, ...)
            if select("#", ...) == 0 then
                return kind.faction
            end
            kind.prefers_master = arguments.boolean((...))
            return true
        end),
        raceId = of(function(kind, ...)
            if select("#", ...) == 0 then
                return kind.race_id
            end
            kind.race_id, kind.in_bestiary = arguments.u16((...)), true
            monsters.set_race(kind, kind.race_id)
            return true
        end),
        addReflect = tools.map_adder("reflects"),
        addHealing = tools.map_adder("healings"),
        onPlayerAttack = tools.event_setter("onPlayerAttack"),
        onSpawn = tools.event_setter("onSpawn"),
        bossRace = quiet(function(kind, ...)
            if select("#", ...) == 0 then
                return kind.boss_class ~= "" and kind.boss_class or nil
            end
            local race, class = ...
            kind.boss_race, kind.boss_class = arguments.u8(race), arguments.string(class)
            return true
        end),
        bossRaceId = quiet(function(kind, ...)
            if select("#", ...) == 0 then
                return kind.boss_class ~= "" and kind.boss_race or 0
            end
            kind.race_id, kind.in_bosstiary = arguments.u16((...)), true
            monsters.set_race(kind, kind.race_id)
            return true
        end),
        addSound = strict(function(kind, sound)
            local sounds = monsters.list(kind, "sounds")
            sounds[#sounds + 1] = arguments.enum16(sound)
            return true
        end),
        getSounds = of(function(kind)
            -- The server makes a table of each and answers with the last.
            local sounds = kind.sounds or {}
            return #sounds > 0 and { [#sounds] = sounds[#sounds] } or {}
        end),
        getMonstersByRace = by("bestiary_race"),
        getMonstersByBestiaryStars = by("bestiary_stars"),
    })
end
