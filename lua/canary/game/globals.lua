--- Global functions of scripts about the world as a whole.

local context = ...
local raw = context.raw
local floor = raw.math.floor

---@param server table
---@param bind table
return function(server, _, bind)
    local arguments, tfs = server.arguments, server.tfs

    local function players_of(first, second)
        local player, other = bind.player(first), bind.player(second)
        if not player or not other then
            server:report(tfs and "Player not found"
                or "Player not found" .. (player and " - TargetPlayer" or " - Player"))
            return nil
        end
        return player, other
    end

    local functions = {
        cleanMap = function()
            return server.parts.map.clean()
        end,
        getWaypointPositionByName = function(...)
            local point = server.parts.map.waypoints[arguments.string(arguments.last(...))]
            return point and server.parts.map.push_position(point.x, point.y, point.z) or false
        end,
        getWorldUpTime = function()
            return floor(server.now / 1000)
        end,
        isInWar = function(first, second)
            local player, other = players_of(first, second)
            if not player then
                return false
            end
            return server.parts.players.in_war(player, other)
        end,
        saveServer = function()
            server.parts.events.global("onSave")
            server.parts.storage.save_all()
            return true
        end,
        sendGuildChannelMessage = function(id, kind, text)
            local guild = server.parts.vocations.guild(arguments.u32(id))
            if not guild then
                return false
            end
            for _, member in raw.ipairs(guild.members) do
                server.parts.players.channel_message(member, "", 0, arguments.u8(kind), arguments.string(text), 0)
            end
            return true
        end,
    }
    if tfs then
        server:globals(functions)
        return
    end
    functions.getWorldTime = function()
        return server.parts.map.world_time()
    end
    functions.getWorldLight = function()
        return server.parts.map.world_light()
    end
    server:globals(functions)
end
