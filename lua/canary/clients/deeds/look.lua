--- Looking at things: what is seen of them is told by scripts.

local context = ...
local abs, max = context.raw.math.abs, context.raw.math.max

-- What a floor between counts.
local FLOOR = 15

return function(server, clients, deeds)
    local function distance_to(player, thing, x, y, z)
        if thing == player then
            return -1
        end
        local tile = player.tile
        return max(abs(tile.x - x), abs(tile.y - y)) + (tile.z ~= z and FLOOR or 0)
    end

    local function place_of(player, thing)
        local x, y, z = server.parts.map.position_of(thing)
        if not x or x == 65535 then
            return server.parts.creatures.position(player)
        end
        return x, y, z
    end

    --- A player looks at what is there.
    function deeds.look(player, from, id, stack)
        local thing = clients.find(player, from, stack, id, "look")
        if not thing then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        end
        local x, y, z = place_of(player, thing)
        if not server.parts.creatures.can_see(player, x, y, z) then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        end
        local events, map = server.parts.events, server.parts.map
        local distance = distance_to(player, thing, x, y, z)
        events.meta("Player", "onLook", player, thing, map.push_position(from.x, from.y, from.z, stack), distance)
        events.callback("playerOnLook", player, thing, map.push_position(from.x, from.y, from.z), distance)
    end

    --- A player looks at a creature in the list of those around.
    function deeds.look_at_creature(player, id)
        local creature = server.parts.creatures.by_id(id)
        if not creature or not server.parts.creatures.can_see_creature(player, creature) then
            return
        end
        local x, y, z = server.parts.creatures.position(creature)
        if not server.parts.creatures.can_see(player, x, y, z) then
            return
        end
        local distance = distance_to(player, creature, x, y, z)
        server.parts.events.meta("Player", "onLookInBattleList", player, creature, distance)
        server.parts.events.callback("playerOnLookInBattleList", player, creature, distance)
    end
end
