--- Whom a house lets in: lists of players and guilds as owners write them, one a line.

local context = ...
local raw = context.raw
local find, gmatch, gsub, lower, match, sub = raw.string.find, raw.string.gmatch, raw.string.gsub, raw.string.lower,
    raw.string.match, raw.string.sub

local GUESTS, SUBOWNERS = 0x100, 0x101
local NOT_INVITED, GUEST, SUBOWNER, OWNER = 0, 1, 2, 3
local LONGEST_LINE, MOST_LINES, LONGEST_NAME = 100, 100, 30

return function(server, houses)
    local tfs = server.tfs
    houses.GUESTS, houses.SUBOWNERS = GUESTS, SUBOWNERS

    --- A list that nobody is on.
    function houses.new_list()
        return { text = "", players = {}, ranks = {}, all = false }
    end

    -- The number of a player, in the game or not; nil for a name that nobody has.
    local function guid_of(name)
        local there = server.parts.creatures.by_name(name)
        if there and there.class_name == "Player" then
            return there.guid
        end
        local guid = server.parts.storage.guid_of(name)
        return guid ~= 0 and guid or nil
    end

    local function add_guild(list, name, rank_name)
        local guild = server.parts.storage.find_guild(name)
        for _, rank in raw.ipairs(guild and guild.ranks or {}) do
            -- Canary makes small letters of the line, and not of the rank.
            if not rank_name or rank.name == rank_name or (tfs and lower(rank.name) == lower(rank_name)) then
                list.ranks[rank.id] = true
                if rank_name then
                    return
                end
            end
        end
    end

    local function take_line(list, line)
        local at = find(line, "@", 1, true)
        if at == 1 then
            add_guild(list, sub(line, 2))
        elseif at then
            -- TFS takes what is left of the sign for the guild; Canary for the rank, less its last letter.
            if tfs then
                add_guild(list, sub(line, 1, at - 1), sub(line, at + 1))
            else
                add_guild(list, sub(line, at + 1), sub(line, 1, raw.math.max(0, at - 2)))
            end
        elseif line == "*" then
            list.all = true
        elseif not find(line, "[!*?]") and (tfs or #line <= LONGEST_NAME) then
            local guid = guid_of(line)
            if guid then
                list.players[guid] = true
            end
        end
    end

    -- Canary keeps letters and a few signs, and no empty lines.
    local function cleaned(text)
        local lines = {}
        for line in gmatch(gsub(text, "[^a-zA-Z' \n*!@#]+", "") .. "\n", "([^\n]*)\n") do
            if line ~= "" then
                lines[#lines + 1] = line .. "\n"
            end
        end
        return raw.table.concat(lines)
    end

    --- Reads a list.
    ---@param list table
    ---@param text string
    function houses.parse_list(list, text)
        list.players, list.ranks, list.all = {}, {}, false
        list.text = tfs and text or cleaned(text)
        local count = 1
        for line in gmatch(list.text .. "\n", "([^\n]*)\n") do
            count = count + 1
            if count > MOST_LINES then
                break
            end
            line = match(line, "^%s*(.-)%s*$")
            if line ~= "" and sub(line, 1, 1) ~= "#" and #line <= LONGEST_LINE then
                take_line(list, tfs and line or lower(line))
            end
        end
    end

    --- Whether a player is on a list.
    function houses.is_listed(list, player)
        if list.all or list.players[player.guid] then
            return true
        end
        return player.guild_rank ~= nil and list.ranks[player.guild_rank.id] == true
    end

    --- How far a house lets a player in: 0 not at all, 1 as a guest, 2 as a subowner, 3 as its owner. Nobody is the
    --- server itself.
    ---@param house table
    ---@param player table|nil
    function houses.access_level(house, player)
        if not player then
            return OWNER
        elseif server.parts.config.boolean("HOUSE_OWNED_BY_ACCOUNT") and house.owner_account == player.account_id then
            return OWNER
        elseif server.parts.players.has_flag(player, "canedithouses") or player.guid == house.owner then
            return OWNER
        elseif houses.is_listed(house.subowners, player) then
            return SUBOWNER
        elseif houses.is_listed(house.guests, player) then
            return GUEST
        end
        return NOT_INVITED
    end
    local access_level = houses.access_level

    --- Whether a house lets a player in.
    function houses.is_invited(house, player)
        return access_level(house, player) ~= NOT_INVITED
    end

    --- Whether a player may change one of the lists.
    function houses.can_edit_list(house, number, player)
        local level = access_level(house, player)
        return level == OWNER or (level == SUBOWNER and number == GUESTS)
    end

    local function list_of_door(door)
        local list = door.access_list
        if not list then
            list = houses.new_list()
            door.access_list = list
        end
        return list
    end

    --- Whether a player may use a thing, as far as houses are asked: doors let in by lists of their own.
    ---@param player table
    ---@param door table
    function houses.can_use_door(player, door)
        local tile = door.parent
        local house = tile and tile.class_name == "Tile" and tile.house or nil
        local number = door.attributes and door.attributes.doorid or 0
        if not house or number == 0 or not server.parts.map.is_door(door) then
            return true
        end
        return access_level(house, player) >= SUBOWNER or houses.is_listed(list_of_door(door), player)
    end

    --- The text of a list; nil when there is no such door.
    ---@param number number of a door, or 256 guests, 257 subowners
    function houses.list_text(house, number)
        if number == GUESTS then
            return house.guests.text
        elseif number == SUBOWNERS then
            return house.subowners.text
        end
        local door = houses.door(house, number)
        return door and list_of_door(door).text or nil
    end

    --- Sets a list; those who are no longer welcome are shown the door.
    function houses.set_list(house, number, text)
        if number ~= GUESTS and number ~= SUBOWNERS then
            local door = houses.door(house, number)
            if door then
                houses.parse_list(list_of_door(door), text)
            end
            return
        end
        houses.parse_list(number == GUESTS and house.guests or house.subowners, text)
        houses.each_player(house, function(player)
            if not houses.is_invited(house, player) then
                houses.kick(house, nil, player)
            end
        end)
    end

    --- Calls a function with every player in a house.
    function houses.each_player(house, fn)
        for _, tile in raw.ipairs(house.tiles) do
            for at = tile.creatures and #tile.creatures or 0, 1, -1 do
                local creature = tile.creatures[at]
                if creature and creature.class_name == "Player" then
                    fn(creature)
                end
            end
        end
    end

    --- Throws a player out of a house, when whoever does it stands no lower in it. Nobody is the server itself.
    ---@param house table
    ---@param by table|nil player
    ---@param target table|nil player
    ---@return boolean
    function houses.kick(house, by, target)
        if not target or not target.tile or target.tile.house ~= house then
            return false
        elseif access_level(house, by) < access_level(house, target)
            or server.parts.players.has_flag(target, "canedithouses") then
            return false
        end
        local map, enum = server.parts.map, server.parts.enums.get
        local x, y, z = map.position_of(target)
        local exit = house.exit
        if map.teleport(target, exit.x, exit.y, exit.z) == map.NOERROR then
            map.send_effect(x, y, z, enum("CONST_ME_POFF") or 3)
            map.send_effect(exit.x, exit.y, exit.z, enum("CONST_ME_TELEPORT") or 11)
        end
        return true
    end
end
