--- The rules of using items: how far, how often, and what happens when no script takes care.

local context = ...
local raw = context.raw
local abs = raw.math.abs

-- How far an item with `allowFarUse` reaches.
local FAR_X, FAR_Y = 7, 5

return function(server, events)
    local tfs = server.tfs

    local function value(name)
        return server.parts.enums.get(name) or 0
    end

    local NO_ERROR = value("RETURNVALUE_NOERROR")

    local function floors(player, to)
        return value(player.tile.z > to.z and "RETURNVALUE_FIRSTGOUPSTAIRS" or "RETURNVALUE_FIRSTGODOWNSTAIRS")
    end

    --- Whether something is near enough to be used: a return value.
    function events.can_reach(player, to)
        if to.x == 65535 then
            return NO_ERROR
        elseif player.tile.z ~= to.z then
            return floors(player, to)
        elseif abs(player.tile.x - to.x) > 1 or abs(player.tile.y - to.y) > 1 then
            return value("RETURNVALUE_TOOFARAWAY")
        end
        return NO_ERROR
    end

    --- Whether something can be used from afar: a return value.
    function events.can_reach_far(creature, to, walls, floor)
        if to.x == 65535 then
            return NO_ERROR
        end
        local tile = creature.tile
        if floor and tile.z ~= to.z then
            return floors(creature, to)
        elseif abs(tile.x - to.x) > FAR_X or abs(tile.y - to.y) > FAR_Y then
            return value("RETURNVALUE_TOOFARAWAY")
        end
        local map = server.parts.map
        if walls and map.can_throw and not map.can_throw(tile.x, tile.y, tile.z, to.x, to.y, to.z, floor) then
            return value("RETURNVALUE_CANNOTTHROW")
        end
        return NO_ERROR
    end

    --- Whether a player may run an action at a place: a return value.
    function events.can_run(action, player, to)
        if action.can_execute then
            return action.can_execute(action, player, to)
        elseif action.far then
            return events.can_reach_far(player, to, action.walls, action.floor)
        end
        return events.can_reach(player, to)
    end

    --- Whether a player may use an item at a place: a return value.
    function events.can_use(player, to, item)
        local action = item and events.action_of(item)
        if item then
            return action and events.can_run(action, player, to) or NO_ERROR
        end
        return events.can_reach(player, to)
    end

    -- What an item does by itself, when no script took care: doors, beds, containers, books.
    local function use_by_itself(player, item, index)
        local players = server.parts.players
        if item.class_name == "Container" or item.items then
            local container, problem = players.container_for(player, item)
            if not container then
                return value(problem)
            end
            return players.use_container(player, container, index)
        end
        local kind = item.type
        if kind and (kind.can_read_text or kind.readable) then
            if players.use_text then
                players.use_text(player, item)
            end
            return NO_ERROR
        end
        return value("RETURNVALUE_CANNOTUSETHISOBJECT")
    end

    local function use_one(player, from, index, item, hotkey)
        local door = server.parts.houses and server.parts.houses.can_use_door
        if door and not door(player, item) then
            return value(tfs and "RETURNVALUE_NOTPOSSIBLE" or "RETURNVALUE_CANNOTUSETHISOBJECT")
        end
        local action = events.action_of(item)
        local becomes = not tfs and item.type and item.type.transform_on_use or 0
        if not action and becomes and becomes > 0 and item.type.id ~= becomes then
            local items = server.parts.items
            if not (items.transform and items.transform(item, becomes)) then
                return value("RETURNVALUE_CANNOTUSETHISOBJECT")
            end
            return NO_ERROR
        elseif action then
            if events.use(action, player, item, from, nil, from, hotkey) then
                return NO_ERROR
            elseif item.removed or item.parent == nil then
                return value("RETURNVALUE_CANNOTUSETHISOBJECT")
            end
        end
        return use_by_itself(player, item, index)
    end

    local function next_action(player, key)
        local delay = server.parts.config.number(key)
        player.next_action = server.now + delay
        return delay
    end

    local function refuse(player, code)
        local players = server.parts.players
        if players.cancel then
            players.cancel(player, code)
        end
        return false
    end

    --- A player uses an item.
    ---@param player table
    ---@param from table { x, y, z } where it lies; x 65535 for what the player carries
    ---@param index number of the container that opens
    ---@param item table
    ---@param hotkey boolean
    ---@return boolean
    function events.use_item(player, from, index, item, hotkey)
        if tfs then
            next_action(player, "ACTIONS_DELAY_INTERVAL")
        end
        local code = use_one(player, from, index, item, hotkey)
        if code ~= NO_ERROR then
            return refuse(player, code)
        end
        if not tfs then
            next_action(player, "ACTIONS_DELAY_INTERVAL")
        end
        return true
    end

    --- A player uses an item on something.
    ---@param target table|nil what lies there
    ---@return boolean
    function events.use_item_on(player, from, to, item, target, hotkey)
        if tfs then
            next_action(player, "EX_ACTIONS_DELAY_INTERVAL")
        end
        local action = events.action_of(item)
        if not action then
            return refuse(player, value("RETURNVALUE_CANNOTUSETHISOBJECT"))
        end
        local code = events.can_run(action, player, to)
        if code ~= NO_ERROR then
            return refuse(player, code)
        end
        if not events.use(action, player, item, from, target, to, hotkey) then
            if not action.own_error_handler then
                refuse(player, value("RETURNVALUE_CANNOTUSETHISOBJECT"))
            end
            return false
        end
        if not tfs then
            next_action(player, "EX_ACTIONS_DELAY_INTERVAL")
        end
        return true
    end
end
