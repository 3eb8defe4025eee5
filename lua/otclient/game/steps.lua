--- Steps and turns of the player, as scripts ask for them (g_game).

local context = ...
local raw = context.raw

local NAMES = { [0] = "North", "East", "South", "West", "NorthEast", "SouthEast", "SouthWest", "NorthWest" }
local LONGEST_PATH = 127

return function(engine, game)
    local state, position, tile = game.state, game.position, game.tile

    --- Stops the player, and what it follows.
    function game.stop()
        if not game.can_act() then
            return
        end
        if game.is_target(state.following) then
            game.follow(nil)
        end
        game.send("Stop")
    end

    local function force_walk(direction)
        if not game.can_act() then
            return
        end
        if NAMES[direction] then
            game.send("Walk" .. NAMES[direction])
        end
        engine:emit_global("g_game", "onForceWalk", direction)
    end

    -- A step that edubart does not show before the server answers: up or down where things are piled up.
    local function changes_floor(player, to)
        local below = position.floor(to, 1)
        local record = below and game.map.tile(below)
        if record and tile.elevation(record) >= 3 then
            return true
        end
        local here, above = game.map.tile(player.position), position.floor(to, -1)
        local up = above and game.map.tile(above)
        return here ~= nil and tile.elevation(here) >= 3 and up ~= nil and tile.walkable(up)
    end

    local function wait_for_turn(player, direction)
        if state.last_walk_direction ~= direction then
            game.cancel(state.walk_event)
            state.walk_event = game.schedule(function()
                game.walk_to(direction, false)
            end, raw.math.max(1, raw.math.floor(game.walk.ticks_left(player))))
        end
        return false
    end

    local function dash_too_soon(player, direction)
        local least = raw.math.max(game.walk.step_duration(player, false, direction) - state.ping, 30)
        return player.walking and engine.now - state.dash_since < least
    end

    local function walk_edubart(direction, dash)
        local player = state.player
        if game.is_target(state.following) then
            game.follow(nil)
        end
        if game.player.is_auto_walking(player) or player.server_walking then
            game.send("Stop")
            game.player.stop_auto_walk(player)
            return false
        elseif dash and dash_too_soon(player, direction) then
            return false
        elseif not dash and not game.player.can_walk(player) then
            return wait_for_turn(player, direction)
        end
        local to = position.step(player.position, direction)
        local record = game.map.tile(to)
        if record and tile.walkable(record) then
            game.player.pre_walk(player, direction)
        elseif changes_floor(player, to) or not record or tile.empty(record) then
            game.player.lock_walk(player)
        else
            return false
        end
        game.player.stop_auto_walk(player)
        engine:emit_global("g_game", "onWalk", direction, dash)
        force_walk(direction)
        if dash then
            state.dash_since = engine.now
        end
        state.last_walk_direction = direction
        return true
    end

    --- Makes a step.
    ---@param dash boolean|nil edubart: without waiting for the last one's end
    ---@return boolean
    function game.walk_to(direction, dash)
        if not game.can_act() then
            return false
        elseif engine.edubart then
            return walk_edubart(direction, dash or false)
        elseif direction == game.INVALID_DIRECTION then
            return false
        end
        engine:emit_global("g_game", "onWalk", direction)
        force_walk(direction)
        return true
    end

    -- Whether the first step of a path may be shown at once.
    local function shows_first_step(player, from, direction)
        local record = game.map.tile(position.step(from, direction))
        if not record or not tile.walkable(record) then
            return false
        elseif engine.edubart then
            return not player.server_walking
        end
        return game.player.is_pre_walking(player)
            and position.same(from, game.thing.position(player))
            and not player.walking
            and game.player.can_walk(player, true)
    end

    --- Walks along a path.
    ---@param directions integer[]
    ---@param from table|nil where it begins
    function game.auto_walk(directions, from)
        if not game.can_act() or #directions == 0 then
            return
        elseif #directions > LONGEST_PATH then
            local text = engine.edubart and "Auto walk path too great, the maximum number of directions is 127"
                or "Auto walk path too great"
            engine:log("error", text)
            return
        end
        if game.is_target(state.following) then
            game.follow(nil)
        end
        local player = state.player
        if engine.edubart and not game.player.can_walk(player) then
            return
        end
        local path = { raw.unpack(directions) }
        if shows_first_step(player, from or player.position, path[1]) then
            game.player.pre_walk(player, path[1])
            if engine.edubart and game.features.GameForceFirstAutoWalkStep then
                force_walk(path[1])
                raw.table.remove(path, 1)
            end
        end
        local told = { raw.unpack(path) }
        if engine.edubart then
            engine:emit_global("g_game", "onAutoWalk", told)
        else
            engine:emit_global("g_game", "onAutoWalk", player.object, told)
        end
        game.send("AutoWalk", path)
    end

    engine:singleton("g_game", {
        walk = function(direction, dash)
            return game.walk_to(direction, dash)
        end,
        dashWalk = function(direction)
            return game.walk_to(direction, true)
        end,
        autoWalk = game.auto_walk,
        forceWalk = force_walk,
        turn = function(direction)
            if game.can_act() and direction < 4 then
                game.send("Turn" .. NAMES[direction])
            end
        end,
        stop = game.stop,
    })
end
