--- Charms of Canary's players: to what tier each is unlocked, which monsters it is set on, and what that costs.
---
--- A player has `charms` = { [id] = { race, tier } }, `unlocked_charms` and `used_charms` = { [id] = true },
--- `charm_points`, `charm_echoes`, and of both all that it ever had: `max_charm_points`, `max_charm_echoes`.

local context = ...
local raw = context.raw
local IDS = context.use("canary/monsters/charm_ids")
local bytes = context.use("canary/network/bytes")
local sorted_keys = context.use("canary/sorted_keys")
local floor, max, min, pairs = raw.math.floor, raw.math.max, raw.math.min, raw.pairs

-- Charms that are kept: the numbers from 0 on, the race in two bytes and the tier in one each.
local LAST_KEPT, KEPT_BYTES = 26, 3
local LAST_BIT = 31
local MAX_TIER = 3
-- Creatures that charms can be set on at once.
local FREE, PREMIUM, EXPANDED = 2, 6, 25
local EXPANDED_PERCENT = 75
-- What going back to none of them costs: this, and so much a level for those of more than 100.
local RESET, RESET_A_LEVEL, RESET_FROM = 100000, 11000, 100
local REMOVE_A_LEVEL = 100
-- The echoes that who is promoted begins with.
local PROMOTED_ECHOES = 100
-- What all charms of an older kind were worth together, and how many there were.
local OLD_CHARMS, OLD_POINTS = 19, 17400
local SMALLINT = 32767

---@param server table
---@param players table
return function(server, players)
    if server.tfs then
        return
    end
    local parts = server.parts
    local enum = parts.enums.get
    local MAJOR, MINOR = enum("CHARM_MAJOR"), enum("CHARM_MINOR")

    -- Asking -------------------------------------------------------------------------------------------------------

    --- The tier that a player has of a charm: 0 to 3.
    function players.charm_tier(player, id)
        local own = player.charms and player.charms[id]
        return own and own.tier or 0
    end

    --- The race that a player has set a charm on; 0 for none.
    function players.charm_race(player, id)
        local own = player.charms and player.charms[id]
        return own and own.race or 0
    end

    --- How likely a player's charm is to do something, in percent.
    ---@param player table
    ---@param charm table
    function players.charm_chance(player, charm)
        return charm.chance[players.charm_tier(player, charm.id) + 1] or 0
    end

    --- The charms that a player has set on a kind of monster.
    ---@param player table
    ---@param kind table
    ---@return table|nil major
    ---@return table|nil minor
    function players.charms_against(player, kind)
        local used, race, major, minor = player.used_charms, kind.race_id or 0, nil, nil
        if not used or race == 0 then
            return nil
        end
        for id in pairs(used) do
            local charm = players.charm_race(player, id) == race and parts.monsters.charm(id)
            if charm and charm.category == MAJOR and (not major or id < major.id) then
                major = charm
            elseif charm and charm.category == MINOR and (not minor or id < minor.id) then
                minor = charm
            end
        end
        return major, minor
    end

    --- A charm by its name ("VOID"), if a player has set it on a kind of monster.
    function players.charm_on(player, name, kind)
        local id = player.charms and IDS[name]
        if id and players.charm_race(player, id) == (kind.race_id or 0) then
            return parts.monsters.charm(id)
        end
    end

    --- The share of a death's losses that Bless keeps off: of one by a monster that the charm is set on.
    function players.charm_bless(player, killer)
        local charm = killer and killer.class_name == "Monster" and (killer.type.race_id or 0) ~= 0
            and players.charm_on(player, "BLESS", killer.type)
        return charm and players.charm_chance(player, charm) / 100 or 0
    end

    -- Points -------------------------------------------------------------------------------------------------------

    local function adder(key, all)
        return function(player, amount)
            player[key] = max(0, (player[key] or 0) + amount)
            player[all] = (player[all] or 0) + max(0, amount)
        end
    end
    --- Gives points for charms, or takes them.
    players.add_charm_points = adder("charm_points", "max_charm_points")
    --- The same for those of minor charms.
    players.add_charm_echoes = adder("charm_echoes", "max_charm_echoes")

    -- Unlocking and setting ----------------------------------------------------------------------------------------

    local function own(player, id)
        player.charms = player.charms or {}
        player.charms[id] = player.charms[id] or { race = 0, tier = 0 }
        return player.charms[id]
    end

    local function mark(player, list, id, on)
        player[list] = player[list] or {}
        player[list][id] = on or nil
    end

    --- Sets a charm on a race, 0 for none.
    function players.set_charm(player, id, race)
        own(player, id).race = race
        mark(player, "used_charms", id, race ~= 0)
    end

    --- Unlocks a charm; its tier stays what it is.
    function players.unlock_charm(player, id)
        mark(player, "unlocked_charms", id, true)
    end

    --- Forgets what charms are set on, and which are unlocked; tiers stay.
    function players.forget_charms(player)
        player.used_charms, player.unlocked_charms = {}, {}
        for _, charm in pairs(player.charms or {}) do
            charm.race = 0
        end
    end

    local function box(player, text)
        players.tell(player, "fyi", { text = text })
    end

    local function buy(player, charm)
        local tier, minor = players.charm_tier(player, charm.id), charm.category == MINOR
        if charm.category ~= MAJOR and not minor then
            return false
        elseif tier >= MAX_TIER then
            box(player, "Charm at max level.")
            return false
        end
        local price = charm.points[tier + 1] or 0
        if (minor and player.charm_echoes or not minor and player.charm_points or 0) < price then
            local what = minor and "minor charm echoes" or "charm points"
            box(player, "You don't have enough " .. what .. " to unlock this rune.")
            return false
        end
        if minor then
            players.add_charm_echoes(player, -price)
        else
            players.add_charm_points(player, -price)
            players.add_charm_echoes(player, 25 * tier * tier + 25 * tier + 50)
        end
        own(player, charm.id).tier = tier + 1
        players.unlock_charm(player, charm.id)
        return true
    end

    local function set(player, charm, race)
        local premium = players.is_premium(player)
        local most = premium and (player.charm_expansion and EXPANDED or PREMIUM) or FREE
        if #sorted_keys(player.used_charms or {}) >= most then
            return box(player, "You don't have any charm slots available.")
        end
        local kind = parts.monsters.type_by_race(race)
        if not kind or not (player.unlocked_charms and player.unlocked_charms[charm.id])
            or charm.category == MAJOR and players.race_kills(player, race) < (kind.bestiary_kills or 0) then
            return
        end
        local major, minor = players.charms_against(player, kind)
        if charm.category == MAJOR and major or charm.category == MINOR and minor then
            local category = charm.category == MAJOR and "Major" or "Minor"
            return box(player, "You already have this monster set on another " .. category .. " Charm!")
        end
        players.set_charm(player, charm.id, race)
        if not premium then
            box(player, "Creature has been set! You are a Free player, so you benefit from up to 2 runes! Premium"
                .. " players benefit from 6 and Charm Expansion allow you to set creatures to all runes at once!.")
        elseif not player.charm_expansion then
            box(player, "Creature has been set! You are a Premium player, so you benefit from up to 6 runes! Charm"
                .. " Expansion allow you to set creatures to all runes at once!")
        end
    end

    local function pay(player, cost)
        if player.charm_expansion then
            cost = floor(cost * EXPANDED_PERCENT / 100)
        end
        if players.remove_money(player, cost, 0, true) then
            return true
        end
        box(player, "You don't have enough gold.")
        return false
    end

    local function reset(player)
        local level = player.level
        if not pay(player, RESET + (level > RESET_FROM and level * RESET_A_LEVEL or 0)) then
            return
        end
        players.forget_charms(player)
        player.charms = {}
        player.charm_points = player.max_charm_points or 0
        local scoped = parts.storage.kv_get("player." .. raw.string.format("%d", player.guid) .. ".promoted")
        player.charm_echoes = scoped and PROMOTED_ECHOES or 0
        player.max_charm_echoes = player.charm_echoes
    end

    --- What a player's client asks for in its window of charms.
    ---@param player table
    ---@param action number 0 buys the next tier, 1 sets on a race, 2 sets on none, 3 gives all back
    ---@param id number of the charm
    ---@param race number
    function players.ask_charm(player, action, id, race)
        local charm = parts.monsters.charm(id)
        if action == 3 then
            reset(player)
        elseif charm and action == 0 then
            buy(player, charm)
        elseif charm and action == 1 then
            set(player, charm, race)
        elseif charm and action == 2 and pay(player, player.level * REMOVE_A_LEVEL) then
            players.set_charm(player, id, 0)
        end
        players.tell(player, "charms")
    end

    --- Points for what was finished before charms had tiers.
    function players.refund_old_charms(player)
        local unlocked, points = #sorted_keys(player.unlocked_charms or {}), player.charm_points or 0
        parts.monsters.each_of_bestiary(function(race, kind)
            if players.race_kills(player, race) >= (kind.bestiary_kills or 0) then
                unlocked, points = unlocked + 1, points + (kind.bestiary_points or 0)
            end
        end)
        points = points + (unlocked == OLD_CHARMS and OLD_POINTS or 0)
        player.charm_points, player.max_charm_points = points % 65536, points % 65536
    end

    -- Keeping ------------------------------------------------------------------------------------------------------

    local function bits_of(list)
        local bits = 0
        for id in pairs(list or {}) do
            bits = bits + (id < LAST_BIT and 2 ^ id or 0)
        end
        return bits
    end

    local function list_of(bits)
        local list = {}
        for id = 0, LAST_BIT - 1 do
            list[id] = floor((bits or 0) / 2 ^ id) % 2 == 1 or nil
        end
        return list
    end

    --- Charms as the database keeps them: a row of `player_charms`.
    ---@return table row columns in the order of the table
    function players.written_charms(player)
        local out = {}
        for id = 0, LAST_KEPT do
            out[id + 1] = bytes.write(players.charm_race(player, id), 2)
                .. bytes.write(players.charm_tier(player, id), 1)
        end
        return {
            min(SMALLINT, player.charm_points or 0), min(SMALLINT, player.charm_echoes or 0),
            min(SMALLINT, player.max_charm_points or 0), min(SMALLINT, player.max_charm_echoes or 0),
            player.charm_expansion and 1 or 0, bits_of(player.used_charms), bits_of(player.unlocked_charms),
            raw.table.concat(out), player.tracked_races or "",
        }
    end

    --- And back.
    function players.read_charms(player, row)
        player.charm_points, player.charm_echoes = row[1] or 0, row[2] or 0
        player.max_charm_points, player.max_charm_echoes = row[3] or 0, row[4] or 0
        player.charm_expansion = (row[5] or 0) ~= 0
        player.used_charms, player.unlocked_charms = list_of(row[6]), list_of(row[7])
        player.charms, player.tracked_races = {}, row[9]
        local text = row[8] or ""
        for at = 1, #text - KEPT_BYTES + 1, KEPT_BYTES do
            local race, tier = bytes.read(text, at, 2), bytes.read(text, at + 2, 1)
            if race ~= 0 or tier ~= 0 then
                player.charms[(at - 1) / KEPT_BYTES] = { race = race, tier = tier }
            end
        end
    end
end
