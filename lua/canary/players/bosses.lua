--- Bosses of Canary's players: the two that are put into slots for more loot, and what that costs.
---
--- A player has `boss_slots` = { race, race }, 0 for none, `boss_points` and `boss_removals`, how often it has paid.

local context = ...
local raw = context.raw
local floor, max, sqrt = raw.math.floor, raw.math.max, raw.math.sqrt

local FIRST, SECOND = 1, 2
-- Points from which there is a second slot.
local SECOND_POINTS = 1500
local MASTERY, MASTERY_BONUS = 3, 25
-- How long after a click the next one counts, in milliseconds.
local EXHAUSTED = 250

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts
    players.SECOND_BOSS_POINTS = SECOND_POINTS

    --- The race of the boss of the day; 0 for none.
    function players.boosted_boss()
        local name = parts.game.boosted_name(true)
        local kind = name ~= "" and parts.monsters.type_of(name, true)
        return kind and kind.race_id or 0
    end

    --- The race in a slot (1 or 2); 0 for none.
    function players.boss_in(player, slot)
        return player.boss_slots and player.boss_slots[slot] or 0
    end

    --- Percent by which points let bosses leave more.
    function players.boss_loot_bonus(points)
        if points <= 250 then
            return 25 + floor(points / 10)
        elseif points < 1250 then
            return floor(37.5 + floor(points / 20))
        end
        return floor(100 + 0.5 * (sqrt(8 * floor((points - 1250) / 5) + 81) - 9))
    end

    --- The points that such a bonus takes.
    function players.boss_points_of(bonus)
        if bonus <= 25 then
            return 0
        elseif bonus <= 50 then
            return 10 * bonus - 250
        elseif bonus <= 100 then
            return 20 * bonus - 750
        end
        return floor(2.5 * bonus * bonus - 477.5 * bonus + 24000)
    end

    --- Percent by which a boss leaves more for a player.
    function players.boss_bonus(player, race)
        local mastered = players.boss_level(player, race) == MASTERY
        return players.boss_loot_bonus(player.boss_points or 0) + (mastered and MASTERY_BONUS or 0)
    end

    --- What taking a boss out of a slot costs this time.
    function players.boss_removal_price(player)
        local times = player.boss_removals or 1
        return times < 2 and 0 or 300000 * times - 500000
    end

    --- All bosses that there are, by their races in order.
    ---@param visit function called with race, kind
    function players.each_boss(visit)
        parts.monsters.each_race(function(race, kind)
            if kind.in_bosstiary then
                visit(race, kind)
            end
        end)
    end

    --- Bosses that a player may put into a slot: { { race, kind }, … }, without the boss of the day.
    function players.known_bosses(player)
        local list, boosted = {}, players.boosted_boss()
        players.each_boss(function(race, kind)
            if race ~= boosted and players.boss_level(player, race) > 0 then
                list[#list + 1] = { race, kind }
            end
        end)
        return list
    end

    --- Whether a player has a slot.
    function players.has_boss_slot(player, slot)
        if slot == SECOND then
            return (player.boss_points or 0) >= SECOND_POINTS
        end
        return slot == FIRST and #players.known_bosses(player) > 0
    end

    --- A player puts a boss into a slot, or takes one out of it (race 0), which costs gold.
    ---@param player table
    ---@param slot number 1 or 2
    ---@param race number
    function players.ask_boss_slot(player, slot, race)
        if server.now - (player.last_ui or -EXHAUSTED) < EXHAUSTED then
            return players.cancel(player, parts.enums.get("RETURNVALUE_YOUAREEXHAUSTED"))
        end
        player.last_ui = server.now
        if slot ~= FIRST and slot ~= SECOND then
            return
        elseif race ~= 0 then
            local other = players.boss_in(player, slot == FIRST and SECOND or FIRST)
            if race == other or race == players.boosted_boss() or players.boss_level(player, race) == 0
                or not players.has_boss_slot(player, slot) then
                return
            end
        elseif players.boss_in(player, slot) ~= players.boosted_boss() then
            if not players.remove_money(player, players.boss_removal_price(player), 0, true) then
                return
            end
            player.boss_removals = (player.boss_removals or 1) + 1
        end
        player.boss_slots = player.boss_slots or {}
        player.boss_slots[slot] = race
    end

    --- A row of `player_bosstiary`, in the order of its columns.
    function players.written_bosses(player)
        return { players.boss_in(player, FIRST), players.boss_in(player, SECOND), player.boss_removals or 1,
            player.tracked_bosses or "" }
    end

    --- And back. The boss of the day is in no slot.
    function players.read_bosses(player, row)
        player.boss_slots = {}
        for slot = FIRST, SECOND do
            local race = max(0, row[slot] or 0)
            player.boss_slots[slot] = race ~= 0 and race ~= players.boosted_boss() and race or 0
        end
        player.boss_removals, player.tracked_bosses = row[3] or 1, row[4]
    end
end
