--- Guilds of Canary: their money lasts, and who has no member in the game is found in the database.

local context = ...
local raw = context.raw
local format = raw.string.format

return function(server, storage)
    if server.tfs then
        -- Nothing of what scripts change of a guild is kept.
        function storage.save_guild()
            return true
        end
        return
    end

    local function is_kept()
        return storage.table_exists("guilds")
    end

    --- A guild from the database, which no member belongs to; nil for none.
    ---@param id number
    ---@return table|nil guild
    function storage.load_guild(id)
        local found = is_kept()
            and storage.query(format("SELECT `name`, `balance` FROM `guilds` WHERE `id` = %d", id))
        if not found then
            return nil
        end
        local guild = server.parts.vocations.new_guild(id, storage.text(found, "name"))
        guild.balance = storage.number(found, "balance")
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

    --- The id of a guild by its name, as the database compares them; nil for none.
    ---@param name string
    ---@return number|nil
    function storage.guild_id(name)
        local found = is_kept()
            and storage.query("SELECT `id` FROM `guilds` WHERE `name` = " .. storage.escaped(name))
        return found and storage.number(found, "id") or nil
    end

    --- Writes the money of a guild.
    ---@param guild table
    ---@return boolean whether it is written, or there is no place for it
    function storage.save_guild(guild)
        return not is_kept()
            or storage.execute(format("UPDATE `guilds` SET `balance` = %.0f WHERE `id` = %d", guild.balance, guild.id))
    end
end
