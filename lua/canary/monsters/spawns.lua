--- Where monsters and npcs live (the files beside the map). They come into the world when a player first comes near
--- or a script asks for them, with the ids that they have in servers, where all come at once; and come back a while
--- after they have died, unless someone stands there.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local floor, ipairs, lower, min = raw.math.floor, raw.ipairs, raw.string.lower, raw.math.min

-- Spawns are kept by squares of the map; those around a player are filled.
local CELL, REACH = 32, 1
-- Milliseconds until the next one comes, at least and (Canary) at most.
local TFS_SOONEST = 10000
local SOONEST, LATEST = 1000, 86400000

---@param server table
---@param monsters table
return function(server, monsters)
    local tfs = server.tfs
    local cells, all = {}, {}
    -- Those that are yet to come: by id, by name in the order of ids, and how many of each kind.
    local by_id, by_name, waiting = {}, {}, { Monster = 0, Npc = 0 }
    -- Names of monsters whose types TFS has read when it has started.
    local unread = {}

    local function key_of(x, y)
        return floor(x / CELL) * 65536 + floor(y / CELL)
    end

    --- Makes spawns known: { x, y, z, radius, creatures = { { kind, name, x, y, z, interval, direction, … } } }.
    ---@param spawns table[]
    function monsters.add_spawns(spawns)
        for _, spawn in ipairs(spawns) do
            for _, point in ipairs(spawn.creatures or {}) do
                point.radius = spawn.radius or -1
                point.center_x, point.center_y, point.center_z = spawn.x, spawn.y, spawn.z
                local key = key_of(point.x, point.y)
                local cell = cells[key]
                if not cell then
                    cell = {}
                    cells[key] = cell
                end
                cell[#cell + 1] = point
                all[#all + 1] = point
            end
        end
    end

    -- One of several, by chance.
    local function name_of(point)
        local choices = point.choices
        if not choices or #choices == 0 then
            return point.name
        end
        local sum = 0
        for _, choice in ipairs(choices) do
            sum = sum + (choice.chance or choice.weight or 0)
        end
        local roll, so_far = server.parts.random.uniform(1, raw.math.max(1, sum)), 0
        for _, choice in ipairs(choices) do
            so_far = so_far + (choice.chance or choice.weight or 0)
            if roll <= so_far then
                return choice.name
            end
        end
        return choices[1].name
    end

    local function each_of(kind, spawns, visit)
        -- TFS puts each spawn, and each npc, before those that it read before.
        for at = tfs and #spawns or 1, tfs and 1 or #spawns, tfs and -1 or 1 do
            local points = spawns[at].creatures or {}
            local reversed = tfs and kind == "Npc"
            for place = reversed and #points or 1, reversed and 1 or #points, reversed and -1 or 1 do
                if (points[place].kind == "npc") == (kind == "Npc") then
                    visit(points[place])
                end
            end
        end
    end

    --- Has all who live at spawns come, in the order and with the ids as when a server starts: each when it is needed.
    ---@param spawns table[] that are known
    function monsters.expect_spawns(spawns)
        local creatures = server.parts.creatures
        for _, kind in ipairs({ "Npc", "Monster" }) do
            each_of(kind, spawns, function(point)
                point.id = creatures.next_id(kind)
                by_id[point.id], waiting[kind] = point, waiting[kind] + 1
                for _, choice in ipairs(point.choices or { point }) do
                    local key = lower(choice.name or "")
                    by_name[key] = by_name[key] or {}
                    raw.table.insert(by_name[key], point)
                    if tfs and kind == "Monster" then
                        unread[#unread + 1] = key
                    end
                end
            end)
        end
    end

    --- From now on variants of monsters come into a zone; those that have none no longer come (Canary).
    ---@param zone table
    ---@param variant string
    function monsters.set_zone_variant(zone, variant)
        local zones = server.parts.map.zones
        for _, point in ipairs(all) do
            local z = point.center_z or point.z
            if point.kind ~= "npc" and zones.contains(zone, point.center_x, point.center_y, z) then
                point.variant = variant
            end
        end
    end

    local function is_watched(point)
        for _, player in ipairs(server.parts.map.spectators(point.x, point.y, point.z, false, "players")) do
            if not server.parts.players.has_flag(player, "ignoredbymonsters") then
                return true
            end
        end
        return false
    end

    local spawn_one

    -- Milliseconds until another comes, by config.lua; in Canary by the events of these days, too, and the creature of
    -- the day.
    local function wait_of(point)
        local ms, rate = point.interval * 1000, server.parts.config.number("RATE_SPAWN")
        if tfs then
            return raw.math.max(TFS_SOONEST, floor(ms / raw.math.max(1, rate)))
        end
        local game = server.parts.game
        local boost = point.kind ~= "npc" and point.name == game.boosted_name(false) and 2 or 1
        ms = floor(ms * 100 / raw.math.max(1, rate * boost * game.schedule.rates.spawn))
        return min(LATEST, raw.math.max(SOONEST, ms))
    end

    --- A creature of a spawn is gone: another comes after the spawn's time.
    local function come_back(point)
        if (point.interval or 0) <= 0 then
            return
        end
        server.parts.scheduler.after(wait_of(point), function()
            spawn_one(point, false)
        end)
    end

    -- The id that was kept for who lives there, the first time.
    local function expected_id(point)
        local id = point.id
        if id then
            local kind = point.kind == "npc" and "Npc" or "Monster"
            point.id, by_id[id], waiting[kind] = nil, nil, waiting[kind] - 1
        end
        return id
    end

    function spawn_one(point, startup)
        if point.creature and not point.creature.removed then
            return
        end
        local name, id = name_of(point), expected_id(point)
        if point.kind == "npc" then
            point.creature = server.parts.npcs.spawn(name, point, id)
            return
        end
        if point.variant then
            name = point.variant .. "|" .. name
        end
        local kind = monsters.type_of(name, true)
        if not kind then
            if not point.complained then
                point.complained = true
                server:log("warning", (tfs and "[Spawn::addMonster] Can not find " or "[SpawnMonster::addMonster] - Can"
                    .. " not find ") .. raw.tostring(name))
            end
            return
        end
        if not startup and is_watched(point) and not kind.ignores_spawn_block then
            come_back(point)
            return
        end
        local monster = monsters.make(kind)
        monster.id, monster.direction = id, point.direction or 0
        monster.spawn_point = point
        monster.spawn_x, monster.spawn_y, monster.spawn_z = point.x, point.y, point.z
        if not monsters.place(monster, point.x, point.y, point.z, false, true, startup, false) then
            come_back(point)
            return
        end
        point.creature = monster
    end

    --- A monster has left the world: its spawn makes another.
    function monsters.left_spawn(monster)
        local point = monster.spawn_point
        if point and point.creature == monster then
            point.creature = nil
            come_back(point)
        end
    end

    --- Fills the spawns around a place.
    function monsters.wake_spawns(x, y)
        if not raw.next(cells) then
            return
        end
        for dx = -REACH, REACH do
            for dy = -REACH, REACH do
                local key = key_of(x + dx * CELL, y + dy * CELL)
                local cell = cells[key]
                if cell then
                    cells[key] = nil
                    for _, point in ipairs(cell) do
                        spawn_one(point, true)
                    end
                end
            end
        end
    end

    --- Has who lives under an id come, if it is yet to come.
    ---@param id number
    function monsters.wake_id(id)
        if by_id[id] then
            spawn_one(by_id[id], true)
        end
    end

    --- Has those of a name come that are yet to come.
    ---@param name string in small letters
    function monsters.wake_named(name)
        local points = by_name[name]
        by_name[name] = nil
        for _, point in ipairs(points or {}) do
            if point.id then
                spawn_one(point, true)
            end
        end
    end

    --- How many of a kind are yet to come.
    ---@param kind string Monster or Npc
    function monsters.waiting(kind)
        return waiting[kind] or 0
    end

    --- Has all come that are yet to come.
    function monsters.wake_all()
        cells, by_name = {}, {}
        for _, id in ipairs(sorted_keys(by_id)) do
            spawn_one(by_id[id], true)
        end
    end

    --- Reads the types of the monsters that are yet to come: for scripts that look for types otherwise than by name.
    function monsters.read_spawned_types()
        local names = unread
        unread = {}
        for _, name in ipairs(names) do
            monsters.type_of(name, true)
        end
    end

    --- How many places for creatures there are.
    function monsters.spawn_count()
        return #all
    end

    --- Whether a place is within the range in which a monster stays.
    function monsters.in_spawn_range(monster, x, y, z)
        local radius = monster.spawn_point and monster.spawn_point.radius or -1
        if not monster.spawn_x or radius <= 0 then
            return true
        end
        if z ~= monster.spawn_z then
            return false
        end
        local reach = min(radius, 50)
        return raw.math.abs(x - monster.spawn_x) <= reach and raw.math.abs(y - monster.spawn_y) <= reach
    end
end
