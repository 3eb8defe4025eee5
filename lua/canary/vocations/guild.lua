--- Guild: who belongs together, with ranks. A guild is there while one of its members is.

local context = ...
local raw = context.raw

---@param server table
---@param vocations table
---@param bind table
return function(server, vocations, bind)
    local userdata, arguments = server.userdata, server.arguments
    local guilds = {}

    --- A guild that is not known to be there.
    ---@param id number
    ---@param name string
    ---@return table guild { id, name, ranks = { { id, name, level } }, members = {player…}, motd, balance }
    function vocations.new_guild(id, name)
        return { class_name = "Guild", id = id, name = name, ranks = {}, members = {}, motd = "", balance = 0 }
    end

    --- Makes a guild known, or finds it.
    ---@param id number
    ---@param name string
    ---@return table guild
    function vocations.make_guild(id, name)
        guilds[id] = guilds[id] or vocations.new_guild(id, name)
        return guilds[id]
    end

    --- All guilds that are there, by id.
    function vocations.guilds()
        return guilds
    end

    --- The guild of an id, while it is there.
    function vocations.guild(id)
        return guilds[id]
    end

    --- The guild of a name, while it is there.
    function vocations.guild_by_name(name)
        name = raw.string.lower(name)
        for _, guild in raw.pairs(guilds) do
            if raw.string.lower(guild.name) == name then
                return guild
            end
        end
    end

    --- The rank of a level.
    function vocations.rank_of_level(guild, level)
        for _, rank in raw.ipairs(guild.ranks) do
            if rank.level == level then
                return rank
            end
        end
    end

    --- Takes a player from the members who are in the game; with the last of them the guild goes.
    ---@param guild table
    ---@param player table
    function vocations.remove_member(guild, player)
        for at = #guild.members, 1, -1 do
            if guild.members[at] == player then
                raw.table.remove(guild.members, at)
            end
        end
        if #guild.members == 0 and guilds[guild.id] == guild then
            guilds[guild.id] = nil
            server.parts.storage.save_guild(guild)
        end
    end

    --- Puts a player into a guild, or into none.
    ---@param player table
    ---@param guild table|nil
    function vocations.join_guild(player, guild)
        local old = player.guild
        if old == guild then
            return
        end
        if old and not server.tfs then
            vocations.remove_member(old, player)
        end
        player.guild_nick, player.guild, player.guild_rank = "", nil, nil
        if guild then
            local rank = vocations.rank_of_level(guild, 1)
            if not rank then
                return
            end
            player.guild, player.guild_rank = guild, rank
            guild.members[#guild.members + 1] = player
        end
        if old and server.tfs then
            vocations.remove_member(old, player)
        end
    end

    local function shown(rank)
        return rank and { id = rank.id, name = rank.name, level = rank.level } or nil
    end

    userdata.class("Guild", nil, function(_, id)
        return userdata.push(guilds[bind.u32(id, 2)])
    end)
    userdata.metamethod("Guild", "__eq")
    local function of(fn)
        return bind.of("Guild", fn)
    end
    userdata.methods("Guild", {
        getId = bind.field("Guild", "id"),
        getName = bind.field("Guild", "name"),
        getMembersOnline = of(function(guild)
            return bind.list(guild.members)
        end),
        addRank = of(function(guild, id, name, level)
            guild.ranks[#guild.ranks + 1] =
                { id = bind.u32(id, 2), name = arguments.string(name), level = bind.u8(level, 4) }
            return true
        end),
        getRankById = of(function(guild, id)
            id = bind.u32(id, 2)
            for _, rank in raw.ipairs(guild.ranks) do
                if rank.id == id then
                    return shown(rank)
                end
            end
            return nil
        end),
        getRankByLevel = of(function(guild, level)
            return shown(vocations.rank_of_level(guild, bind.u8(level, 2)))
        end),
        getMotd = bind.field("Guild", "motd"),
        setMotd = bind.setter("Guild", "motd", arguments.string),
    })
    if not server.tfs then
        userdata.methods("Guild", {
            getBankBalance = bind.field("Guild", "balance"),
            setBankBalance = bind.setter("Guild", "balance", arguments.u64),
        })
    end
end
