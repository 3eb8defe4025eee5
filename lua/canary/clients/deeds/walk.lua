--- Steps, turns, whom a player attacks and follows, and leaving the game.

-- How long what a way is walked for is put off: by Canary from when the walk begins, so that most ways take longer; by
-- TFS from when they got around to the end of the way, which is never at once: what is due then comes after all else
-- that is due at that time.
local PUT_OFF = { canary = 400, tfs = 401 }

return function(server, clients, deeds)
    --- Walks to a place and then does something there.
    ---@param player table
    ---@param place table { x, y, z }
    ---@param distance number how near is near enough
    ---@param fn function
    ---@return boolean whether there is a way
    function clients.walk_to(player, place, distance, fn)
        local map, creatures = server.parts.map, server.parts.creatures
        local way = map.find_path(player, place.x, place.y, place.z, {
            min_distance = 0, max_distance = distance, full = true, clear_sight = true, max_search = 0,
        })
        if not way then
            return false
        end
        creatures.auto_walk(player, way)
        local wait, begun = PUT_OFF[server.dialect], server.now
        player.walk_task = function()
            server.parts.scheduler.after(server.tfs and wait or begun + wait - server.now, function()
                if not player.removed then
                    fn()
                end
            end)
        end
        return true
    end

    --- Does something as soon as the player may act again.
    ---@return boolean whether that is now
    function clients.may_act(player, fn)
        local due = player.next_action or 0
        if due <= server.now then
            if player.action_task then
                server.parts.scheduler.cancel(player.action_task)
                player.action_task = nil
            end
            return true
        end
        if player.action_task then
            server.parts.scheduler.cancel(player.action_task)
        end
        player.action_task = server.parts.scheduler.after(due - server.now, function()
            player.action_task = nil
            if not player.removed then
                fn()
            end
        end)
        return false
    end

    --- One step.
    ---@param direction number
    function deeds.walk(player, direction)
        player.walk_task = nil
        server.parts.creatures.auto_walk(player, { direction })
    end

    function deeds.turn(player, direction)
        local events = server.parts.events
        if not events.ask_meta("Player", "onTurn", true, player, direction)
            or not events.check_callback("playerOnTurn", player, direction) then
            return
        end
        server.parts.creatures.turn(player, direction)
    end

    function deeds.stop(player)
        local creatures = server.parts.creatures
        creatures.attack(player, nil)
        creatures.set_follow(player, nil)
        creatures.stop_walk(player)
    end

    local function seen(player, id)
        local creature = id ~= 0 and server.parts.creatures.by_id(id) or nil
        return creature and not creature.removed and creature or nil
    end

    function deeds.attack(player, id)
        server.parts.creatures.attack(player, seen(player, id))
    end

    function deeds.follow(player, id)
        server.parts.creatures.attack(player, nil)
        server.parts.creatures.set_follow(player, seen(player, id))
    end

    --- The player asks to leave; the fight or scripts may keep it.
    function deeds.logout(player)
        server.parts.players.leave(player, false)
    end

    --- Bytes of an extension of the client's protocol.
    function deeds.extended_opcode(player, opcode, text)
        server.parts.events.creature(player, "onExtendedOpcode", opcode, text)
    end
end
