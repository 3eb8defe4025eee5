--- What npcs do: they are idle while no player is near, walk about, look at whom they talk to.

local context = ...
local raw = context.raw
local abs, remove = raw.math.abs, raw.table.remove

local STEPS = { [0] = { 0, -1 }, { 1, 0 }, { 0, 1 }, { -1, 0 } }

---@param server table
---@param npcs table
return function(server, npcs)
    local tfs, env = server.tfs, server.env

    --- Calls a callback of an npc: of its type (Canary, the npc first), or of its script (TFS).
    ---@return boolean said whether it said yes
    function npcs.call(npc, event, ...)
        local record = tfs and npc.callbacks and npc.callbacks[event] or not tfs and npc.type[event] or nil
        if not record then
            return false
        end
        local report = server.parts.report
        local ok, value
        if tfs then
            ok, value = report.call(record, record.callback, ...)
        else
            ok, value = report.call(record, record.callback, server.userdata.push(npc), ...)
        end
        return ok and value ~= nil and value ~= false
    end

    local function push(creature)
        return server.userdata.push(creature)
    end

    local function watches(npc, player)
        return not (not tfs and server.parts.players.has_flag(player, "ignoredbynpcs")) and npc.tile ~= nil
    end

    local function update_idle(npc)
        local creatures = server.parts.creatures
        npc.idle = raw.next(npc.watchers) == nil
        if tfs then
            return
        elseif npc.idle then
            creatures.uncheck(npc)
        else
            creatures.check(npc)
        end
    end

    local function find_watchers(npc)
        local x, y, z = server.parts.creatures.position(npc)
        npc.watchers = {}
        for _, player in raw.ipairs(server.parts.map.spectators(x, y, z, true, "players")) do
            if watches(npc, player) then
                npc.watchers[player] = true
            end
        end
        update_idle(npc)
    end

    --- An npc sees a creature that has come into the game.
    function npcs.sees(npc, creature)
        local is_player = creature.class_name == "Player"
        if npc == creature then
            npc.spawn_x, npc.spawn_y, npc.spawn_z = server.parts.creatures.position(npc)
            find_watchers(npc)
            if tfs and not npc.idle and npc.walk_interval > 0 then
                server.parts.creatures.start_walk(npc)
            end
        elseif is_player and watches(npc, creature) then
            npc.watchers[creature] = true
            update_idle(npc)
        end
        if not tfs or is_player or npc == creature then
            npcs.call(npc, "onAppear", push(creature))
        end
    end

    --- A creature that an npc saw is gone.
    function npcs.loses(npc, creature)
        local is_player = creature.class_name == "Player"
        if npc == creature then
            npcs.close_shops(npc)
        end
        if not tfs or is_player or npc == creature then
            npcs.call(npc, "onDisappear", push(creature))
        end
        if is_player then
            npc.watchers[creature] = nil
            npcs.end_interaction(npc, creature)
            if npc.tile then
                update_idle(npc)
            end
        end
    end

    --- A creature has moved in an npc's sight.
    function npcs.sees_move(npc, creature, old, new)
        local is_player = creature.class_name == "Player"
        local map = server.parts.map
        if tfs and not is_player and npc ~= creature then
            return
        end
        npcs.call(npc, "onMove", push(creature), map.push_position(old.x, old.y, old.z),
            map.push_position(new.x, new.y, new.z))
        if is_player and npc.tile then
            local x, y, z = npc.tile.x, npc.tile.y, npc.tile.z
            if server.parts.creatures.can_see(creature, x, y, z) then
                npc.watchers[creature] = watches(npc, creature) or nil
            else
                npc.watchers[creature] = nil
            end
            update_idle(npc)
            if not tfs and not npcs.can_interact(npc, new.x, new.y, new.z) then
                npcs.end_interaction(npc, creature)
            end
        end
        if npc == creature then
            find_watchers(npc)
        end
    end

    --- Someone says something near an npc: only players are heard.
    function npcs.heard(npc, creature, kind, text)
        if creature == npc or creature.class_name ~= "Player" then
            return
        end
        npcs.call(npc, "onSay", push(creature), kind, text)
    end

    --- A player closes the channel of npcs.
    function npcs.close_channel(player)
        local x, y, z = server.parts.creatures.position(player)
        for _, npc in raw.ipairs(server.parts.map.spectators(x, y, z, false, "npcs")) do
            npcs.call(npc, "onCloseChannel", push(player))
            npcs.end_interaction(npc, player)
        end
    end

    local function yell(npc, interval)
        local kind = npc.type
        if kind.yell_interval == 0 or not kind.voices or #kind.voices == 0 then
            return
        end
        npc.yell_ticks = (npc.yell_ticks or 0) + interval
        if npc.yell_ticks < kind.yell_interval then
            return
        end
        npc.yell_ticks = 0
        if kind.yell_chance >= server.parts.random.uniform(1, 100) then
            local voice = kind.voices[server.parts.random.uniform(1, #kind.voices)]
            server.parts.creatures.say(npc, voice.yell and env.TALKTYPE_YELL or env.TALKTYPE_SAY, voice.text, false)
        end
    end

    local function can_step(npc, direction)
        local step, map = STEPS[direction], server.parts.map
        local x, y = npc.tile.x + step[1], npc.tile.y + step[2]
        if npc.walk_radius == 0 then
            return false
        end
        local radius = npc.walk_radius
        if radius > 0 and (abs(x - npc.spawn_x) > radius or abs(y - npc.spawn_y) > radius) then
            return false
        end
        local tile = map.tile(x, y, npc.tile.z)
        if not tile or map.query_add(tile, npc, 1, 0) ~= 0 then
            return false
        end
        if not npc.floor_change and map.has_flag(tile, env.TILESTATE_FLOORCHANGE) then
            return false
        end
        return not map.has_height(tile, 1)
    end

    local function random_step(npc)
        local order = { 0, 1, 2, 3 }
        for at = 4, 2, -1 do
            local other = server.parts.random.uniform(1, at)
            order[at], order[other] = order[other], order[at]
        end
        for _, direction in raw.ipairs(order) do
            if can_step(npc, direction) then
                return direction
            end
        end
    end

    local function since_step(npc)
        return npc.last_step == 0 and npc.walk_interval or server.now - npc.last_step
    end

    --- The next step of an npc; nil for none.
    function npcs.next_step(npc)
        local direction = remove(npc.walk, 1)
        if direction or not tfs then
            return direction
        end
        if npc.walk_interval == 0 or npc.focus or npc.idle or since_step(npc) < npc.walk_interval then
            return nil
        end
        return random_step(npc)
    end

    --- One think of an npc.
    function npcs.think(npc, interval)
        if tfs then
            npcs.call(npc, "onThink")
            if not npc.removed and not npc.idle and since_step(npc) >= npc.walk_interval then
                server.parts.creatures.start_walk(npc)
            end
            return
        end
        if npcs.call(npc, "onThink", interval) or npc.removed then
            return
        end
        if npc.idle then
            return
        end
        yell(npc, interval)
        if #npc.interactions > 0 or npc.walk_interval == 0 then
            npc.walk_ticks = 0
            return
        end
        npc.walk_ticks = (npc.walk_ticks or 0) + interval
        if npc.walk_ticks >= npc.walk_interval then
            npc.walk_ticks = 0
            local direction = random_step(npc)
            if direction then
                server.parts.creatures.auto_walk(npc, { direction })
            end
        end
    end

    --- Turns to a creature.
    function npcs.turn_to(npc, creature)
        local x, y = server.parts.creatures.position(npc)
        local cx, cy = server.parts.creatures.position(creature)
        local dx, dy = x - cx, y - cy
        local steep = dx == 0 and 10 or dy / dx
        local direction
        if abs(steep) < 1 then
            direction = dx > 0 and 3 or 1
        else
            direction = dy > 0 and 0 or 2
        end
        server.parts.creatures.turn(npc, direction)
    end

    --- Whether a place is near enough to talk.
    function npcs.can_interact(npc, x, y, z, range)
        local nx, ny, nz = server.parts.creatures.position(npc)
        range = range or 4
        return z == nz and abs(x - nx) <= range and abs(y - ny) <= range
    end

    -- Interactions (Canary): whom it talks to, and about what, the last one last.

    local function interaction(npc, player)
        for at, entry in raw.ipairs(npc.interactions) do
            if entry.player == player then
                return entry, at
            end
        end
    end

    --- Begins to talk to a player, or changes what they talk about.
    function npcs.interact(npc, player, topic)
        local entry = interaction(npc, player)
        if not entry then
            entry = { player = player }
            npc.interactions[#npc.interactions + 1] = entry
            npcs.turn_to(npc, player)
        end
        entry.topic = topic
    end

    --- Ends a talk.
    function npcs.end_interaction(npc, player)
        local _, at = interaction(npc, player)
        if at then
            remove(npc.interactions, at)
            npcs.close_shop(player)
            local last = npc.interactions[#npc.interactions]
            if last and last.player.tile and npc.tile then
                npcs.turn_to(npc, last.player)
            end
        end
    end

    --- What they talk about; nil when they don't.
    function npcs.topic(npc, player)
        local entry = interaction(npc, player)
        return entry and entry.topic
    end

    --- Gives a new npc what all have.
    function npcs.init(npc)
        npc.watchers, npc.interactions, npc.shop_players = {}, {}, {}
        npc.idle = true
        return server.parts.creatures.init(npc)
    end

    --- Puts an npc of a spawn into the world.
    ---@return table|nil npc
    function npcs.spawn(name, point, id)
        local npc = npcs.create(name)
        if not npc then
            return nil
        end
        npc.id, npc.direction = id, point.direction or 0
        if not server.parts.creatures.place(npc, point.x, point.y, point.z, false, true) then
            return nil
        end
        if tfs and npc.walk_radius < 0 then
            npc.walk_radius = point.radius or -1
        end
        return npc
    end
end
