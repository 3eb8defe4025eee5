--- What Canary's players have killed: the bestiary and the bosses, what is unlocked by it and what it brings.

local context = ...
local raw = context.raw

-- Storage keys that the server keeps counts of kills under: this and the race.
local FIRST_KEY = 61305000

-- Kills at which a boss's level rises, by how rare it is, and the points for it.
local LEVELS = {
    [0] = { { 25, 5 }, { 100, 15 }, { 300, 30 } },
    { { 5, 10 }, { 20, 30 }, { 60, 60 } },
    { { 1, 10 }, { 3, 30 }, { 5, 60 } },
}
local STEPS = { "bestiary_first", "bestiary_second", "bestiary_kills" }

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts

    --- How many of a race a player has killed.
    function players.race_kills(player, race)
        local count = player.storage[FIRST_KEY + race] or 0
        return count > 0 and count or 0
    end

    local function add_kills(player, race, count)
        player.storage[FIRST_KEY + race] = players.race_kills(player, race) + count
        player.storage_changed = true
    end

    local function is_boss(kind)
        return (kind.boss_class or "") ~= ""
    end

    local function reaches(kind, before, after)
        for _, key in raw.ipairs(STEPS) do
            local least = kind[key] or 0
            if before < least and after >= least then
                return true
            end
        end
        return before == 0
    end

    --- Counts kills of a kind of monster: at some of them more is told of it, at the last one charms are paid for it.
    ---@param player table
    ---@param kind table
    ---@param count number
    function players.add_bestiary_kill(player, kind, count)
        local race = kind.race_id or 0
        if race == 0 then
            return
        end
        local before = players.race_kills(player, race)
        add_kills(player, race, count)
        if reaches(kind, before, before + count) then
            local text = "You unlocked details for the creature '" .. kind.name .. "'"
            players.text(player, server.env.MESSAGE_STATUS, text)
            players.tell(player, "bestiary_changed", { race = race })
            if before + count >= (kind.bestiary_kills or 0) then
                players.add_charm_points(player, kind.bestiary_points or 0)
            end
        end
    end

    --- The level that a player has reached with a boss: 0 to 3.
    function players.boss_level(player, race)
        local kind = parts.monsters.type_by_race(race)
        if race == 0 or not kind then
            return 0
        end
        local kills, level = players.race_kills(player, race), 0
        for _, step in raw.ipairs(LEVELS[kind.boss_race or 0] or {}) do
            level = level + (kills >= step[1] and 1 or 0)
        end
        return level
    end

    --- Counts kills of a boss; a new level brings points.
    function players.add_boss_kill(player, kind, count)
        local race = kind.race_id or 0
        if race == 0 then
            return
        end
        local before = players.boss_level(player, race)
        add_kills(player, race, count)
        local now = players.boss_level(player, race)
        if now ~= before then
            player.boss_points = (player.boss_points or 0) + LEVELS[kind.boss_race or 0][now][2]
        end
    end

    -- As how many kills one counts: by config.lua, by the events of these days, and for the boss of the day.
    local function kills(kind, multiplier, doubled)
        local count = parts.config.number(multiplier) * (parts.game.schedule.doubles(doubled) and 2 or 1)
        if is_boss(kind) and kind.name == parts.game.boosted_name(true) then
            count = count * parts.config.number("BOOSTED_BOSS_KILL_BONUS")
        end
        return count
    end

    --- A player has its share in a monster's death.
    function players.count_kill(player, monster)
        if monster.summoned then
            return
        end
        local kind = monster.type
        players.count_task_kill(player, kind)
        if is_boss(kind) then
            players.add_boss_kill(player, kind, kills(kind, "BOSSTIARY_KILL_MULTIPLIER", "double-bosstiary"))
        else
            players.add_bestiary_kill(player, kind, kills(kind, "BESTIARY_KILL_MULTIPLIER", "double-bestiary"))
        end
    end
end
