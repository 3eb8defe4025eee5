--- The window in which items are imbued (Canary).

return function(server, _, deeds)
    if server.tfs then
        return
    end

    --- An imbuement was chosen for a slot of the window's item.
    ---@param player table
    ---@param slot number from 0
    ---@param imbuement number
    function deeds.apply_imbuement(player, slot, imbuement)
        server.parts.players.apply_imbuement(player, slot, imbuement)
    end

    --- The imbuement in a slot of the window's item is to be taken out.
    function deeds.clear_imbuement(player, slot)
        server.parts.players.clear_imbuement(player, slot)
    end

    --- The window was closed.
    function deeds.close_imbuing(player)
        server.parts.players.end_imbuing(player)
    end
end
