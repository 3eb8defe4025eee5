--- Controls by which the host plays the server (`game_event`, `game_raise`).

local context = ...
local raw = context.raw
local type = raw.type

return function(engine, game)
    local state, incoming = game.state, game.incoming

    --- What scripts get of plain data: {["$item"] = id, count = …} is an item, {["$creature"] = id} the creature of
    --- that number (a new one without it), {["$player"] = true} the player; lists and tables of those likewise.
    local function given(value)
        if type(value) ~= "table" then
            return value
        elseif value["$item"] then
            local item = game.item.from({ id = value["$item"], count = value.count, tier = value.tier })
            return item.object
        elseif value["$creature"] then
            local known = game.map.creature(value["$creature"]) or game.creature.new("Monster")
            return known.object
        elseif value["$player"] then
            return engine.object.of(state.player)
        end
        local result = {}
        for key, inner in raw.pairs(value) do
            result[key] = given(inner)
        end
        return result
    end

    local NOT_GIVEN = {
        OpenContainer = true,
        ContainerAddItem = true,
        ContainerUpdateItem = true,
        ContainerRemoveItem = true,
        InventoryChange = true,
    }

    local function all_given(first, ...)
        if first == nil and raw.select("#", ...) == 0 then
            return
        end
        return given(first), all_given(...)
    end

    --- Lets something come from the server.
    ---@param name string of an event
    function engine.controls.game_event(name, ...)
        local event = incoming[name]
        if not event then
            raw.error("the game has no event " .. raw.tostring(name), 0)
        end
        state.last_read = engine.now
        if NOT_GIVEN[name] then
            event(...)
        else
            event(all_given(...))
        end
    end

    --- Raises an event of a global, or of the player (`LocalPlayer`), as the engine does when it has parsed a packet
    --- that the model keeps nothing of.
    function engine.controls.game_raise(global, event, ...)
        state.last_read = engine.now
        if global == "LocalPlayer" and state.player then
            engine:emit(state.player, event, all_given(...))
        else
            engine:emit_global(global, event, all_given(...))
        end
    end
end
