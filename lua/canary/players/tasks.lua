--- Hunting tasks of Canary's players: three slots, each with a monster to be killed so many times for points.
---
--- A slot: { id (0 to 2), state, upgrade, rarity (stars), race (0 for none), kills, disabled_until, free_at (both in
--- milliseconds since 1970), races (those to choose from) }. As ioprey.cpp has it.

local context = ...
local raw = context.raw
local draw = context.use("canary/players/hunting_list")
local floor, format, ipairs, remove = raw.math.floor, raw.string.format, raw.ipairs, raw.table.remove

local LAST, SECOND, THIRD = 2, 1, 2
local LOCKED, INACTIVE, SELECTION, LIST, ACTIVE, COMPLETED = 0, 1, 2, 3, 4, 5
local MOST_STARS, MINUTE = 5, 60000
-- Kills of the easiest task, by how much they rise with the difficulty, and the points for the first.
local FIRST_KILLS, KILLS_FACTOR, FIRST_REWARD = 25, 4, 10
-- By a draw from 0 to 100, or less the more stars there are already.
local DRAWS = { [0] = 100, 70, 45, 20 }

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts
    local config, enum = parts.config, parts.enums.get

    local function now()
        return parts.scheduler.milliseconds()
    end

    -- Kills and points by difficulty (1 to 3) and stars.
    local options = {}
    local kills = FIRST_KILLS
    for difficulty = 1, 3 do
        local reward = floor(FIRST_REWARD * kills / FIRST_KILLS)
        options[difficulty] = {}
        for stars = 1, MOST_STARS do
            options[difficulty][stars] = { kills = kills, reward = reward }
            reward = floor(reward * (115 + difficulty * MOST_STARS) / 100)
        end
        kills = kills * KILLS_FACTOR
    end

    --- How hard a kind of monster is: 1 to 3.
    function players.task_difficulty(kind)
        local stars = kind.bestiary_stars or 0
        return stars <= 1 and 1 or stars <= 3 and 2 or 3
    end

    --- How many kills a task of a difficulty (1 to 3) and so many stars (1 to 5) takes, and the points for it.
    function players.task_option(difficulty, stars)
        local option = options[difficulty][stars]
        return option.kills, option.reward
    end

    --- How often a slot's monster has to be killed, and the points for it.
    ---@return number|nil kills nil without a monster
    ---@return number points
    function players.task_goal(slot)
        local kind = slot.race ~= 0 and parts.monsters.type_by_race(slot.race)
        if not kind then
            return nil, 0
        end
        local wanted, points = players.task_option(players.task_difficulty(kind), slot.rarity)
        local times = slot.upgrade and 2 or 1
        return wanted * times, points * times
    end

    local function erase(slot)
        slot.upgrade, slot.state, slot.race, slot.kills, slot.rarity = false, SELECTION, 0, 0, 1
    end

    local function roll_reward(slot)
        if slot.rarity >= 4 then
            slot.rarity = MOST_STARS
            return
        end
        local drawn = parts.random.uniform(0, DRAWS[slot.rarity])
        slot.rarity = drawn <= 5 and 5 or drawn <= 20 and 4 or drawn <= 45 and 3 or drawn <= 70 and 2 or 1
    end

    local function redraw(player, slot)
        slot.races = {}
        if not config.boolean("TASK_HUNTING_ENABLED") then
            return
        end
        local taken = {}
        for _, each in ipairs(player.tasks) do
            for _, race in ipairs(each.race ~= 0 and { each.race } or each.races) do
                taken[#taken + 1] = race
            end
        end
        slot.races = draw(server, player.level, taken)
    end

    local function start_over(player, slot)
        erase(slot)
        roll_reward(slot)
        redraw(player, slot)
    end

    local function new_slot(player, id)
        local slot = { id = id, races = {}, disabled_until = 0 }
        erase(slot)
        slot.free_at = now() + config.number("TASK_HUNTING_FREE_REROLL_TIME") * 1000
        player.tasks[id + 1] = slot
        if not config.boolean("TASK_HUNTING_ENABLED") then
            slot.state = INACTIVE
        elseif id == THIRD and not config.boolean("TASK_HUNTING_FREE_THIRD_SLOT")
            or id == SECOND and not players.is_premium(player) then
            slot.state = LOCKED
        else
            redraw(player, slot)
        end
    end

    --- A player's slots, made when they are first asked for.
    function players.tasks(player)
        if not player.tasks then
            player.tasks = {}
            for id = 0, LAST do
                new_slot(player, id)
            end
        end
        return player.tasks
    end

    local function task_of(player, race)
        for _, slot in ipairs(player.tasks or {}) do
            if race ~= 0 and slot.race == race and config.boolean("TASK_HUNTING_ENABLED") then
                return slot
            end
        end
    end

    --- Counts a kill of a kind of monster for the task that asks for it.
    function players.count_task_kill(player, kind)
        local slot = task_of(player, kind.race_id or 0)
        local goal = slot and players.task_goal(slot)
        if not goal then
            return
        end
        slot.kills = slot.kills + 1
        if slot.kills >= goal then
            slot.state = COMPLETED
            local text = "You succesfully finished your hunting task. Your reward is ready to be claimed!"
            players.text(player, enum("MESSAGE_STATUS"), text)
        end
        players.tell(player, "task", { slot = slot })
    end

    --- Unlocks the third slot, or locks it.
    function players.unlock_third_task(player, on)
        local slot = players.tasks(player)[THIRD + 1]
        if on then
            start_over(player, slot)
            players.tell(player, "task", { slot = slot })
        else
            slot.state = LOCKED
        end
    end

    --- Whether the third slot is unlocked.
    function players.has_third_task(player)
        return players.tasks(player)[THIRD + 1].state ~= LOCKED
    end

    --- What drawing anew costs before it is free again, and giving a task up.
    function players.task_price(player)
        return player.level * config.number("TASK_HUNTING_REROLL_PRICE_LEVEL")
    end

    --- Whether a player has finished a kind of monster, so that it may have twice the task.
    function players.may_upgrade_task(player, kind)
        return players.race_kills(player, kind.race_id or 0) >= (kind.bestiary_kills or 0)
    end

    -- What the client asks for -------------------------------------------------------------------------------------

    local BROKEN = "There was an error while processing your action. Please try reopening the task window."
    local actions = {}

    local function wait_of(slot)
        local left = slot.disabled_until - now()
        return left >= 0
            and format("You need to wait %d minutes to select a new creature on task.", floor(left / MINUTE)) or nil
    end

    actions[0] = function(player, slot)
        local wait = wait_of(slot)
        if wait then
            return wait
        elseif slot.free_at > now() then
            if not players.remove_money(player, players.task_price(player), 0, true) then
                return "You don't have enought money to reroll the task hunting slot."
            end
        else
            slot.free_at = now() + config.number("TASK_HUNTING_FREE_REROLL_TIME") * 1000
        end
        start_over(player, slot)
    end

    actions[1] = function(player, slot)
        if not players.use_prey_cards(player, config.number("TASK_HUNTING_BONUS_REROLL_PRICE")) then
            return "You don't have enought prey cards to reroll you task reward rarity."
        end
        roll_reward(slot)
    end

    actions[2] = function(player, slot)
        local wait = wait_of(slot)
        if wait then
            return wait
        elseif not players.use_prey_cards(player, config.number("TASK_HUNTING_SELECTION_LIST_PRICE")) then
            return "You don't have enought prey cards to choose a creature on list for you task hunting slot."
        end
        slot.race, slot.state = 0, LIST
    end

    local function place_in(races, wanted)
        for at, race in ipairs(races) do
            if race == wanted then
                return at
            end
        end
    end

    actions[3] = function(player, slot, upgrade, race)
        local wait, kind = wait_of(slot), parts.monsters.type_by_race(race)
        if wait then
            return wait
        elseif slot.state ~= SELECTION and slot.state ~= LIST then
            return BROKEN
        elseif slot.race ~= 0 then
            return "You already have an active monster on this task hunting slot."
        elseif slot.state == SELECTION and not place_in(slot.races, race) then
            return BROKEN
        elseif task_of(player, race) then
            return "This creature is already selected on another slot."
        elseif kind then
            slot.kills, slot.race, slot.state = 0, race, ACTIVE
            slot.upgrade = upgrade and players.may_upgrade_task(player, kind)
            local at = place_in(slot.races, race)
            if at then
                remove(slot.races, at)
            end
        end
    end

    actions[4] = function(player, slot)
        if not players.remove_money(player, players.task_price(player), 0, true) then
            return "You don't have enought money to cancel your current task hunting."
        end
        start_over(player, slot)
    end

    -- Tenths of the points that a player gets: more by luck, with four stars and more.
    local function luck(slot)
        local drawn = parts.random.uniform(0, 100)
        return slot.rarity >= 4 and (drawn <= 5 and 20 or drawn <= 10 and 15) or 10
    end

    actions[5] = function(player, slot)
        if slot.race == 0 then
            return "You cannot claim your task reward with an empty task hunting slot."
        end
        local goal, points = players.task_goal(slot)
        if not goal then
            return
        end
        local tenths = luck(slot)
        if slot.kills < goal then
            return "There was an error while processing you task hunting reward. Please try reopening the window."
        end
        points = floor(points * tenths / 10)
        local more = tenths == 20 and " including a 100% bonus." or tenths == 15 and " including a 50% bonus." or "."
        start_over(player, slot)
        slot.state = INACTIVE
        slot.disabled_until = now() + config.number("TASK_HUNTING_LIMIT_EXHAUST") * 1000
        player.task_points = (player.task_points or 0) + points
        players.tell(player, "dialog", {
            text = "Congratulations! You have earned " .. points .. " Hunting Task points" .. more,
        })
    end

    --- What a player's client asks for in its window of hunting tasks.
    ---@param player table
    ---@param id number of the slot: 0 to 2
    ---@param action number 0 draws anew, 1 other stars, 2 asks for the list of all, 3 chooses, 4 gives up, 5 takes the
    --- points
    ---@param upgrade boolean whether twice the task is wanted
    ---@param race number
    function players.ask_task(player, id, action, upgrade, race)
        if not config.boolean("TASK_HUNTING_ENABLED") or not actions[action] then
            return
        end
        local slot = players.tasks(player)[id + 1]
        local problem
        if not slot or slot.state == LOCKED then
            problem = "To unlock this task hunting slot first you must buy it on store."
        else
            problem = actions[action](player, slot, upgrade, race)
        end
        if problem then
            players.tell(player, "dialog", { text = problem })
        else
            players.tell(player, "task", { slot = slot })
        end
    end

    -- Keeping ------------------------------------------------------------------------------------------------------

    --- Rows of `player_taskhunt`, in the order of its columns; nil when the slots were never asked for.
    function players.written_tasks(player)
        local rows = player.tasks and config.boolean("TASK_HUNTING_ENABLED") and {} or nil
        for at, slot in ipairs(rows and player.tasks or {}) do
            rows[at] = { slot.id, slot.state, slot.race, slot.upgrade and 1 or 0, slot.rarity, slot.kills,
                slot.disabled_until, slot.free_at, players.written_races(slot.races) }
        end
        return rows
    end

    --- And back.
    function players.read_tasks(player, rows)
        if #rows == 0 or not config.boolean("TASK_HUNTING_ENABLED") then
            return
        end
        player.tasks = {}
        for _, row in ipairs(rows) do
            local id, state = row[1], row[2]
            if id == SECOND and state == LOCKED and players.is_premium(player)
                or state == INACTIVE and row[7] < now() then
                state = SELECTION
            end
            player.tasks[id + 1] = { id = id, state = state, race = raw.tonumber(row[3]), upgrade = row[4] ~= 0,
                rarity = row[5], kills = raw.tonumber(row[6]), disabled_until = row[7], free_at = row[8],
                races = players.read_races(row[9]) }
        end
        for id = 0, LAST do
            if not player.tasks[id + 1] then
                new_slot(player, id)
            end
        end
    end
end
