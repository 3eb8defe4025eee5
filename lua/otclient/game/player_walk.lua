--- Steps of the client's own player: before the server confirms them, along a path, and while it must not walk.
--- mehah lets several steps run ahead of the server; edubart one.

local context = ...
local raw = context.raw
local max, min, remove = raw.math.max, raw.math.min, raw.table.remove

local LOCK_MS = 250
local LONGEST_PATH = 127
-- edubart walks on when the server has not answered a step for so long after its end.
local PRE_WALK_TIMEOUT = 1000

return function(engine, game)
    local player, walk, position = game.player, game.walk, game.position

    function player.prepare_walk(record)
        record.pre_walks = {}
        record.pre_walking, record.second_pre_walk, record.last_pre_walk_done = false, false, true
        record.pre_walk_to = game.NOWHERE
        record.server_walking = false
        record.locked_until = 0
        record.destination, record.path_end = game.NOWHERE, game.NOWHERE
        record.retries = 0
    end

    ---@return boolean
    function player.is_pre_walking(record)
        return engine.edubart and record.pre_walking or #record.pre_walks > 0
    end

    ---@return boolean
    function player.is_auto_walking(record)
        return position.valid(record.destination)
    end

    ---@param ms integer|nil
    function player.lock_walk(record, ms)
        record.locked_until = max(record.locked_until, engine.now + (ms or LOCK_MS))
    end

    local function locked(record)
        return record.locked_until ~= 0 and engine.now < record.locked_until
    end

    local function can_walk_edubart(record)
        local elapsed, duration = walk.elapsed(record), walk.step_duration(record)
        local auto = player.is_auto_walking(record)
        if locked(record) or record.speed == 0 or (elapsed < duration and not auto) then
            return false
        end
        local late = record.walking and record.pre_walking and elapsed >= duration + PRE_WALK_TIMEOUT
        if not record.last_pre_walk_done and record.pre_walking and not late then
            return false
        end
        return not ((record.walking and not auto) and (not late or record.second_pre_walk))
    end

    --- Whether it may begin a step now.
    ---@param ignore_lock boolean
    ---@return boolean
    function player.can_walk(record, ignore_lock)
        if engine.edubart then
            return can_walk_edubart(record)
        elseif game.creature.dead(record) or (locked(record) and not ignore_lock) then
            return false
        elseif #record.pre_walks > game.state.walk_max_steps and game.state.walk_max_steps > 0 then
            return false
        elseif game.state.walk_max_steps == 0 and not position.same(game.thing.position(record), record.position) then
            return false
        elseif record.walking then
            if player.is_auto_walking(record) then
                return true
            elseif player.is_pre_walking(record) then
                return false
            end
        end
        return walk.elapsed(record) >= walk.step_duration(record)
    end

    -- Unconfirmed steps are forgotten when the server stays silent about them.
    local function forget_watch(record)
        game.cancel(record.watch_event)
        record.watch_event = nil
    end

    --- Begins to wait for the server's word on a step.
    function player.watch_position(record)
        forget_watch(record)
        local delay = min(max(walk.step_duration(record), game.state.ping) + 100, 1000)
        record.watch_event = game.schedule(function()
            record.watch_event = nil
            record.pre_walks = {}
        end, delay)
    end

    --- Begins a step before the server confirms it.
    function player.pre_walk(record, direction)
        if engine.edubart then
            if record.pre_walking then
                record.second_pre_walk = true
                return
            end
            record.pre_walking, record.last_pre_walk_done = true, false
            game.cancel(record.server_walk_event)
            record.pre_walk_to = position.step(record.position, direction)
            walk.begin(record, record.position, record.pre_walk_to)
            return
        end
        local from = game.thing.position(record)
        local to = position.step(from, direction)
        record.pre_walks[#record.pre_walks + 1] = to
        walk.begin(record, from, to)
        engine:emit(
            record,
            "onPositionChange",
            game.give_position(record.step_to),
            game.give_position(record.step_from)
        )
        player.watch_position(record)
    end

    --- The server moved it by a step.
    function player.walk(record, from, to)
        if engine.edubart then
            if record.pre_walking then
                record.pre_walking, record.second_pre_walk, record.last_pre_walk_done = false, false, true
                if position.same(to, record.pre_walk_to) then
                    walk.update(record)
                else
                    walk.begin(record, from, to)
                end
                return
            end
            record.server_walking = true
            game.cancel(record.server_walk_event)
            return walk.begin(record, from, to)
        end
        record.retries = 0
        if #record.pre_walks > 0 and position.same(to, record.pre_walks[1]) then
            remove(record.pre_walks, 1)
            return
        end
        forget_watch(record)
        record.pre_walks = {}
        record.server_walking = true
        walk.begin(record, from, to)
    end

    --- Called at each look at a step: one onto a blocked tile ends.
    function player.on_the_way(record)
        if engine.edubart or #record.pre_walks == 0 then
            return
        end
        local here = game.thing.position(record)
        local tile = game.map.tile(here)
        for _, other in raw.ipairs(tile and tile.walkers or {}) do
            if other ~= record and position.same(other.position, here) and not other.passable then
                player.cancel_walk(record, game.INVALID_DIRECTION)
                break
            end
        end
    end

    function player.walk_ended(record)
        if engine.edubart then
            record.pre_walking, record.second_pre_walk = false, false
            if record.server_walking then
                game.cancel(record.server_walk_event)
                record.server_walk_event = game.schedule(function()
                    record.server_walking = false
                end, 100)
            end
            return
        end
        record.server_walking = false
        engine:emit(record, "onWalkFinish")
    end

    function player.position_changed(record, new, old)
        if not engine.edubart and #record.pre_walks > 0 then
            return
        end
        engine:emit(record, "onPositionChange", game.give_position(new), game.give_position(old))
        if position.same(new, record.destination) then
            player.stop_auto_walk(record)
        elseif player.is_auto_walking(record) and position.same(new, record.path_end) then
            player.auto_walk(record, record.destination)
        end
        if not engine.edubart then
            record.server_walking = false
        end
    end

    -- Tries the way again after the server refused a step of it.
    local function retry(record)
        if not player.is_auto_walking(record) then
            return false
        end
        game.stop()
        if engine.edubart then
            game.cancel(record.continue_event)
            record.continue_event = game.schedule(function()
                if player.is_auto_walking(record) then
                    player.auto_walk(record, record.destination)
                end
            end, 500)
            return false
        elseif record.retries > 3 then
            record.destination = game.NOWHERE
            return false
        end
        game.cancel(record.continue_event)
        local goal = record.destination
        record.continue_event = game.schedule(function()
            player.auto_walk(record, goal, true)
        end, 200)
        record.retries = record.retries + 1
        return true
    end

    --- The server refused a step.
    ---@param direction integer where to turn it; INVALID_DIRECTION leaves it
    function player.cancel_walk(record, direction)
        if record.walking and player.is_pre_walking(record) then
            walk.stop(record)
        end
        if engine.edubart then
            record.last_pre_walk_done = true
            player.lock_walk(record)
            retry(record)
        else
            if record.watch_event then
                forget_watch(record)
                record.pre_walks = {}
            end
            player.lock_walk(record)
            if retry(record) then
                return
            end
        end
        game.creature.set_direction(record, direction)
        engine:emit(record, "onCancelWalk", direction)
    end

    function player.stop_auto_walk(record)
        record.destination, record.path_end = game.NOWHERE, game.NOWHERE
        record.known_path = false
        game.cancel(record.continue_event)
        record.continue_event = nil
    end

    local function cut(path, length)
        local result = {}
        for index = 1, min(#path, length) do
            result[index] = path[index]
        end
        return result
    end

    local function fail(record, status)
        record.destination = game.NOWHERE
        engine:emit(record, "onAutoWalkFail", status)
    end

    local function path_found(record, result)
        if not position.same(record.destination, result.goal) then
            return
        elseif result.status ~= game.path.OK then
            if record.retries > 0 and record.retries <= 3 then
                record.continue_event = game.schedule(function()
                    player.auto_walk(record, result.goal, true)
                end, 200 + record.retries * 100)
                return
            end
            return fail(record, result.status)
        elseif #result.path == 0 then
            return fail(record, result.status)
        end
        game.auto_walk(cut(result.path, LONGEST_PATH), result.start)
    end

    local function seen_part(record, path)
        local result, at = {}, record.position
        local range = game.map.aware
        for index, direction in raw.ipairs(path) do
            at = position.step(at, direction)
            if not position.in_range(record.position, at, range.left - 1, range.top - 1) then
                break
            end
            result[index] = direction
        end
        return result
    end

    local function auto_walk_edubart(record, goal)
        if game.state.client_version <= 740 and position.in_range(record.position, goal, 1, 1) then
            return game.walk_to(position.direction(record.position, goal))
        end
        local fresh = not position.same(goal, record.destination)
        if fresh then
            record.known_path = false
        end
        if position.same(goal, record.position) then
            return true
        end
        local limited = {}
        if fresh or record.known_path then
            local path, status = game.path.find(record.position, goal, 50000, 0)
            if status == game.path.OK then
                limited = cut(path, LONGEST_PATH)
                record.known_path = true
            end
        end
        if #limited == 0 then
            local path, status = game.path.find(record.position, goal, 50000, game.path.ALLOW_UNSEEN)
            if status ~= game.path.OK then
                engine:emit(record, "onAutoWalkFail", status)
                player.stop_auto_walk(record)
                return false
            end
            limited = seen_part(record, path)
        end
        record.destination = goal
        local last = record.position
        for _, direction in raw.ipairs(limited) do
            last = position.step(last, direction)
        end
        record.path_end = last
        game.auto_walk(limited)
        return true
    end

    --- Walks to a place.
    ---@param again boolean|nil after the server refused a step
    ---@return boolean
    function player.auto_walk(record, goal, again)
        if engine.edubart then
            return auto_walk_edubart(record, goal)
        end
        player.stop_auto_walk(record)
        if not again then
            record.retries = 0
        end
        if position.same(goal, record.position) then
            return true
        end
        record.destination = goal
        game.path.find_async(record.position, goal, function(result)
            path_found(record, result)
        end)
        if not again then
            player.lock_walk(record)
        end
        return true
    end

    engine:class("LocalPlayer", {
        lockWalk = function(record, ms)
            player.lock_walk(record, ms)
        end,
        unlockWalk = function(record)
            record.locked_until = 0
        end,
        isWalkLocked = locked,
        canWalk = player.can_walk,
        preWalk = player.pre_walk,
        isPreWalking = player.is_pre_walking,
        isAutoWalking = player.is_auto_walking,
        isServerWalking = function(record)
            return record.server_walking
        end,
        stopAutoWalk = player.stop_auto_walk,
        autoWalk = player.auto_walk,
    })
end
