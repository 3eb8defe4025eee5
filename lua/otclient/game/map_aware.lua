--- What of the map the client is aware of, and who is near a place.

local context = ...
local raw = context.raw
local min = raw.math.min

return function(engine, game)
    local thing, tile, position = game.thing, game.tile, game.position
    local map = game.map

    --- Creatures on the tiles of a rect, each once, tile by tile from the north-west.
    ---@param many_floors boolean also on other floors that the client is aware of
    function map.spectators(center, many_floors, left, right, top, bottom)
        local list, seen = {}, {}
        local from_z, to_z = center.z, center.z
        if many_floors and engine.edubart then
            to_z = center.z + game.config.map_max_z
        elseif many_floors then
            from_z, to_z = map.first_aware_floor(), map.last_aware_floor()
        end
        for z = from_z, to_z do
            for y = center.y - top, center.y + bottom do
                for x = center.x - left, center.x + right do
                    local record = map.tile({ x = x, y = y, z = z })
                    local there = record and tile.creatures(record) or {}
                    for index = #there, 1, -1 do
                        if not seen[there[index]] then
                            seen[there[index]] = true
                            list[#list + 1] = there[index]
                        end
                    end
                end
            end
        end
        return list
    end

    --- As `spectators`, in the range of which the client is aware.
    function map.aware_spectators(center, many_floors)
        local range = map.aware
        return map.spectators(center, many_floors, range.left, range.right, range.top, range.bottom)
    end

    -- Awareness ----------------------------------------------------------------------------------------------------

    ---@return integer
    function map.first_aware_floor()
        local config = game.config
        return map.central.z <= config.sea_floor and 0 or map.central.z - config.aware_underground_floor_range
    end

    ---@return integer
    function map.last_aware_floor()
        local config = game.config
        if map.central.z <= config.sea_floor then
            return config.sea_floor
        end
        return min(map.central.z + config.aware_underground_floor_range, config.map_max_z)
    end

    --- Whether the server tells what happens at a place.
    ---@param factor integer|nil as if the range were so many times as large, on all floors
    ---@return boolean
    function map.is_aware(pos, factor)
        if not factor and (pos.z < map.first_aware_floor() or pos.z > map.last_aware_floor()) then
            return false
        end
        local central, range = map.central, map.aware
        local shift = central.z - pos.z
        local times = factor or 1
        local grounded = { x = pos.x - shift, y = pos.y - shift, z = central.z }
        return position.in_rect(
            central,
            grounded,
            range.left * times,
            range.right * times,
            range.top * times,
            range.bottom * times
        )
    end

    --- Forgets what the client is not aware of any more.
    function map.remove_unaware()
        for _, id in raw.ipairs(map.creature_ids()) do
            local creature = map.creature(id)
            if not map.is_aware(creature.position) then
                map.remove(creature)
            end
        end
        game.texts.forget(function(text)
            return text.mode == 0 and not map.is_aware(text.position)
        end)
        if game.features.GameKeepUnawareTiles then
            return
        end
        local factor = not engine.edubart and game.features.GameMapCache and 4 or nil
        for _, record in raw.ipairs(map.tiles(-1)) do
            if not map.is_aware(record.position, factor) then
                if not engine.edubart and not tile.empty(record) then
                    tile.clean(record)
                end
                map.erase(record)
            end
        end
    end

    function map.set_aware(range)
        map.aware = range
        map.remove_unaware()
    end

    function map.reset_aware()
        local config = game.config
        map.set_aware({
            left = config.map_width,
            top = config.map_height,
            right = config.map_width + 1,
            bottom = config.map_height + 1,
        })
    end

    --- Moves the center of awareness, to where the player is.
    function map.set_central(pos)
        if position.same(map.central, pos) then
            return
        end
        map.central = pos
        map.remove_unaware()
        -- The server does not tell of the player on a tile with too many creatures; it is put there all the same.
        game.add_event(function()
            local player = game.state.player
            if not player or position.same(game.thing.position(player), map.central) then
                return
            end
            local record = map.tile(player.position)
            if record and tile.index(record, player) >= 0 then
                return
            end
            if not player.removed then
                game.creature.disappear(player)
            end
            thing.set_position(player, map.central)
            game.creature.appear(player)
            engine:log("debug", "forced player position update")
        end)
    end

    engine:singleton("g_map", {
        getCentralPosition = function()
            return map.central
        end,
        setCentralPosition = map.set_central,
        getSpectators = map.aware_spectators,
        getSpectatorsInRange = function(center, many, x_range, y_range)
            return map.spectators(center, many, x_range, x_range, y_range, y_range)
        end,
        getSpectatorsInRangeEx = map.spectators,
    })
end
