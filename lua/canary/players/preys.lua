--- Preys of Canary's players: three slots, each with a monster that brings a bonus for some hours of fights.
---
--- A slot: { id (0 to 2), state, bonus, option, rarity, race (0 for none), percent, left (seconds), free_at (in
--- milliseconds since 1970), races (those to choose from) }. As ioprey.cpp has it.

local context = ...
local raw = context.raw
local bytes = context.use("canary/network/bytes")
local draw = context.use("canary/players/hunting_list")
local ipairs, max, remove = raw.ipairs, raw.math.max, raw.table.remove

local LAST, SECOND, THIRD = 2, 1, 2
local LOCKED, INACTIVE, ACTIVE, SELECTION, CHANGE, LIST = 0, 1, 2, 3, 4, 5
local DAMAGE, DEFENSE, EXPERIENCE, LOOT, NONE = 0, 1, 2, 3, 4
local AUTOMATIC, KEPT = 1, 2
local MOST_STARS = 10
local BONUSES = { damage = DAMAGE, defense = DEFENSE, experience = EXPERIENCE, loot = LOOT }

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

    -- One slot -----------------------------------------------------------------------------------------------------

    local function is_occupied(slot)
        return slot.race ~= 0 and slot.left > 0
    end

    local function erase(slot, keep)
        if not keep then
            slot.bonus, slot.percent, slot.rarity = NONE, 5, 1
        end
        slot.state, slot.option, slot.race, slot.left = SELECTION, 0, 0, 0
    end

    local function roll_kind(slot)
        local old = slot.bonus
        repeat
            slot.bonus = parts.random.uniform(DAMAGE, LOOT)
        until slot.rarity ~= MOST_STARS or slot.bonus ~= old
    end

    local function roll_value(slot)
        slot.rarity = slot.rarity >= MOST_STARS - 1 and MOST_STARS or parts.random.uniform(slot.rarity + 1, MOST_STARS)
        if slot.bonus == DAMAGE or slot.bonus == DEFENSE then
            slot.percent = 2 * slot.rarity + (slot.bonus == DAMAGE and 5 or 10)
        else
            slot.percent = 3 * slot.rarity + 10
        end
    end

    local function reroll(slot)
        roll_kind(slot)
        roll_value(slot)
    end

    local function start(slot, race)
        if slot.bonus == NONE then
            reroll(slot)
        end
        slot.state, slot.race, slot.left = ACTIVE, race, config.number("PREY_BONUS_TIME")
        for at, other in ipairs(slot.races) do
            if other == race then
                remove(slot.races, at)
                break
            end
        end
    end

    -- A player's slots ---------------------------------------------------------------------------------------------

    local function redraw(player, slot)
        slot.races = {}
        if not config.boolean("PREY_ENABLED") then
            return
        end
        local taken = {}
        for _, each in ipairs(player.preys) do
            if is_occupied(each) then
                taken[#taken + 1] = each.race
            end
            for _, race in ipairs(each.races) do
                taken[#taken + 1] = race
            end
        end
        slot.races = draw(server, player.level, taken)
    end

    local function new_slot(player, id)
        local slot = { id = id, races = {}, bonus = NONE, rarity = 1 }
        erase(slot)
        -- In this order: the first percentage is that of no kind of bonus.
        roll_value(slot)
        roll_kind(slot)
        slot.free_at = now() + config.number("PREY_FREE_REROLL_TIME") * 1000
        if not config.boolean("PREY_ENABLED") then
            slot.state = INACTIVE
        elseif id == THIRD and not config.boolean("PREY_FREE_THIRD_SLOT")
            or id == SECOND and not players.is_premium(player) then
            slot.state = LOCKED
        end
        player.preys[id + 1] = slot
        if slot.state == SELECTION then
            redraw(player, slot)
        end
    end

    --- A player's slots, made when they are first asked for.
    function players.preys(player)
        if not player.preys then
            player.preys = {}
            for id = 0, LAST do
                new_slot(player, id)
            end
        end
        return player.preys
    end

    --- The slot in which a race is hunted; nil for none.
    function players.prey_of(player, race)
        if not player.preys or race == 0 or not config.boolean("PREY_ENABLED") then
            return nil
        end
        for _, slot in ipairs(player.preys) do
            if slot.race == race then
                return is_occupied(slot) and slot or nil
            end
        end
    end

    --- The bonus that a player has for a race, in percent; nil for none of that kind.
    ---@param kind string damage, defense, experience or loot
    function players.prey_bonus(player, race, kind)
        local slot = players.prey_of(player, race)
        return slot and slot.bonus == BONUSES[kind] and slot.percent or nil
    end

    --- A damage with a player's bonus for a race: more of its own, less of the monster's.
    ---@param damage table
    ---@param kind string damage or defense
    function players.apply_prey(player, race, damage, kind)
        local percent = players.prey_bonus(player, race, kind)
        if percent then
            for _, part in ipairs({ damage.primary, damage.secondary }) do
                -- The server divides whole numbers.
                local change = server.parts.combat.whole(part.value * percent / 100)
                part.value = part.value + (kind == "damage" and change or -change)
            end
        end
    end

    --- Unlocks the third slot, or locks it.
    function players.unlock_third_prey(player, on)
        local slot = players.preys(player)[THIRD + 1]
        if on then
            erase(slot)
            redraw(player, slot)
            players.tell(player, "prey", { slot = slot })
        else
            slot.state = LOCKED
        end
    end

    --- Whether the third slot is unlocked.
    function players.has_third_prey(player)
        return players.preys(player)[THIRD + 1].state ~= LOCKED
    end

    --- Takes cards; false when there are too few.
    function players.use_prey_cards(player, amount)
        if (player.prey_cards or 0) < amount then
            return false
        end
        player.prey_cards = player.prey_cards - amount
        return true
    end

    --- What drawing anew costs before it is free again.
    function players.prey_price(player)
        return player.level * config.number("PREY_REROLL_PRICE_LEVEL")
    end

    local function status(player, text)
        players.text(player, enum("MESSAGE_STATUS"), text)
    end

    -- A slot whose time is over: it is renewed for cards, or ends.
    local function expire(player, slot)
        if slot.option == AUTOMATIC and players.use_prey_cards(player, config.number("PREY_BONUS_REROLL_PRICE")) then
            reroll(slot)
            slot.left = config.number("PREY_BONUS_TIME")
            return status(player, "Your prey bonus type and time has been succesfully reseted.")
        elseif slot.option == KEPT and players.use_prey_cards(player, config.number("PREY_SELECTION_LIST_PRICE")) then
            slot.left = config.number("PREY_BONUS_TIME")
            return status(player, "Your prey bonus time has been succesfully reseted.")
        elseif slot.option == AUTOMATIC then
            status(player, "You don't have enought prey cards to enable automatic reroll when your slot expire.")
        elseif slot.option == KEPT then
            status(player, "You don't have enought prey cards to lock monster and bonus when the slot expire.")
        else
            redraw(player, slot)
            status(player, "Your prey bonus has expired.")
        end
        erase(slot)
    end

    --- Time of fights goes by, in seconds.
    function players.pass_prey_time(player, amount)
        for _, slot in ipairs(player.preys or {}) do
            if is_occupied(slot) then
                if slot.left <= amount then
                    expire(player, slot)
                    players.tell(player, "prey", { slot = slot })
                else
                    slot.left = slot.left - amount
                    players.tell(player, "prey_time", { slot = slot.id, left = slot.left })
                end
            end
        end
    end

    -- What the client asks for -------------------------------------------------------------------------------------

    local BUSY = "You already have an active monster on this prey slot."
    local BROKEN = "There was an error while processing your action. Please try reopening the prey window."
    local ELSEWHERE = "This creature is already selected on another slot."
    local actions = {}

    actions[0] = function(player, slot)
        if slot.free_at > now() then
            if not players.remove_money(player, players.prey_price(player), 0, true) then
                return "You don't have enought money to reroll the prey slot."
            end
        else
            slot.free_at = now() + config.number("PREY_FREE_REROLL_TIME") * 1000
        end
        erase(slot, true)
        slot.state = slot.bonus ~= NONE and CHANGE or slot.state
        redraw(player, slot)
    end

    actions[1] = function(player, slot)
        if not is_occupied(slot) then
            return "You don't have any active monster on this prey slot."
        elseif not players.use_prey_cards(player, config.number("PREY_BONUS_REROLL_PRICE")) then
            return "You don't have enought prey cards to reroll this prey slot bonus type."
        end
        reroll(slot)
        slot.left = config.number("PREY_BONUS_TIME")
    end

    actions[2] = function(player, slot, index)
        if is_occupied(slot) then
            return BUSY
        elseif slot.state == LOCKED or slot.state == ACTIVE or not slot.races[index + 1] then
            return BROKEN
        elseif players.prey_of(player, slot.races[index + 1]) then
            return ELSEWHERE
        end
        start(slot, slot.races[index + 1])
    end

    actions[3] = function(player, slot)
        if not players.use_prey_cards(player, config.number("PREY_SELECTION_LIST_PRICE")) then
            return "You don't have enought prey cards to choose a monsters on the list."
        end
        slot.left, slot.race, slot.state = 0, 0, LIST
    end

    actions[4] = function(player, slot, race)
        local kind = parts.monsters.type_by_race(race)
        if is_occupied(slot) then
            return BUSY
        elseif slot.state ~= LIST or not kind then
            return BROKEN
        elseif players.prey_of(player, race) then
            return ELSEWHERE
        elseif kind.preyable == false then
            return "This creature can't be select on prey. Please choose another one."
        end
        start(slot, race)
    end

    actions[5] = function(player, slot, option)
        local cards = player.prey_cards or 0
        if option == AUTOMATIC and cards < config.number("PREY_BONUS_REROLL_PRICE") then
            return "You don't have enought prey cards to enable automatic reroll when your slot expire."
        elseif option == KEPT and cards < config.number("PREY_SELECTION_LIST_PRICE") then
            return "You don't have enought prey cards to lock monster and bonus when the slot expire."
        end
        slot.option = option
    end

    --- What a player's client asks for in its window of preys.
    ---@param player table
    ---@param id number of the slot: 0 to 2
    ---@param action number 0 draws anew, 1 another bonus, 2 chooses one of those drawn, 3 asks for the list of all, 4
    --- chooses of it, 5 what is to be when the time is over
    ---@param value number index, race or option
    function players.ask_prey(player, id, action, value)
        if not config.boolean("PREY_ENABLED") or not actions[action] then
            return
        end
        local slot = players.preys(player)[id + 1]
        local problem
        if not slot or slot.state == LOCKED then
            problem = "To unlock this prey slot first you must buy it on store."
        else
            problem = actions[action](player, slot, value)
        end
        if problem then
            players.tell(player, "dialog", { text = problem })
        else
            players.tell(player, "prey", { slot = slot })
        end
    end

    -- Keeping ------------------------------------------------------------------------------------------------------

    --- Races as the database keeps them, and back.
    function players.written_races(races)
        local out = {}
        for at, race in ipairs(races) do
            out[at] = bytes.write(race, 2)
        end
        return raw.table.concat(out)
    end
    function players.read_races(text)
        local races = {}
        for at = 1, #(text or "") - 1, 2 do
            races[#races + 1] = bytes.read(text, at, 2)
        end
        return races
    end

    --- Rows of `player_prey`, in the order of its columns; nil when the slots were never asked for.
    function players.written_preys(player)
        local rows = player.preys and config.boolean("PREY_ENABLED") and {} or nil
        for at, slot in ipairs(rows and player.preys or {}) do
            rows[at] = { slot.id, slot.state, slot.race, slot.option, slot.bonus, slot.rarity, slot.percent, slot.left,
                slot.free_at, players.written_races(slot.races) }
        end
        return rows
    end

    --- And back.
    function players.read_preys(player, rows)
        local number = raw.tonumber
        if #rows == 0 or not config.boolean("PREY_ENABLED") then
            return
        end
        player.preys = {}
        for _, row in ipairs(rows) do
            local id, state = row[1], row[2]
            if id == SECOND and state == LOCKED and players.is_premium(player) then
                state = SELECTION
            end
            player.preys[id + 1] = { id = id, state = state, race = number(row[3]), option = row[4], bonus = row[5],
                rarity = row[6], percent = number(row[7]), left = max(0, number(row[8])), free_at = row[9],
                races = players.read_races(row[10]) }
        end
        for id = 0, LAST do
            if not player.preys[id + 1] then
                new_slot(player, id)
            end
        end
    end
end
