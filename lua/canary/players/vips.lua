--- Lists of others whom an account's players want to know to be in the game. They are the account's, and in the
--- database where that has the account.

local context = ...
local raw = context.raw
local format, tonumber = raw.string.format, raw.tonumber

local LONGEST_NAME, LONGEST_DESCRIPTION, ICONS = 29, 128, 10
-- How a client shows them.
local OFFLINE, ONLINE = 0, 1

---@param server table
---@param players table
return function(server, players)
    local tfs = server.tfs

    local function most(player)
        local group = player.group
        if group and (group.max_vip_entries or 0) ~= 0 then
            return group.max_vip_entries
        end
        local key = players.is_premium(player) and "VIP_PREMIUM_LIMIT" or "VIP_FREE_LIMIT"
        return server.parts.config.number(key)
    end

    local function stored(player)
        local storage, list = server.parts.storage, {}
        if not storage.table_exists("account_viplist") then
            return list
        end
        local found = storage.query(format("SELECT `player_id`, `description`, `icon`, `notify`, (SELECT `name` FROM "
            .. "`players` WHERE `id` = `player_id`) AS `name` FROM `account_viplist` WHERE `account_id` = %d",
            player.account_id))
        for _, row in raw.ipairs(found and found.rows or {}) do
            list[#list + 1] = {
                guid = tonumber(row[1]), description = row[2] or "", icon = tonumber(row[3]) or 0,
                notify = tonumber(row[4]) == 1, name = row[5] or "",
            }
        end
        return list
    end

    --- Whom a player wants to know of: { guid, name, description, icon, notify } each, in the order in which they came.
    function players.vips(player)
        player.vips = player.vips or stored(player)
        return player.vips
    end

    local function entry_of(player, guid)
        for at, entry in raw.ipairs(players.vips(player)) do
            if entry.guid == guid then
                return entry, at
            end
        end
    end

    -- What the database does not know the account of lasts as long as the player is in the game.
    local function keep(player, statement, ...)
        local storage = server.parts.storage
        local known = storage.table_exists("account_viplist") and storage.table_exists("accounts")
            and storage.query(format("SELECT `id` FROM `accounts` WHERE `id` = %d", player.account_id))
        if known then
            storage.execute(format(statement, ...))
        end
    end

    --- How a client shows somebody: 1 in the game, 0 not, or not for this player to know.
    function players.vip_state(player, guid)
        local other = players.by_guid(guid)
        if not other or (other.ghost and not (player.group and player.group.access)) then
            return OFFLINE
        end
        return ONLINE
    end

    --- Adds somebody by name.
    ---@return boolean
    function players.add_vip(player, name)
        if #name > LONGEST_NAME then
            return false
        end
        local storage = server.parts.storage
        local there = server.parts.creatures.by_name(name)
        local guid = there and there.class_name == "Player" and there.guid or storage.guid_of(name)
        if not guid or guid == 0 then
            players.cancel(player, "A player with this name does not exist.")
            return false
        elseif #players.vips(player) >= most(player) then
            players.cancel(player, "You cannot add more buddies.")
            return false
        elseif entry_of(player, guid) then
            players.cancel(player, "This player is already in your list.")
            return false
        end
        local entry = {
            guid = guid, name = players.name_by_guid(guid) or name, description = "", icon = 0, notify = false,
        }
        player.vips[#player.vips + 1] = entry
        keep(player, "INSERT INTO `account_viplist` (`account_id`, `player_id`, `description`, `icon`, `notify`) "
            .. "VALUES (%d, %d, '', 0, 0)", player.account_id, guid)
        players.tell(player, "vip", { entry = entry, state = players.vip_state(player, guid) })
        return true
    end

    --- Takes somebody off the list.
    ---@return boolean
    function players.remove_vip(player, guid)
        local _, at = entry_of(player, guid)
        if not at then
            return false
        end
        raw.table.remove(player.vips, at)
        keep(player, "DELETE FROM `account_viplist` WHERE `account_id` = %d AND `player_id` = %d", player.account_id,
            guid)
        return true
    end

    --- Notes something about somebody on the list.
    ---@return boolean
    function players.edit_vip(player, guid, description, icon, notify)
        local entry = entry_of(player, guid)
        if not entry or #description > LONGEST_DESCRIPTION then
            return false
        end
        entry.description, entry.icon, entry.notify = description, raw.math.min(ICONS, icon), notify
        keep(player, "UPDATE `account_viplist` SET `description` = %s, `icon` = %d, `notify` = %d WHERE `account_id` = "
            .. "%d AND `player_id` = %d", server.parts.storage.escaped(description), entry.icon, notify and 1 or 0,
            player.account_id, guid)
        return true
    end

    --- A player came into the game or left it: those who want to know are told.
    function players.tell_vips(player, came)
        for _, other in raw.ipairs(server.parts.creatures.list("Player")) do
            if other ~= player and other.vips and entry_of(other, player.guid) then
                players.tell(other, "vip_state", { guid = player.guid, state = came and ONLINE or OFFLINE })
                players.text(other, server.env[tfs and "MESSAGE_STATUS_SMALL" or "MESSAGE_FAILURE"] or 0,
                    player.name .. (came and " has logged in." or " has logged out."))
            end
        end
    end
end
