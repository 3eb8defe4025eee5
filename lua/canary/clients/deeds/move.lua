--- Moving things: items from one place to another, creatures by a push.

local context = ...
local raw = context.raw
local abs = raw.math.abs
local band = raw.bit.band

local CARRIED, IN_CONTAINER = 65535, 0x40
-- What a push takes, and how far things are thrown.
local PUSH_AFTER, FAR = 1000, 15

return function(server, clients, deeds)
    local tfs = server.tfs

    local function index_of(place, stack)
        if place.x ~= CARRIED then
            return stack
        end
        return band(place.y, IN_CONTAINER) ~= 0 and place.z or place.y % 256
    end

    local function throw_range(item)
        return item.type.pickupable and FAR or 2
    end

    local function not_allowed(player, item, from_tile)
        local mine = player.tile
        if server.parts.items.number(item, "uniqueid") ~= 0 or not server.parts.map.is_movable(item) then
            return tfs and "RETURNVALUE_NOTMOVEABLE" or "RETURNVALUE_NOTMOVABLE"
        elseif mine.z ~= from_tile.z then
            return mine.z > from_tile.z and "RETURNVALUE_FIRSTGOUPSTAIRS" or "RETURNVALUE_FIRSTGODOWNSTAIRS"
        end
    end

    local function out_of_reach(player, item, from_tile, to_tile)
        local mine, range = player.tile, throw_range(item)
        if tfs and not item.type.pickupable and mine.z ~= to_tile.z
            or abs(mine.x - to_tile.x) > range or abs(mine.y - to_tile.y) > range then
            return "RETURNVALUE_DESTINATIONOUTOFREACH"
        end
        if not server.parts.map.can_throw(
            from_tile.x, from_tile.y, from_tile.z, to_tile.x, to_tile.y, to_tile.z, true, false, range, range
        ) then
            return "RETURNVALUE_CANNOTTHROW"
        end
    end

    local function move_item(player, item, from, id, stack, to, count)
        local function again()
            deeds.move(player, from, id, stack, to, count)
        end
        if not clients.may_act(player, again) then
            return
        end
        local map = server.parts.map
        local source, target = clients.find_place(player, from), clients.find_place(player, to)
        if clients.client_id(item) ~= id or not source or not target then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        end
        if server.parts.players.is_field(source) then
            source = source.parent
        end
        local from_tile = map.tile_of(source) or player.tile
        local problem = not_allowed(player, item, from_tile)
        if problem then
            return clients.cancel(player, problem)
        elseif not clients.near(player.tile, from_tile) then
            if not clients.walk_to(player, from_tile, 1, again) then
                clients.cancel(player, "RETURNVALUE_THEREISNOWAY")
            end
            return
        end
        problem = out_of_reach(player, item, from_tile, map.tile_of(target) or player.tile)
        if problem then
            return clients.cancel(player, problem)
        end
        local events = server.parts.events
        if not tfs and not (
            events.check_callback("playerOnMoveItem", player, item, count, from, to, source, target)
            and events.ask_meta("Player", "onMoveItem", true, player, item, count, from, to, source, target)
        ) then
            return
        end
        local result = server.parts.items.move_item(source, target, item, {
            index = to.x == CARRIED and index_of(to, 0) or 0, count = count, actor = player, from = from, to = to,
        })
        if result and result ~= (server.parts.enums.get("RETURNVALUE_NOERROR") or 0) then
            clients.cancel(player, result)
        end
        if not tfs then
            events.meta("Player", "onItemMoved", player, item, count, from, to, source, target)
            events.callback("playerOnItemMoved", player, item, count, from, to, source, target)
        end
    end

    local function push(player, creature, to)
        local map, creatures = server.parts.map, server.parts.creatures
        local tile = map.tile(to.x, to.y, to.z)
        if not tile or not creature.tile or player.removed then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        elseif not clients.near(player.tile, creature.tile) then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        elseif creature ~= player and creatures.is_pushable and not creatures.is_pushable(creature) then
            return clients.cancel(player, tfs and "RETURNVALUE_NOTMOVEABLE" or "RETURNVALUE_NOTMOVABLE")
        elseif not clients.near(creature.tile, tile) then
            return clients.cancel(player, "RETURNVALUE_DESTINATIONOUTOFREACH")
        end
        local events = server.parts.events
        local at, there = creature.tile, { x = to.x, y = to.y, z = to.z }
        at = { x = at.x, y = at.y, z = at.z }
        if not events.ask_meta("Player", "onMoveCreature", true, player, creature, at, there)
            or not events.check_callback("playerOnMoveCreature", player, creature, at, there) then
            return
        end
        local result = map.move_to(creature, tile)
        if raw.type(result) == "number" and result ~= (server.parts.enums.get("RETURNVALUE_NOERROR") or 0) then
            clients.cancel(player, result)
        end
    end

    --- A player moves a thing.
    function deeds.move(player, from, id, stack, to, count)
        -- What is in the window of imbuements stays where it is, and so does all else.
        if player.imbuing then
            return
        end
        local thing = clients.find(player, from, index_of(from, stack), id, "move")
        if not thing then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        elseif thing.type and not thing.direction then
            return move_item(player, thing, from, id, stack, to, count)
        end
        server.parts.scheduler.after(PUSH_AFTER, function()
            push(player, thing, to)
        end)
    end
end
