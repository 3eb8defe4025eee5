--- The world's state: who is in it, its type, what experience a level takes.

local context = ...
local raw = context.raw

---@param server table
---@param game table
---@param bind table
return function(server, game, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local state, world_type
    local TYPES = {
        ["no-pvp"] = "WORLD_TYPE_NO_PVP",
        pvp = "WORLD_TYPE_PVP",
        ["pvp-enforced"] = "WORLD_TYPE_PVP_ENFORCED",
    }

    --- Which players may fight each other (WORLD_TYPE_*).
    function game.world_type()
        if world_type == nil then
            local word = raw.string.lower(server.parts.config.text("WORLD_TYPE"))
            world_type = server.parts.enums.get(TYPES[word] or "WORLD_TYPE_PVP")
        end
        return world_type
    end

    --- GAME_STATE_*.
    function game.state()
        return state or env.GAME_STATE_STARTUP or 0
    end

    --- The server has started.
    function game.start()
        state = env.GAME_STATE_NORMAL
        if not server.tfs then
            game.start_raids()
            game.start_forge()
        end
    end

    -- Throws out who may not always be in the game.
    local function clear()
        for _, player in raw.ipairs({ raw.unpack(server.parts.creatures.list("Player")) }) do
            if not server.parts.players.has_flag(player, "canalwayslogin") then
                server.parts.players.kick(player, true, true)
            end
        end
    end

    --- Changes the game's state: closing saves and throws players out, shutting down ends the world for good.
    ---@param value number GAME_STATE_*
    function game.set_state(value)
        if state == env.GAME_STATE_SHUTDOWN or value == game.state() then
            return
        end
        state = value
        if value == env.GAME_STATE_SHUTDOWN then
            server.controls.shutdown()
        elseif value == env.GAME_STATE_CLOSED then
            server.parts.events.global("onSave")
            clear()
            server.parts.storage.save_all()
        end
    end

    --- Why the state of the game keeps a player out; nil when it doesn't.
    ---@param player table
    ---@return string|nil
    function game.refusal(player)
        if state == env.GAME_STATE_SHUTDOWN then
            return "The game is just going down.\nPlease try again later."
        elseif state ~= env.GAME_STATE_CLOSING and state ~= env.GAME_STATE_CLOSED
            or server.parts.players.has_flag(player, "canalwayslogin") then
            return nil
        elseif state == env.GAME_STATE_CLOSING then
            return "The game is just going down.\nPlease try again later."
        end
        local own = not tfs and server.parts.config.text("MAINTAIN_MODE_MESSAGE") or ""
        return own ~= "" and own or "Server is currently closed.\nPlease try again later."
    end

    --- Whether it is day in the world.
    function game.is_day()
        return server.parts.map.is_day()
    end

    --- How much more experience is got at a level (TFS).
    function game.experience_stage(level)
        local stages = server.parts.config.raw and server.parts.config.raw.experienceStages
        if raw.type(stages) == "table" then
            for _, stage in raw.ipairs(stages) do
                local most = stage.maxlevel or 4294967295
                if level >= (stage.minlevel or 1) and level <= most then
                    return stage.multiplier or 1
                end
            end
        end
        return server.parts.config.number("RATE_EXPERIENCE")
    end

    local function spectators(position, multifloor, only_players, min_x, max_x, min_y, max_y)
        local map = server.parts.map
        local x, y, z = map.take_position(position)
        return bind.list(map.spectators(x, y, z, arguments.boolean(multifloor, false),
            arguments.boolean(only_players, false) and "players" or nil, arguments.i32(min_x), arguments.i32(max_x),
            arguments.i32(min_y), arguments.i32(max_y)))
    end

    local function experience_for(...)
        local level = bind.u32((...), 1)
        if level == 0 then
            if tfs then
                return 0
            end
            server:report("Level must be greater than 0.")
            -- Nothing is pushed: the last that was passed is the answer.
            return arguments.last(...)
        end
        return server.parts.players.experience_for(level)
    end

    local return_value = tfs and arguments.enum32 or arguments.enum16

    local function counter(kind)
        return function()
            return server.parts.creatures.count(kind)
        end
    end

    server:table("Game", {
        getSpectators = spectators,
        getPlayers = function()
            return bind.list(server.parts.creatures.list("Player"))
        end,
        getPlayerCount = counter("Player"),
        getMonsterCount = counter("Monster"),
        getNpcCount = counter("Npc"),
        loadMap = function(path)
            local name = arguments.string(path)
            server.parts.scheduler.after(0, function()
                server.parts.map.load(name)
            end)
        end,
        getExperienceForLevel = experience_for,
        getMonsterTypes = function()
            local list = {}
            server.parts.monsters.read_spawned_types()
            server.parts.monsters.each_type(function(name, kind)
                list[name] = userdata.push(kind)
            end)
            return list
        end,
        getTowns = function()
            local list = {}
            for at, town in raw.ipairs(server.parts.map.towns.list) do
                list[at] = server.parts.map.push_town(town)
            end
            return list
        end,
        getHouses = function()
            local houses = server.parts.houses
            return bind.list(houses.list or {})
        end,
        getGameState = function()
            return game.state()
        end,
        setGameState = function(value)
            game.set_state(arguments.enum32(value))
            return true
        end,
        getWorldType = function()
            return game.world_type()
        end,
        setWorldType = function(value)
            world_type = arguments.enum32(value)
            return true
        end,
        getReturnMessage = function(code)
            return game.return_message(return_value(code))
        end,
        getClientVersion = function()
            if tfs then
                return { min = 1310, max = 1311, string = "13.10" }
            end
            return { min = 1525, max = 1525, string = "15.25" }
        end,
    })
end
