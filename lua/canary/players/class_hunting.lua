--- Player: Canary's hunting: the bestiary, bosses, preys, tasks, the forge.

local context = ...
local raw = context.raw

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local of, strict, none = binders.of, binders.strict, binders.none

    local function type_named(name)
        return server.parts.monsters.type_of(arguments.string(name))
    end

    local function add_kill(count)
        return of(function(player, name, ...)
            local found = type_named(name)
            if not found then
                return nil
            end
            players[count](player, found, arguments.given(arguments.u32, 1, 1, ...))
            return true
        end)
    end

    local function boss_race(name)
        local found = type_named(name)
        if not found then
            return nil, true
        end
        local race = found.race_id or 0
        return race ~= 0 and race or nil, false
    end

    local function of_boss(fn)
        return of(function(player, name)
            local race, unknown = boss_race(name)
            if not race then
                -- A monster that is no boss has no answer at all.
                if unknown then
                    return nil
                end
                return
            end
            return fn(player, race)
        end)
    end

    -- Points of the forge: how many, added, taken and set.
    local function forge(methods, name, key, otherwise, setter, initial)
        methods["get" .. name] = none(function(player)
            return player[key] or initial
        end)
        methods["add" .. name] = none(function(player, amount)
            player[key] = (player[key] or initial) + arguments.u64(amount, otherwise)
            return true
        end)
        methods["remove" .. name] = none(function(player, amount)
            -- It has no sign, and wraps.
            local rest = (player[key] or initial) - arguments.u64(amount, otherwise)
            player[key] = rest < 0 and rest + 2 ^ 64 or rest
            return true
        end)
        if setter then
            methods["set" .. name] = none(function(player, amount)
                player[key] = arguments.u64(amount, 0)
                return true
            end)
        end
    end

    -- Tells whether a third slot is unlocked, or locks and unlocks it.
    local function third_slot(has, unlock)
        return of(function(player, ...)
            if raw.select("#", ...) == 0 then
                return players[has](player)
            end
            players[unlock](player, arguments.boolean((...), false))
            return true
        end)
    end

    local methods = {
        addBestiaryKill = add_kill("add_bestiary_kill"),
        isMonsterBestiaryUnlocked = none(function(player, value)
            local race = arguments.u16(value)
            local found = server.parts.monsters.type_by_race(race)
            if not found then
                server:report("Monster race id not exists")
                return
            end
            -- It answers only when it is so: its no is pushed, but not returned.
            if found.bestiary_kills and players.race_kills(player, race) >= found.bestiary_kills then
                return true
            end
        end),
        getBosstiaryLevel = of_boss(players.boss_level),
        getBosstiaryKills = of_boss(players.race_kills),
        addBosstiaryKill = add_kill("add_boss_kill"),
        setBossPoints = none(function(player, value)
            player.boss_points = arguments.u32(value)
            return true
        end),
        setRemoveBossTime = none(function(player, value)
            player.boss_removals = arguments.u8(value)
            return true
        end),
        getSlotBossId = none(function(player, slot)
            return players.boss_in(player, arguments.u8(slot))
        end),
        getBossBonus = none(function(player, slot)
            return players.boss_bonus(player, players.boss_in(player, arguments.u8(slot)))
        end),
        getPreyCards = of(function(player)
            return player.prey_cards or 0
        end),
        addPreyCards = of(function(player, amount)
            player.prey_cards = (player.prey_cards or 0) + arguments.u64(amount, 0)
            return true
        end),
        removePreyStamina = of(function(player, seconds)
            players.pass_prey_time(player, arguments.u8(seconds, 1))
            return true
        end),
        isMonsterPrey = of(function(player, race)
            return players.prey_of(player, arguments.u16(race)) ~= nil
        end),
        getPreyExperiencePercentage = of(function(player, race)
            return 100 + (players.prey_bonus(player, arguments.u16(race), "experience") or 0)
        end),
        getPreyLootPercentage = of(function(player, race)
            return players.prey_bonus(player, arguments.u16(race), "loot") or 0
        end),
        preyThirdSlot = third_slot("has_third_prey", "unlock_third_prey"),
        taskHuntingThirdSlot = third_slot("has_third_task", "unlock_third_task"),
        getTaskHuntingPoints = strict(function(player)
            return player.task_points or 0
        end),
        addTaskHuntingPoints = of(function(player, amount)
            local value = arguments.u64(amount)
            player.task_points = (player.task_points or 0) + value
            return value
        end),
        removeTaskHuntingPoints = of(function(player, amount)
            local value = arguments.u64(amount)
            if (player.task_points or 0) < value then
                return false
            end
            player.task_points = (player.task_points or 0) - value
            return true
        end),
        getForgeSlivers = none(function(player)
            return server.parts.items.player_count(player, server.env.ITEM_FORGE_SLIVER or 37109)
        end),
        getForgeCores = none(function(player)
            return server.parts.items.player_count(player, server.env.ITEM_FORGE_CORE or 37110)
        end),
    }
    forge(methods, "ForgeDusts", "forge_dusts", 0, true, 0)
    -- As the database has it of who is new.
    forge(methods, "ForgeDustLevel", "forge_dust_level", 1, false, 100)
    userdata.methods("Player", methods)
end
