--- Steps of creatures: how long they last, and what happens on the way. Pixels count, though nothing is drawn: by them
--- a step ends, and a creature belongs to the tile that it is leaving or reaching.

local context = ...
local raw = context.raw
local floor, log, max, min = raw.math.floor, raw.math.log, raw.math.max, raw.math.min

local TILE = 32
local FRAME_MS = 16

return function(engine, game)
    local position = game.position
    local walk = {
        --- The constants of the server's speed law: see `set_speed`.
        formula = { a = 0, b = 0, c = 0 },
    }
    game.walk = walk

    --- Gives a new creature what walking needs.
    function walk.prepare(record)
        record.walking = false
        record.walk_since = 0
        record.walked_pixels = 0
        record.offset_x, record.offset_y = 0, 0
        record.step_from, record.step_to = game.NOWHERE, game.NOWHERE
        record.step_direction = game.INVALID_DIRECTION
        record.turn_after = game.INVALID_DIRECTION
        record.step_speed = 0
        record.step = { duration = 0, diagonal = 0, interval = 0, speed = -1, ground = -1 }
    end

    ---@return integer milliseconds since the last step began
    function walk.elapsed(record)
        return engine.now - record.walk_since
    end

    local function lawful(record)
        local law = walk.formula
        if engine.edubart then
            return game.features.GameNewSpeedLaw and record.speed_formula ~= nil
        end
        return game.features.GameNewSpeedLaw and law.a ~= 0 and law.b ~= 0 and law.c ~= 0
    end

    local function step_speed(law, speed)
        return speed > -law.b and max(1, floor(law.a * log(speed / 2 + law.b) + law.c + 0.5)) or 1
    end

    local function ground_of(record, direction)
        local pos = direction >= game.INVALID_DIRECTION and record.step_to
            or position.step(game.thing.position(record), direction)
        local tile = game.map.tile(position.valid(pos) and pos or game.thing.position(record))
        local speed = tile and game.tile.ground_speed(tile) or 0
        return speed == 0 and (tile or not engine.edubart) and 150 or speed
    end

    local function duration_edubart(record, ignore_diagonal, direction)
        local speed = record.speed * (game.features.GameNewSpeedLaw and 2 or 1)
        local ground, beat = ground_of(record, direction), game.state.server_beat
        local interval = ground > 0 and 1000 * ground or 1000
        if lawful(record) then
            interval = floor(interval / step_speed(record.speed_formula, speed))
        else
            interval = floor(interval / speed)
        end
        if game.state.client_version >= 900 then
            interval = floor(interval / beat) * beat
        end
        interval = max(interval, beat)
        if not ignore_diagonal and position.diagonal(record.step_direction) then
            interval = interval * (game.state.client_version <= 810 and 2 or 3)
        end
        return interval
    end

    --- How long a step lasts.
    ---@param ignore_diagonal boolean|nil as if it went straight
    ---@param direction integer|nil to where; without it, or invalid: the step that it last made
    ---@return integer milliseconds; 0 of what can't move
    function walk.step_duration(record, ignore_diagonal, direction)
        direction = direction or game.INVALID_DIRECTION
        if record.speed < 1 then
            return 0
        elseif engine.edubart then
            return duration_edubart(record, ignore_diagonal, direction)
        end
        local step, config, beat = record.step, game.config, game.state.server_beat
        local ground = ground_of(record, direction)
        if ground ~= step.ground or record.speed ~= step.speed then
            step.ground, step.speed = ground, record.speed
            local duration = floor(1000 * ground / (lawful(record) and max(1, record.step_speed) or record.speed))
            local version = game.state.client_version
            if config.force_new_walking_formula or version >= 860 then
                duration = floor((duration + beat - 1) / beat) * beat
            end
            step.duration = duration % 65536
            step.interval = min(floor(duration / config.sprite_size), FRAME_MS)
            local factor = 2
            if version > 810 or config.force_new_walking_formula then
                factor = record.kinds.Player and config.player_diagonal_walk_speed
                    or config.creature_diagonal_walk_speed
            end
            step.diagonal = floor(duration * factor) % 65536
        end
        local duration = ignore_diagonal and step.duration or walk.last_duration(record)
        if record.camera and record.kinds.LocalPlayer then
            duration = duration + 10 * max(1, #record.pre_walks)
        end
        return duration
    end

    --- How long the last step lasts, as it was reckoned.
    ---@return integer
    function walk.last_duration(record)
        return position.diagonal(record.step_direction) and record.step.diagonal or record.step.duration
    end

    ---@return number how much of the step is done: 1 when it ends
    function walk.progress(record)
        local whole = engine.edubart and walk.step_duration(record) or record.step.duration
        return engine.edubart and floor(walk.elapsed(record) / max(1, whole)) or walk.elapsed(record) / whole
    end

    ---@return number milliseconds
    function walk.ticks_left(record)
        local whole = engine.edubart and walk.step_duration(record) or walk.last_duration(record)
        return whole - walk.elapsed(record)
    end

    --- Sets how fast it is; a step under way goes on at the new speed.
    function walk.set_speed(record, speed)
        local old = record.speed
        if old == speed and not engine.edubart then
            return
        end
        record.speed = speed
        if not engine.edubart and lawful(record) then
            record.step_speed = step_speed(walk.formula, speed * 2)
        end
        if record.kinds.LocalPlayer and not engine.edubart then
            game.player.watch_position(record)
        end
        if record.walking then
            walk.update(record)
        end
        engine:emit(record, "onSpeedChange", speed, old)
    end

    -- The way ------------------------------------------------------------------------------------------------------

    local function set_offset(record, pixels)
        local direction, x, y = record.direction, 0, 0
        if direction == 0 or direction == 4 or direction == 7 then
            y = TILE - pixels
        elseif direction == 2 or direction == 5 or direction == 6 then
            y = pixels - TILE
        end
        if direction == 1 or direction == 4 or direction == 5 then
            x = pixels - TILE
        elseif direction == 3 or direction == 6 or direction == 7 then
            x = TILE - pixels
        end
        if record.pre_walking then
            -- edubart draws a step that is not confirmed from where the player still stands.
            x, y = x == 0 and 0 or x + (x < 0 and TILE or -TILE), y == 0 and 0 or y + (y < 0 and TILE or -TILE)
        end
        record.offset_x, record.offset_y = x, y
    end

    -- The tile below the creature's lower right corner.
    local function tile_below(record)
        local away = game.features.GameNegativeOffset and 0 or 1
        local right = TILE + record.offset_x - game.thing.figure(record, "displacement_x") * away + TILE - 1
        local bottom = TILE + record.offset_y - game.thing.figure(record, "displacement_y") * away + TILE - 1
        local x, y = floor(right / TILE) - 1, floor(bottom / TILE) - 1
        if x >= -1 and x <= 1 and y >= -1 and y <= 1 then
            return game.map.get_or_create(position.translated(game.thing.position(record), x, y))
        end
    end

    local function update_tile(record)
        local tile = tile_below(record)
        if tile == record.walking_tile then
            return
        end
        if record.walking_tile then
            game.tile.remove_walker(record.walking_tile, record)
        end
        if tile then
            game.tile.add_walker(tile, record)
        end
        record.walking_tile = tile
    end

    --- Goes on with a step, and plans the next look at it.
    function walk.update(record)
        game.cancel(record.walk_event)
        record.walk_event = nil
        local duration = walk.step_duration(record, true)
        local pixels = duration > 0 and min(floor(walk.elapsed(record) * TILE / duration), TILE)
            or (engine.edubart and 0 or TILE)
        record.walked_pixels = max(record.walked_pixels, pixels)
        set_offset(record, record.walked_pixels)
        update_tile(record)
        local arrived
        if engine.edubart then
            arrived = not record.pre_walking and walk.elapsed(record) >= walk.step_duration(record)
        else
            arrived = record.walked_pixels == TILE
        end
        if arrived then
            walk.terminate(record)
        end
        if record.kinds.LocalPlayer then
            game.player.on_the_way(record)
        end
        if not record.walking then
            return
        end
        local function again()
            record.walk_event = nil
            walk.update(record)
        end
        if record.camera and not engine.edubart then
            record.walk_event = game.add_event(again)
        else
            local interval = engine.edubart and floor(duration / TILE) or record.step.interval
            record.walk_event = game.schedule(again, max(1, interval))
        end
    end

    --- Begins a step.
    function walk.start(record, from, to)
        if record.kinds.LocalPlayer then
            return game.player.walk(record, from, to)
        end
        walk.begin(record, from, to)
    end

    --- As `start`, for any creature alike.
    function walk.begin(record, from, to)
        if position.same(from, to) then
            return
        end
        record.step_direction = position.direction(from, to)
        record.step_from, record.step_to = from, to
        game.creature.set_direction(record, record.step_direction)
        record.walking = true
        record.walk_since = engine.now
        record.walked_pixels = 0
        record.turn_after = game.INVALID_DIRECTION
        walk.update(record)
    end

    --- Ends a step where it is.
    function walk.terminate(record)
        game.cancel(record.walk_event)
        record.walk_event = nil
        if record.turn_after ~= game.INVALID_DIRECTION then
            game.creature.set_direction(record, record.turn_after)
            record.turn_after = game.INVALID_DIRECTION
        end
        if record.walking_tile then
            game.tile.remove_walker(record.walking_tile, record)
            record.walking_tile = nil
        end
        record.walked_pixels = 0
        record.offset_x, record.offset_y = 0, 0
        record.walking = false
        if record.kinds.LocalPlayer then
            game.player.walk_ended(record)
        end
    end

    function walk.stop(record)
        if record.walking then
            walk.terminate(record)
        end
        if record.kinds.LocalPlayer and engine.edubart then
            record.last_pre_walk_done = true
            record.pre_walk_to = game.NOWHERE
        end
    end

    --- Turns it, at the end of its step if it is walking.
    function walk.turn(record, direction)
        if record.walking then
            record.turn_after = direction
        else
            game.creature.set_direction(record, direction)
        end
    end

    --- Lets its legs move without a step (in windows); 0 ends that.
    function walk.set_static(record, speed)
        game.cancel(record.walk_event)
        record.walk_event = nil
        record.static_walking = speed
    end
end
