--- A player's record, made of the columns of the table `players` or of none.
---
--- Beside what every creature has: { guid, account_id, account_type, level, experience, level_percent, mana, max_mana,
--- mana_spent, magic_level, magic_percent, soul, stamina, capacity, vocation, group, town, sex, skills = { [skill] =
--- { level, tries, percent } }, var_skills, special_skills, var_stats (what conditions and items add), bank, blessings,
--- inventory = { [slot] = item }, outfits, spells, party, guild, guild_rank, guild_nick, … }.

local context = ...
local raw = context.raw
local floor, max, min = raw.math.floor, raw.math.max, raw.math.min

local wrapped = context.use("canary/players/wrapped")

-- Up to here levels begin with what a double holds.
local EXACT_LEVEL = 60000
local SKILL_COLUMNS = { [0] = "fist", "club", "sword", "axe", "dist", "shielding", "fishing" }
-- What Canary counts for scripts and the hunt, by the column that keeps it.
local COUNTED = {
    prey_cards = "prey_wildcard",
    task_points = "task_points",
    boss_points = "boss_points",
    forge_dusts = "forge_dusts",
    forge_dust_level = "forge_dust_level",
}
-- Canary's further ones begin at 0: critical hits, leech.
local CANARY_LAST_SKILL = 12

---@param server table
---@param players table
return function(server, players)
    local tfs = server.tfs
    --- Keys of a player's record whose value is a column of the same value.
    players.counted = tfs and {} or COUNTED
    local next_guid = 1
    local by_guid = raw.setmetatable({}, { __mode = "v" })

    -- Where it is more than doubles hold, or wraps.
    local function huge_experience(level)
        local of, add, times = wrapped.of, wrapped.add, wrapped.times
        local own = of(level)
        local value = add(times(add(own, of(-6)), own), of(17))
        value = add(times(value, own), of(-12))
        return wrapped.number(times(wrapped.over(value, 6), of(100)))
    end

    --- The experience that a level begins with.
    function players.experience_for(level)
        if level < 1 or level > EXACT_LEVEL then
            return huge_experience(level)
        end
        return floor((((level - 6) * level + 17) * level - 12) / 6) * 100
    end

    local function skills_of(fields)
        local skills = {}
        for skill = 0, tfs and 6 or CANARY_LAST_SKILL do
            local column = SKILL_COLUMNS[skill]
            local level = column and fields["skill_" .. column] or (skill <= 6 and 10 or 0)
            local tries = column and fields["skill_" .. column .. "_tries"] or 0
            skills[skill] = { level = level, tries = tries, percent = 0 }
        end
        return skills
    end

    --- Makes a player, who is not yet in the game.
    ---@param name string
    ---@param fields table|nil columns: level, vocation, health, mana, cap, soul, …
    ---@return table player
    function players.make(name, fields)
        fields = fields or {}
        local creatures, vocations = server.parts.creatures, server.parts.vocations
        local level = fields.level or 1
        local health, mana = fields.health or 150, fields.mana or 0
        local guid = fields.id or next_guid
        next_guid = max(next_guid, guid) + 1
        local outfit = creatures.outfit({
            lookType = fields.looktype or 136,
            lookHead = fields.lookhead,
            lookBody = fields.lookbody,
            lookLegs = fields.looklegs,
            lookFeet = fields.lookfeet,
            lookAddons = fields.lookaddons,
        })
        local player = creatures.init({
            class_name = "Player",
            name = name,
            guid = guid,
            account_id = fields.account_id or guid,
            account_type = fields.account_type or 1,
            account_name = fields.account_name or name,
            level = level,
            experience = fields.experience or players.experience_for(level),
            level_percent = 0,
            health = health,
            max_health = fields.healthmax or health,
            mana = mana,
            max_mana = fields.manamax or mana,
            magic_level = fields.maglevel or 0,
            mana_spent = fields.manaspent or 0,
            magic_percent = 0,
            soul = fields.soul or 100,
            stamina = fields.stamina or 2520,
            capacity = (fields.cap or 400) * 100,
            vocation = vocations.get(fields.vocation or 0),
            group = vocations.group(fields.group_id or 1),
            town_id = fields.town_id or 1,
            sex = fields.sex or 0,
            pronoun = fields.pronoun or 0,
            direction = fields.direction or 2,
            outfit = outfit,
            default_outfit = creatures.copy_outfit(outfit),
            light_color = 215,
            skills = skills_of(fields),
            var_skills = {},
            special_skills = {},
            var_stats = {},
            bank = fields.balance or 0,
            blessings = {},
            inventory = {},
            inventory_weight = 0,
            outfits = {},
            mounts = {},
            familiars = {},
            spells = {},
            attacked = {},
            kills = {},
            skull = fields.skull or 0,
            skull_ticks = 0,
            premium_ends_at = fields.premium_ends_at or 0,
            last_login = fields.lastlogin or 0,
            last_logout = fields.lastlogout or 0,
            ip = fields.lastip or 0x0100007F,
            offline_time = fields.offlinetraining_time or 43200000,
            offline_skill = fields.offlinetraining_skill or -1,
            idle_time = 0,
            message_buffer = 0,
            message_ticks = 0,
            chase_mode = false,
            secure_mode = not tfs,
            fight_mode = 1,
            guild_nick = "",
            pz_locked = false,
            base_xp = 100,
            stamina_xp = 100,
            login_position = fields.posx and { x = fields.posx, y = fields.posy, z = fields.posz } or nil,
            race = server.env.RACE_BLOOD,
        })
        player.name_description = name
        local town = server.parts.map.towns
        player.town = town and town.by_id[player.town_id] or nil
        players.update_base_speed(player)
        players.update_percents(player)
        for column, set in raw.pairs({ storage = player.storage, spells = player.spells }) do
            for key, value in raw.pairs(fields[column] or {}) do
                set[key] = value
            end
        end
        player.animus = not tfs and players.read_animus(fields.animus_mastery) or nil
        for key, column in raw.pairs(players.counted) do
            player[key] = fields[column]
        end
        by_guid[guid] = player
        return player
    end

    --- A player by its number in the database, while it is in the game.
    function players.by_guid(guid)
        local player = by_guid[guid]
        return player and not player.removed and player.tile and player or nil
    end

    --- A player who is known, even out of the game.
    function players.known(guid)
        return by_guid[guid]
    end

    --- Lets go of a player who was made only to be looked at or changed, out of the game.
    function players.forget(player)
        if by_guid[player.guid] == player then
            by_guid[player.guid] = nil
        end
    end

    --- Whether a player, by its group or itself, has a flag.
    ---@param player table
    ---@param flag string in small letters: "cannotbeattacked"
    function players.has_flag(player, flag)
        local bit = server.parts.vocations.flag_bit(flag)
        return bit ~= nil and player.group ~= nil and player.group.flags[bit] == true
    end

    --- How fast it is by its level.
    function players.update_base_speed(player)
        if players.has_flag(player, "setmaxspeed") then
            player.base_speed = tfs and 1500 or 65535
        elseif tfs then
            player.base_speed = player.vocation.base_speed + 2 * (player.level - 1)
        else
            player.base_speed = min(65535, player.vocation.base_speed + player.level - 1)
        end
    end

    --- The most health, with what items and conditions add.
    function players.max_health(player)
        local value = player.max_health + (player.var_stats[server.env.STAT_MAXHITPOINTS or 0] or 0)
        value = player.wheel and value + players.wheel_stat(player, "health") or value
        return max(1, value)
    end

    --- The most mana, likewise; what has no sign wraps.
    function players.max_mana(player)
        local value = player.max_mana + (player.var_stats[server.env.STAT_MAXMANAPOINTS or 1] or 0)
        value = player.wheel and value + players.wheel_stat(player, "mana") or value
        return max(0, value)
    end

    --- Hundredths of an ounce that it can carry.
    function players.max_capacity(player)
        if players.has_flag(player, "cannotpickupitem") then
            return 0
        elseif players.has_flag(player, "hasinfinitecapacity") then
            return 4294967295
        end
        return players.capacity(player)
    end

    --- And how much more it can.
    function players.free_capacity(player)
        local most = players.max_capacity(player)
        if most == 0 or most == 4294967295 then
            return most
        end
        return max(0, most - server.parts.items.inventory_weight(player))
    end

    local function is_loyal(player)
        return not tfs and (player.loyalty_bonus or 0) ~= 0
    end

    -- Canary's players get levels for their loyalty: those that a share of all that they ever trained would bring.
    local function loyal_level(player, level, first, done, needed)
        local bonus = player.loyalty_bonus
        local now, next_level = needed(level), needed(level + 1)
        if now >= next_level then
            return level
        end
        local total = done
        for each = first, level do
            total = total + needed(each)
        end
        local more = floor(total * bonus / 100)
        while done + more >= next_level do
            more = more - (next_level - done)
            level, done, now = level + 1, 0, next_level
            next_level = needed(level + 1)
            if now >= next_level then
                break
            end
        end
        return level
    end

    local function loyal_skill(player, skill)
        local own = player.skills[skill]
        return loyal_level(player, own.level, 10, own.tries, function(at)
            return server.parts.vocations.skill_tries(player.vocation, skill, at)
        end)
    end

    local function loyal_magic(player)
        return loyal_level(player, player.magic_level, 1, player.mana_spent, function(at)
            return server.parts.vocations.mana_spent(player.vocation, at)
        end)
    end

    --- A skill with what items and conditions add.
    function players.skill_level(player, skill)
        local level = is_loyal(player) and loyal_skill(player, skill) or player.skills[skill].level
        level = max(0, level + (player.var_skills[skill] or 0))
        return player.wheel and players.skill_of_wheel(player, skill, level) or level
    end

    --- The magic level, likewise.
    function players.effective_magic_level(player)
        local level = is_loyal(player) and loyal_magic(player) or player.magic_level
        level = max(0, level + (player.var_stats[server.env.STAT_MAGICPOINTS or 3] or 0))
        return player.wheel and level + players.wheel_stat(player, "magic") or level
    end

    --- A skill, and the magic level, without what items and conditions add.
    function players.base_skill(player, skill)
        return player.skills[skill] and player.skills[skill].level or 0
    end
    function players.base_magic_level(player)
        return player.magic_level
    end
    players.magic_level = players.effective_magic_level
    players.capacity = function(player)
        if tfs then
            return player.capacity
        end
        return player.capacity + (player.bonus_capacity or 0) + (player.var_stats[server.env.STAT_CAPACITY or 4] or 0)
            + players.wheel_stat(player, "capacity") * 100
    end

    -- What items and conditions add, a list each.
    local function adder(list)
        return function(player, key, change)
            player[list][key] = (player[list][key] or 0) + change
        end
    end
    players.add_var_skill = adder("var_skills")
    players.add_special_skill = adder("special_skills")
    players.add_var_stat = adder("var_stats")

    --- Whether damage or a condition does nothing to it.
    function players.is_immune(player, _)
        return players.has_flag(player, "cannotbeattacked")
    end

    --- Whether its account is paid for.
    function players.is_premium(player)
        if server.parts.config.boolean("FREE_PREMIUM") or players.has_flag(player, "isalwayspremium") then
            return true
        end
        return player.premium_ends_at > server.parts.scheduler.time()
    end

    --- Whether its vocation is a promotion.
    function players.is_promoted(player)
        return not server.parts.vocations.promotion(player.vocation.id) and player.vocation.id ~= 0
    end

    --- Whether it may not enter a protection zone.
    function players.is_pz_locked(player)
        return player.pz_locked
    end

    function players.ignores_weapon_check(player)
        return players.has_flag(player, "ignoreweaponcheck")
    end

    --- Keeps a number under a key of a creature.
    function server.parts.creatures.set_storage(creature, key, value)
        local old = creature.storage[key]
        creature.storage[key] = value
        if creature.class_name == "Player" then
            creature.storage_changed = true
        end
        if tfs then
            -- The server hands the two values over in the wrong order.
            server.parts.events.meta("Creature", "onUpdateStorage", creature, key, old, value, false)
        end
    end

    --- Whether a key is the server's own.
    function server.parts.creatures.is_reserved(key)
        local start = server.parts.enums.get("PSTRG_RESERVED_RANGE_START") or 10000000
        local size = server.parts.enums.get("PSTRG_RESERVED_RANGE_SIZE") or 10000000
        return key >= start and key - start < size
    end
end
