--- What a player's client asks for about its hunt: charms, bosses, preys, tasks (Canary).

return function(server, _, deeds)
    if server.tfs then
        return
    end

    --- Buys a charm, sets it on a race, or takes it off.
    ---@param player table
    ---@param action number 0 buys, 1 sets, 2 takes off, 3 gives all back
    ---@param charm number
    ---@param race number
    function deeds.ask_charm(player, action, charm, race)
        server.parts.players.ask_charm(player, action, charm, race)
    end

    --- Puts a boss into a slot, or none: see players.ask_boss_slot.
    function deeds.ask_boss_slot(player, slot, race)
        server.parts.players.ask_boss_slot(player, slot, race)
    end

    --- Does something with a slot of preys: see players.ask_prey.
    function deeds.ask_prey(player, slot, action, value)
        server.parts.players.ask_prey(player, slot, action, value)
    end

    --- Does something with a slot of hunting tasks: see players.ask_task.
    function deeds.ask_task(player, slot, action, upgrade, race)
        server.parts.players.ask_task(player, slot, action, upgrade, race)
    end
end
