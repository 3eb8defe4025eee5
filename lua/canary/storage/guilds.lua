--- Guilds that have no member in the game, as the database knows them; and the money of Canary's, which lasts.

local context = ...
local raw = context.raw
local format = raw.string.format

return function(server, storage)
    local tfs = server.tfs

    local function is_kept()
        return storage.table_exists("guilds")
    end

    --- A guild from the database, which no member belongs to; nil for none.
    ---@param id number
    ---@return table|nil guild
    function storage.load_guild(id)
        local columns = tfs and "`name`" or "`name`, `balance`"
        local found = is_kept() and storage.query(format("SELECT %s FROM `guilds` WHERE `id` = %d", columns, id))
        if not found then
            return nil
        end
        local guild = server.parts.vocations.new_guild(id, storage.text(found, "name"))
        guild.balance = tfs and 0 or storage.number(found, "balance")
        local ranks = storage.query(format("SELECT `id`, `name`, `level` FROM `guild_ranks` WHERE `guild_id` = %d", id))
        local more = ranks ~= nil
        while more do
            guild.ranks[#guild.ranks + 1] = {
                id = storage.number(ranks, "id"),
                name = storage.text(ranks, "name"),
                level = storage.number(ranks, "level"),
            }
            more = storage.next(ranks)
        end
        return guild
    end

    --- A guild by id or name, with members in the game or from the database; nil for none.
    ---@param who number|string
    ---@return table|nil guild
    function storage.find_guild(who)
        local vocations, id = server.parts.vocations, who
        if raw.type(who) == "string" then
            local known = vocations.guild_by_name(who)
            if known then
                return known
            end
            local found = is_kept()
                and storage.query("SELECT `id` FROM `guilds` WHERE `name` = " .. storage.escaped(who))
            id = found and storage.number(found, "id") or 0
        end
        return vocations.guild(id) or storage.load_guild(id)
    end

    --- Writes what scripts may change of a guild: in Canary its money, in TFS nothing.
    ---@param guild table
    ---@return boolean whether it is written, or there is no place for it
    function storage.save_guild(guild)
        return tfs or not is_kept()
            or storage.execute(format("UPDATE `guilds` SET `balance` = %.0f WHERE `id` = %d", guild.balance, guild.id))
    end
end
