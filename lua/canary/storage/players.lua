--- Players as the database keeps them, loaded and saved.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local floor, min = raw.math.floor, raw.math.min
local bytes = context.use("canary/network/bytes")

local SKILLS = { [0] = "fist", "club", "sword", "axe", "dist", "shielding", "fishing" }
-- Canary keeps these as storage values, in ranges of keys.
local OUTFITS, OUTFITS_END, MOUNTS, FAMILIARS, FAMILIARS_END = 10001000, 10001500, 10002001, 10003000, 10003500
-- Mounts that one value says something of.
local MOUNTS_A_KEY, MOUNT_KEYS = 31, 10
local DAY = 86400
-- What has no sign and has wrapped is no number of the database's.
local LARGEST = 2 ^ 53
-- A skull lasts until a moment that is written; on loading the servers round up.
local ROUNDED_UP = 2

return function(server, storage)
    local tfs = server.tfs

    --- Players in the game, in the order of their ids.
    ---@return table[]
    function storage.players_online()
        local creatures = server.parts.creatures
        return creatures.players and creatures.players() or {}
    end

    -- Loading --------------------------------------------------------------------------------------------------

    -- What players.make takes: columns, some of them in other units.
    local function fields_of(data, given)
        local fields = {}
        for column, value in raw.pairs(data.row) do
            fields[column] = value
        end
        fields.offlinetraining_time = fields.offlinetraining_time and fields.offlinetraining_time * 1000
        local skull_left = (fields.skulltime or 0) - storage.now()
        fields.skull_seconds = skull_left > 0 and skull_left + ROUNDED_UP or 0
        if fields.skull_seconds == 0 then
            fields.skull = 0
        end
        if raw.type(fields.lastip) == "string" then
            fields.lastip = #fields.lastip == 4 and bytes.read(fields.lastip, 1, 4) or nil
        end
        if fields.posx == 0 and fields.posy == 0 and fields.posz == 0 then
            fields.posx, fields.posy, fields.posz = nil, nil, nil
        end
        local account = data.account
        if account then
            fields.account_type = account.type
            fields.account_name = account.name
            fields.premium_ends_at = account.premium_ends_at or account.lastday
        end
        for column, value in raw.pairs(given or {}) do
            fields[column] = value
        end
        return fields
    end

    local function give_blessings(player, row)
        if tfs then
            for index = 0, 15 do
                if floor((row.blessings or 0) / 2 ^ index) % 2 == 1 then
                    player.blessings[index] = 1
                end
            end
            return
        end
        for index = 1, 8 do
            local count = row["blessings" .. index] or 0
            player.blessings[index] = count > 0 and count or nil
        end
    end

    local function give_canary_storage(player, key, value)
        if key > OUTFITS and key <= OUTFITS_END then
            player.outfits[#player.outfits + 1] = { look_type = floor(value / 65536), addons = value % 65536 }
        elseif key > FAMILIARS and key <= FAMILIARS_END then
            player.familiars[floor(value / 65536)] = true
        elseif key >= MOUNTS and key < MOUNTS + MOUNT_KEYS then
            for bit = 0, MOUNTS_A_KEY - 1 do
                if floor(value / 2 ^ bit) % 2 == 1 then
                    player.mounts[(key - MOUNTS) * MOUNTS_A_KEY + bit + 1] = true
                end
            end
        else
            player.storage[key] = value
        end
    end

    local function give_guild(player, guild)
        local vocations = server.parts.vocations
        if not guild or not vocations.make_guild then
            return
        end
        local made = vocations.make_guild(guild.id, guild.name)
        if #made.ranks == 0 then
            made.motd, made.balance = guild.motd or "", guild.balance or 0
            for at, rank in raw.ipairs(guild.ranks) do
                made.ranks[at] = { id = rank[1], name = rank[2], level = rank[3] }
            end
        end
        for _, rank in raw.ipairs(made.ranks) do
            if rank.id == guild.rank_id then
                player.guild, player.guild_rank, player.guild_nick = made, rank, guild.nick
            end
        end
    end

    -- Charms, bosses, preys, hunting tasks and the wheel.
    local function give_hunt(player, data)
        local players = server.parts.players
        if data.charms and data.charms[1] then
            players.read_charms(player, data.charms[1])
        end
        if data.bosses and data.bosses[1] then
            players.read_bosses(player, data.bosses[1])
        end
        players.read_preys(player, data.preys or {})
        players.read_tasks(player, data.tasks or {})
        players.read_wheel(player, data.wheel or {})
    end

    local function give(player, data)
        for _, row in raw.ipairs(data.storage or {}) do
            if tfs then
                player.storage[row[1]] = row[2]
            else
                give_canary_storage(player, row[1], row[2])
            end
        end
        for _, row in raw.ipairs(data.spells or {}) do
            player.spells[#player.spells + 1] = row[1]
        end
        for _, row in raw.ipairs(data.outfits or {}) do
            player.outfits[#player.outfits + 1] = { look_type = row[1], addons = row[2] }
        end
        for _, row in raw.ipairs(data.mounts or {}) do
            player.mounts[row[1]] = true
        end
        for at, row in raw.ipairs(data.kills or {}) do
            player.kills[at] = { time = row[1], target = row[2], unavenged = row[3] == 1 }
        end
        if not tfs then
            give_hunt(player, data)
        end
        give_blessings(player, data.row)
        give_guild(player, data.guild)
        storage.give_items(player, data)
        player.stored_conditions = storage.read_conditions(data.row.conditions or "")
    end

    -- Canary sums up what a player has got, from when it is first loaded.
    local function sum_up(player)
        local key = raw.string.format("player.%d.summary.hirelings.amount", player.guid)
        if not tfs and storage.kv_get(key) == nil then
            local count = storage.rows_of("player_hirelings", player.guid)
            if count then
                storage.kv_set(key, count)
            end
        end
        return player
    end

    --- Loads a player, who is not put into the game. One who is new to the database is added to it when columns are
    --- given.
    ---@param who string|number name or id
    ---@param fields table|nil columns that differ from what the database has
    ---@return table|nil player nil when there is none, or the database keeps no players
    function storage.load_player(who, fields)
        local players = server.parts.players
        local data = storage.ask("players.load", who, storage.now())
        if not data then
            return fields and storage.new_player(who, fields) or nil
        end
        local player = players.make(data.row.name, fields_of(data, fields))
        player.skull_ticks = data.row.skulltime and fields_of(data).skull_seconds or player.skull_ticks
        give(player, data)
        return sum_up(player)
    end

    --- A player of the database by its name, for Canary's scripts. Its log tells of one that is not there.
    ---@param name string
    ---@param is_new boolean|nil whether it is meant for somebody new
    ---@return table|nil player
    function storage.load_named(name, is_new)
        local player = name ~= "" and storage.load_player(name) or nil
        if name ~= "" and not player then
            server:log("warning", "[loadPlayer] - Result is nullptr")
            server:log(is_new and "info" or "error", is_new and "New name " .. name .. " is available"
                or "Failed to load player " .. name .. " from database")
        end
        return player
    end

    --- Adds a player to the database.
    ---@param name string
    ---@param fields table columns
    ---@return table|nil player nil when the database keeps no players
    function storage.new_player(name, fields)
        local row = {}
        for column, value in raw.pairs(fields) do
            if raw.type(column) == "string" and raw.type(value) ~= "table" then
                row[column] = value
            end
        end
        if row.account_id == nil then
            row.account_id = 0
        end
        local guid = storage.ask("players.create", name, row, storage.now())
        if not guid then
            return nil
        end
        local made, found = {}, storage.find_player(guid)
        for column, value in raw.pairs(fields) do
            made[column] = value
        end
        made.id, made.account_id = guid, found and found.account_id or guid
        return sum_up(server.parts.players.make(name, made))
    end

    -- Saving ---------------------------------------------------------------------------------------------------

    local function add_canary_row(row, player)
        for index = 1, 8 do
            row["blessings" .. index] = player.blessings[index] or 0
        end
        row.lastip = player.ip or 0
        row.pronoun = player.pronoun or 0
        row.xpboost_value, row.xpboost_stamina = player.xp_boost_percent, player.xp_boost_time
        row.manashield, row.max_manashield = player.mana_shield, player.max_mana_shield
        row.animus_mastery = server.parts.players.written_animus(player)
        for key, column in raw.pairs(server.parts.players.counted) do
            row[column] = player[key] and min(LARGEST, player[key])
        end
    end

    local function add_tfs_row(row, player)
        local blessings = 0
        for index = 0, 15 do
            blessings = blessings + ((player.blessings[index] or 0) ~= 0 and 2 ^ index or 0)
        end
        row.blessings = blessings
        row.lastip = bytes.write(player.ip or 0, 4)
        row.direction = player.direction
    end

    local function row_of(player)
        local outfit, at = player.default_outfit, player.login_position or {}
        local skull = player.skull
        local marked = skull == server.env.SKULL_RED or skull == server.env.SKULL_BLACK
        local row = {
            id = player.guid,
            name = player.name,
            account_id = player.account_id,
            level = player.level,
            group_id = player.group and player.group.id or 1,
            vocation = player.vocation.id,
            health = player.health > 0 and player.health or 1,
            healthmax = player.max_health,
            experience = player.experience,
            looktype = outfit.lookType,
            lookhead = outfit.lookHead,
            lookbody = outfit.lookBody,
            looklegs = outfit.lookLegs,
            lookfeet = outfit.lookFeet,
            lookaddons = outfit.lookAddons,
            lookmount = outfit.lookMount,
            maglevel = player.magic_level,
            mana = player.mana,
            manamax = player.max_mana,
            manaspent = player.mana_spent,
            soul = player.soul,
            town_id = player.town and player.town.id or player.town_id,
            posx = at.x or 0,
            posy = at.y or 0,
            posz = at.z or 0,
            cap = floor(player.capacity / 100),
            sex = player.sex,
            lastlogin = player.last_login,
            lastlogout = player.last_logout,
            skull = marked and skull or 0,
            skulltime = player.skull_ticks > 0 and storage.now() + floor(player.skull_ticks) or 0,
            balance = player.bank,
            offlinetraining_time = floor(player.offline_time / 1000),
            offlinetraining_skill = player.offline_skill,
            stamina = player.stamina,
            conditions = storage.written_conditions(player),
        }
        for skill, column in raw.pairs(SKILLS) do
            row["skill_" .. column] = player.skills[skill].level
            row["skill_" .. column .. "_tries"] = player.skills[skill].tries
        end
        (tfs and add_tfs_row or add_canary_row)(row, player)
        return row
    end

    local function add_canary_ranges(rows, player)
        for at, outfit in raw.ipairs(player.outfits) do
            rows[#rows + 1] = { OUTFITS + at, outfit.look_type * 65536 + outfit.addons }
        end
        for at, look_type in raw.ipairs(sorted_keys(player.familiars)) do
            rows[#rows + 1] = { FAMILIARS + at, look_type * 65536 }
        end
        local by_key = {}
        for id in raw.pairs(player.mounts) do
            local key = MOUNTS + floor((id - 1) / MOUNTS_A_KEY)
            by_key[key] = (by_key[key] or 0) + 2 ^ ((id - 1) % MOUNTS_A_KEY)
        end
        for _, key in raw.ipairs(sorted_keys(by_key)) do
            rows[#rows + 1] = { key, by_key[key] }
        end
    end

    local function data_of(player)
        local data = storage.lists_of_items(player)
        data.row = row_of(player)
        local premium = player.premium_ends_at
        data.account = {
            id = player.account_id,
            name = player.account_name,
            type = player.account_type,
            premium_ends_at = premium,
            lastday = premium,
            premdays = premium > storage.now() and raw.math.ceil((premium - storage.now()) / DAY) or 0,
        }
        data.storage, data.spells, data.kills = {}, {}, {}
        for _, key in raw.ipairs(sorted_keys(player.storage)) do
            data.storage[#data.storage + 1] = { key, player.storage[key] }
        end
        for at, name in raw.ipairs(player.spells) do
            data.spells[at] = { name }
        end
        if tfs then
            data.outfits, data.mounts = {}, {}
            for at, outfit in raw.ipairs(player.outfits) do
                data.outfits[at] = { outfit.look_type, outfit.addons }
            end
            for at, id in raw.ipairs(sorted_keys(player.mounts)) do
                data.mounts[at] = { id }
            end
        else
            add_canary_ranges(data.storage, player)
            local players = server.parts.players
            data.charms, data.bosses = { players.written_charms(player) }, { players.written_bosses(player) }
            data.preys, data.tasks = players.written_preys(player), players.written_tasks(player)
            data.wheel = players.written_wheel(player)
            for at, kill in raw.ipairs(player.kills) do
                data.kills[at] = { kill.time, kill.target, kill.unavenged and 1 or 0 }
            end
        end
        return data
    end

    --- Writes a player to the database, all or nothing.
    ---@param player table
    ---@return boolean
    function storage.save_player(player)
        local problem = storage.ask("players.save", data_of(player), storage.now())
        if problem then
            server:log("error", "Error while saving player " .. player.name .. ": " .. problem)
            return false
        end
        return true
    end
end
