--- Accounts, and who there is in the database.

local context = ...
local raw = context.raw

return function(_, storage)
    --- An account by its id: its columns, or nil.
    ---@param id number
    ---@return table|nil
    function storage.account(id)
        return storage.ask("players.account", id, storage.now())
    end

    --- A player in the database by name or id: { id, name, account_id, group_id }, or nil.
    ---@param who string|number
    ---@return table|nil
    function storage.find_player(who)
        return storage.ask("players.find", who, storage.now())
    end

    --- The id of a player by name; 0 for none.
    ---@param name string
    function storage.guid_of(name)
        local found = storage.find_player(name)
        return found and found.id or 0
    end

    --- The name of a guild as the database writes it; nil for none.
    ---@param name string
    ---@return string|nil
    function storage.guild_name(name)
        if not storage.table_exists("guilds") then
            return nil
        end
        local found = storage.query("SELECT `name` FROM `guilds` WHERE `name` = " .. storage.escaped(name))
        return found and storage.text(found, "name")
    end

    --- How many rows of a table are a player's; nil when there is no such table.
    ---@param name string
    ---@param guid number
    ---@return number|nil
    function storage.rows_of(name, guid)
        if not storage.table_exists(name) then
            return nil
        end
        local found = storage.query(raw.string.format("SELECT COUNT(*) AS `count` FROM `%s` WHERE `player_id` = %d",
            name, guid))
        return found and storage.number(found, "count")
    end

    --- The name of a player by id; "" for none.
    ---@param guid number
    function storage.name_of(guid)
        local found = storage.find_player(guid)
        return found and found.name or ""
    end
end
