--- Looking at all that lies on a field.

return function(server, clients, deeds)
    --- A player browses a field; it walks there when it is too far away.
    ---@param player table
    ---@param place table { x, y, z }
    function deeds.browse_field(player, place)
        local mine = player.tile
        if mine.z ~= place.z then
            local problem = mine.z > place.z and "RETURNVALUE_FIRSTGOUPSTAIRS" or "RETURNVALUE_FIRSTGODOWNSTAIRS"
            return clients.cancel(player, problem)
        elseif not clients.near(mine, place) then
            if not clients.walk_to(player, place, 1, function()
                deeds.browse_field(player, place)
            end) then
                clients.cancel(player, "RETURNVALUE_THEREISNOWAY")
            end
            return
        end
        local tile = server.parts.map.tile(place.x, place.y, place.z)
        if tile then
            server.parts.players.browse(player, tile)
        end
    end
end
