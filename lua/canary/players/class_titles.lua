--- Player: Canary's titles, streams and proficiency.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local ipairs, type = raw.ipairs, raw.type

local STREAM_LISTS = { "names", "mutes", "bans", "kick" }
-- Those that scripts may set.
local SET_LISTS = { "mutes", "bans", "kick" }
local FIELDS = { { "description", "string" }, { "broadcast", "boolean" }, { "password", "string" } }

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments = server.userdata, server.arguments
    local binders = players.binders
    local strict, none, left = binders.strict, binders.none, binders.left

    local function stream_of(player)
        local stream = player.stream
        if not stream then
            stream = { description = "", password = "", broadcast = false }
            for _, key in ipairs(STREAM_LISTS) do
                stream[key] = {}
            end
            player.stream = stream
        end
        return stream
    end

    local function copy(list)
        local result = {}
        for at, text in ipairs(list) do
            result[at] = arguments.string(text)
        end
        return result
    end

    local function fits(data, key, kind)
        if data[key] == nil or type(data[key]) == kind then
            return true
        end
        server:report("Livestream field '" .. key .. "' must be " .. kind .. ".")
        return false
    end

    local function set_stream(player, data)
        if type(data) ~= "table" then
            server:report("Livestream data table expected.")
            return false
        end
        local stream = stream_of(player)
        local taken = {}
        for _, field in ipairs(FIELDS) do
            local key = field[1]
            if not fits(data, key, field[2]) then
                return false
            end
            taken[key] = data[key]
        end
        for _, key in ipairs(SET_LISTS) do
            if not fits(data, key, "table") then
                return false
            end
            taken[key] = data[key] and copy(data[key])
        end
        for key, value in raw.pairs(taken) do
            stream[key] = value
        end
        return true
    end

    local function outfit_key(kind, value)
        local which = type(value) == "number" and arguments.u16(value) or arguments.string(value)
        return arguments.string(kind) .. ":" .. which
    end

    local function nothing(fn)
        return bind.strict("Player", "Player not found", fn, nil)
    end

    userdata.methods("Player", {
        addTitle = left(function(player, id)
            player.titles = player.titles or {}
            player.titles[arguments.u8(id, 0)] = true
            return true
        end),
        getTitles = left(function(player)
            local list = {}
            for at, id in ipairs(sorted_keys(player.titles or {})) do
                list[at] = { id = id, name = "", description = "" }
            end
            return list
        end),
        setCurrentTitle = left(function(player, id)
            player.title = arguments.u8(id, 0)
            return true
        end),
        addCustomOutfit = none(function(player, kind, value)
            player.custom_outfits = player.custom_outfits or {}
            player.custom_outfits[outfit_key(kind, value)] = true
            return true
        end),
        removeCustomOutfit = none(function(player, kind, value)
            local key = outfit_key(kind, value)
            local had = player.custom_outfits ~= nil and player.custom_outfits[key] == true
            if had then
                player.custom_outfits[key] = nil
            end
            return had
        end),
        addWeaponExperience = strict(function(player, amount, id)
            local experience = arguments.u32(amount)
            local key = arguments.u16(id)
            if experience == 0 then
                return true
            end
            player.proficiency = player.proficiency or {}
            player.proficiency[key] = (player.proficiency[key] or 0) + experience
            return true
        end),
        getHarmonyDamage = left(function(_, low, high)
            return arguments.u16(low), arguments.u16(high)
        end),
        getLivestreamViewersCount = nothing(function()
            return 0
        end),
        getLivestreamViewers = nothing(function(player)
            local stream = stream_of(player)
            local shown = { description = stream.description, password = stream.password, broadcast = stream.broadcast }
            for _, key in ipairs(STREAM_LISTS) do
                shown[key] = copy(stream[key])
            end
            return shown
        end),
        setLivestreamViewers = strict(set_stream),
        isLivestreamViewer = strict(function()
            return false
        end),
    })
end
