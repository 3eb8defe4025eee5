--- Action: what happens when an item is used, by its place, unique id, action id or id.

local context = ...
local raw = context.raw

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local tfs = server.tfs
    local by_id = registry.places("action id")
    local by_uid = registry.places("action uid")
    local by_aid = registry.places("action aid")
    local by_place = registry.places("action position")
    local missing = not tfs and "Action not found" or nil

    userdata.class("Action", nil, function()
        if not base.allowed("Actions", "luaCreateAction") then
            return nil
        end
        local action = base.make("Action", {
            ids = {},
            uids = {},
            aids = {},
            positions = {},
            far = false,
            walls = true,
            floor = true,
        })
        return userdata.push(action)
    end)

    local function log(text)
        server:log("warning", text)
    end

    local function enter(action, places, list, word)
        local entered = false
        for _, id in raw.ipairs(list) do
            if not places:first(id) then
                entered = true
            else
                if tfs then
                    log(
                        "[Warning - Actions::registerLuaEvent] Duplicate registered item with " .. word .. ": " .. id
                            .. " in range from " .. word .. ": " .. list[1] .. ", to " .. word .. ": " .. list[#list]
                    )
                elseif word == "id" then
                    log(
                        "[registerLuaItemEvent] - Duplicate registered item with id: " .. id .. " in range from id: "
                            .. list[1] .. ", to id: " .. list[#list] .. ", for script: " .. base.script_name(action)
                    )
                else
                    log(
                        "[" .. (word == "uid" and "registerLuaUniqueEvent" or "registerLuaActionEvent")
                            .. "] duplicate registered item with " .. word .. ": " .. id .. " in range from " .. word
                            .. ": " .. list[1] .. ", to " .. word .. ": " .. list[#list] .. ", for script: "
                            .. base.script_name(action)
                    )
                end
            end
            registry.add(places, id, action)
        end
        return entered or (tfs and #list > 0)
    end

    local function enter_places(action)
        local entered = false
        for _, at in raw.ipairs(action.positions) do
            local key = base.place_of(at[1], at[2], at[3])
            if not by_place:first(key) then
                entered = true
            else
                log(
                    "[registerLuaPositionEvent] duplicate registered script with range position: ( "
                        .. at[1] .. ", " .. at[2] .. ", " .. at[3] .. " ), for script: " .. base.script_name(action)
                )
            end
            registry.add(by_place, key, action)
        end
        return entered
    end

    --- Registers an action by the first kind of its keys that it has.
    function events.register_action(action)
        if enter(action, by_id, action.ids, "id") or enter(action, by_uid, action.uids, "uid")
            or enter(action, by_aid, action.aids, "aid") or enter_places(action) then
            return true
        end
        log(
            tfs and "[Warning - Actions::registerLuaEvent] There is no id / aid / uid set for this event"
                or "[registerLuaEvent] missing id/aid/uid/position for one script event, for script: "
                    .. base.script_name(action)
        )
        return false
    end

    local function method(fn)
        return base.method("Action", missing, fn)
    end

    local function numbers(list_name)
        return method(function(action, ...)
            base.append(action[list_name], arguments.u16, ...)
            return true
        end)
    end

    local function flag(name)
        return method(function(action, value)
            action[name] = value ~= nil and value ~= false
            return true
        end)
    end

    userdata.methods("Action", {
        onUse = method(function(action, ...)
            return base.set_callback(action, arguments.last(...), "onUse")
        end),
        register = method(function(action)
            if not action.loaded then
                return false
            end
            if action.registered then
                -- TFS dies of it.
                raw.error("an Action can be registered once only", 3)
            end
            local entered = events.register_action(action)
            if tfs then
                action.registered = true
                action.ids, action.uids, action.aids = {}, {}, {}
                return entered
            end
            return true
        end),
        id = numbers("ids"),
        aid = numbers("aids"),
        uid = numbers("uids"),
        allowFarUse = flag("far"),
        blockWalls = flag("walls"),
        checkFloor = flag("floor"),
    })

    if not tfs then
        --- Items that scripts want on the map: { x, y, z, id } each.
        events.wanted_items = {}

        local function item_to_make(what)
            local types = server.parts.item_types
            if raw.type(what) == "number" then
                return arguments.u16(what)
            elseif arguments.is_string(what) then
                local found = types.by_name and types.by_name(what)
                return found and found.id or 0, true
            end
        end

        userdata.methods("Action", {
            position = method(function(action, position, what)
                local x, y, z = base.take_position(position)
                action.positions[#action.positions + 1] = { x, y, z }
                local id, named = item_to_make(what)
                if not id then
                    return true
                elseif id == 0 and named then
                    server:report("Not found item with name: " .. arguments.string(what))
                    return false
                end
                local item_type = server.parts.item_types.get and server.parts.item_types.get(id)
                if not item_type or item_type.id == 0 then
                    server:report("Not found item with id: " .. id)
                    return false
                end
                item_type.movable = false
                events.wanted_items[#events.wanted_items + 1] = { x, y, z, id }
                return true
            end),
        })
    end

    -- Use ---------------------------------------------------------------------------------------------------------

    local function attribute(item, name)
        local attributes = item.attributes
        local value = attributes and attributes[name]
        return value and value ~= 0 and value or nil
    end

    local function lies_at(item)
        local parent = item.parent
        while parent do
            if parent.class_name == "Tile" then
                return parent
            elseif parent.class_name == "Player" then
                return nil
            end
            parent = parent.parent
        end
    end

    --- What a use of an item runs: an action, or a rune's spell; nil for nothing.
    ---@param item table
    function events.action_of(item)
        if by_place.count > 0 then
            local tile = lies_at(item)
            local action = tile and by_place:first(base.place_of(tile.x, tile.y, tile.z))
            if action then
                return action
            end
        end
        local uid, aid = attribute(item, "uniqueid"), attribute(item, "actionid")
        local action = uid and by_uid:first(uid) or nil
        action = action or (aid and by_aid:first(aid)) or by_id:first(item.type and item.type.id or item.id)
        if action then
            return action
        end
        local spells = server.parts.spells
        return spells and spells.rune and spells.rune(item.type and item.type.id or item.id) or nil
    end

    --- Calls what a use of an item runs.
    ---@param action table
    ---@param player table
    ---@param item table
    ---@param from table { x, y, z } where it lies
    ---@param target table|nil on what it is used
    ---@param to table { x, y, z } where that is
    ---@param hotkey boolean
    ---@return boolean whether the script took care of it
    function events.use(action, player, item, from, target, to, hotkey)
        if action.execute_use then
            return action.execute_use(action, player, item, from, target, to, hotkey)
        end
        return base.ask(
            action,
            userdata.push(player),
            base.thing(item),
            base.position(from.x, from.y, from.z),
            base.thing(target),
            base.position(to.x, to.y, to.z),
            hotkey == true
        )
    end

    context.use("canary/events/use")(server, events)
    events.places = events.places or {}
    events.places.action = { by_place, by_uid, by_aid, by_id }
end
