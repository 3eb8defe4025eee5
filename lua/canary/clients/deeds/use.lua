--- Using items, alone, on something and on creatures: near enough, not too often, and else after a walk there.

local context = ...
local raw = context.raw

local CARRIED = 65535

return function(server, clients, deeds)
    local tfs = server.tfs

    local function code(name)
        return server.parts.enums.get(name) or 0
    end

    local function is_hotkey(place)
        return place.x == CARRIED and place.y == 0 and place.z == 0
    end

    local function hotkeys_allowed()
        return server.parts.config.boolean("AIMBOT_HOTKEY_ENABLED")
    end

    local function used_on_others(item)
        return item.type.useable == true
    end

    -- The item that is used; a player who can't is told why.
    local function item_at(player, place, index, id, on_others)
        if is_hotkey(place) and not hotkeys_allowed() then
            return nil
        end
        local thing = clients.find(player, place, index, id, "use")
        if not thing then
            clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
            return nil
        elseif not thing.type or used_on_others(thing) ~= on_others or clients.client_id(thing) ~= id then
            clients.cancel(player, "RETURNVALUE_CANNOTUSETHISOBJECT")
            return nil
        end
        return thing
    end

    --- A player uses an item.
    function deeds.use(player, from, id, stack, index)
        local item = item_at(player, from, stack, id, false)
        if not item then
            return
        end
        local events = server.parts.events
        local problem = events.can_use(player, from)
        local function again()
            deeds.use(player, from, id, stack, index)
        end
        if problem == code("RETURNVALUE_TOOFARAWAY") then
            if clients.walk_to(player, from, 1, again) then
                return
            end
            problem = code("RETURNVALUE_THEREISNOWAY")
        end
        if problem ~= code("RETURNVALUE_NOERROR") then
            return clients.cancel(player, problem)
        end
        if clients.may_act(player, again) then
            events.use_item(player, from, index, item, is_hotkey(from))
        end
    end

    -- Takes an item along, to use it further away: where it is then.
    local function pick_up(player, item, from)
        local items = server.parts.items
        local problem, moved = items.move_item(items.parent_of(item), player, item, { actor = player, from = from })
        if problem and problem ~= code("RETURNVALUE_NOERROR") then
            clients.cancel(player, problem)
            return nil
        end
        moved = moved or item
        for slot, worn in raw.pairs(player.inventory) do
            if worn == moved then
                return { x = CARRIED, y = slot, z = 0 }
            end
        end
        return nil
    end

    -- Whether an item can be used there now; if it is too far, walks and tries again.
    local function reaches(player, item, from, to, again)
        local events = server.parts.events
        local far, walk_to = code("RETURNVALUE_TOOFARAWAY"), from
        local problem = events.can_use(player, from)
        if problem == code("RETURNVALUE_NOERROR") then
            problem = events.can_use(player, to, item)
            if problem == far then
                walk_to = to
            end
        end
        if problem == code("RETURNVALUE_NOERROR") then
            return true
        elseif problem ~= far then
            clients.cancel(player, problem)
            return false
        end
        local place = from
        if from.x ~= CARRIED and to.x ~= CARRIED and clients.near(from, player.tile) and not clients.near(from, to) then
            place = pick_up(player, item, from)
            if not place then
                return false
            end
        end
        if not clients.walk_to(player, walk_to, 1, function()
            again(place)
        end) then
            clients.cancel(player, "RETURNVALUE_THEREISNOWAY")
        end
        return false
    end

    --- A player uses an item on something.
    function deeds.use_with(player, from, id, stack, to, to_id, to_stack)
        local item = item_at(player, from, stack, id, true)
        local function again(place)
            deeds.use_with(player, place, id, stack, to, to_id, to_stack)
        end
        if not item or not reaches(player, item, from, to, again) then
            return
        end
        if clients.may_act(player, function()
            again(from)
        end) then
            local target = clients.find(player, to, to_stack, to_id, "target")
            server.parts.events.use_item_on(player, from, to, item, target, is_hotkey(from))
        end
    end

    --- A player uses an item on a creature.
    function deeds.use_with_creature(player, from, id, stack, creature_id)
        local creature = server.parts.creatures.by_id(creature_id)
        local map = server.parts.map
        if not creature or not creature.tile then
            return
        end
        local dx, dy = creature.tile.x - player.tile.x, creature.tile.y - player.tile.y
        if raw.math.abs(dx) > map.VIEW_X - 1 or raw.math.abs(dy) > map.VIEW_Y - 1
            or creature.tile.z ~= player.tile.z then
            return
        elseif not hotkeys_allowed() and (creature.class_name == "Player" or is_hotkey(from)) then
            return clients.cancel(player, "RETURNVALUE_DIRECTPLAYERSHOOT")
        end
        local item = item_at(player, from, stack, id, true)
        local to = { x = creature.tile.x, y = creature.tile.y, z = creature.tile.z }
        local function again(place)
            deeds.use_with_creature(player, place, id, stack, creature_id)
        end
        if item and reaches(player, item, from, to, again) and clients.may_act(player, function()
            again(from)
        end) then
            server.parts.events.use_item_on(player, from, to, item, creature, is_hotkey(from))
        end
    end

    --- A player turns an item around.
    function deeds.rotate(player, from, id, stack)
        local item = clients.find(player, from, stack, id, "top")
        if not item or not item.type then
            return
        end
        local turned = item.type.rotate_to or 0
        if clients.client_id(item) ~= id or turned == 0 or server.parts.items.number(item, "uniqueid") ~= 0 then
            return clients.cancel(player, "RETURNVALUE_NOTPOSSIBLE")
        elseif from.x ~= CARRIED and not clients.near(from, player.tile) then
            if not clients.walk_to(player, from, 1, function()
                deeds.rotate(player, from, id, stack)
            end) then
                clients.cancel(player, "RETURNVALUE_THEREISNOWAY")
            end
            return
        end
        local events = server.parts.events
        if tfs then
            events.meta("Player", "onRotateItem", player, item)
        elseif events.ask_meta("Player", "onRotateItem", true, player, item, from)
            and events.check_callback("playerOnRotateItem", player, item, from) then
            server.parts.items.transform(item, turned)
        end
    end
end
