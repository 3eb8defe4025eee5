--- Where kinds of creatures spawn, of the map editor (class Spawn, g_creatures): edubart's alone.

local context = ...
local raw = context.raw
local format, gsub, insert, remove = raw.string.format, raw.string.gsub, raw.table.insert, raw.table.remove

local ON_TOP = 4

return function(engine, game)
    if not engine.edubart then
        return
    end
    local position, xml, types = game.position, game.xml, game.creature_types
    local spawns, spawns_loaded = {}, false

    local function new_spawn(center, radius)
        local spawn = engine.object.new("Spawn")
        spawn.center, spawn.radius = center or game.NOWHERE, radius or 0
        -- {position, kind} in the order they came in.
        spawn.creatures = {}
        return spawn
    end

    local function in_zone(pos, center, radius)
        return radius == -1
            or (raw.math.abs(pos.x - center.x) <= radius and raw.math.abs(pos.y - center.y) <= radius)
    end

    local function placed(spawn, pos)
        for index, entry in raw.ipairs(spawn.creatures) do
            if position.same(entry.position, pos) then
                return index
            end
        end
    end

    local function add_creature(spawn, pos, kind)
        if not kind then
            return
        end
        if not in_zone(pos, spawn.center, spawn.radius) then
            engine:log(
                "warning",
                format(
                    "cannot place creature at %s (spawn's center position: %s, spawn radius: %d) (increment radius)",
                    position.text(pos),
                    position.text(spawn.center),
                    spawn.radius
                )
            )
            return
        end
        game.map.add(types.cast(kind), pos, ON_TOP)
        if not placed(spawn, pos) then
            insert(spawn.creatures, { position = pos, kind = kind })
        end
    end

    engine:class("Spawn", {
        setRadius = function(spawn, radius)
            spawn.radius = radius
        end,
        getRadius = function(spawn)
            return spawn.radius
        end,
        setCenterPos = function(spawn, pos)
            spawn.center = pos
        end,
        getCenterPos = function(spawn)
            return spawn.center
        end,
        addCreature = add_creature,
        -- The one on the map stays: the engine takes it off in an assertion, which its builds leave out.
        removeCreature = function(spawn, pos)
            local index = placed(spawn, pos)
            if index then
                remove(spawn.creatures, index)
            end
        end,
        getCreatures = function(spawn)
            local list = {}
            for index, entry in raw.ipairs(spawn.creatures) do
                list[index] = entry.kind
            end
            return list
        end,
    }, {
        create = function()
            return new_spawn()
        end,
    })

    local function spawn_at(center)
        for index, entry in raw.ipairs(spawns) do
            if position.same(entry.center, center) then
                return entry.spawn, index
            end
        end
    end

    -- Spawns stay under the center that they came in with.
    local function insert_spawn(spawn)
        if not spawn_at(spawn.center) then
            insert(spawns, { center = spawn.center, spawn = spawn })
        end
    end

    local function read_spawn(element)
        local number = xml.number
        local center = position.of(number(element, "centerx"), number(element, "centery"), number(element, "centerz"))
        local spawn = new_spawn(center, number(element, "radius"))
        for _, child in raw.ipairs(element.children) do
            if child.name ~= "monster" and child.name ~= "npc" then
                raw.error("invalid spawn-subnode " .. child.name, 0)
            end
            local kind = types.named(child.attributes.name or "")
            local direction = number(child, "direction")
            kind.spawn_time = number(child, "spawntime")
            kind.direction = (direction >= 1 and direction <= 3) and direction or 0
            kind.npc = child.name == "npc"
            local x, y = center.x + number(child, "x"), center.y + number(child, "y")
            add_creature(spawn, position.of(x, y, number(child, "z")), kind)
        end
        insert_spawn(spawn)
    end

    local function load_spawns(file)
        local root = xml.load(file, "cannot load spawns xml file '" .. gsub(file, "%%", "%%%%") .. ": '%s'")
        if root.name ~= "spawns" then
            raw.error("malformed spawns file", 0)
        end
        for _, element in raw.ipairs(root.children) do
            if element.name ~= "spawn" then
                raw.error("invalid spawn node", 0)
            end
            read_spawn(element)
        end
        spawns_loaded = true
    end

    local function written(spawn)
        local center = spawn.center
        local element = {
            name = "spawn",
            pairs = {
                { "centerx", center.x },
                { "centery", center.y },
                { "centerz", center.z },
                { "radius", spawn.radius },
            },
            children = {},
        }
        for index, entry in raw.ipairs(spawn.creatures) do
            local kind, pos = entry.kind, entry.position
            element.children[index] = {
                name = kind.npc and "npc" or "monster",
                pairs = {
                    { "name", kind.name },
                    { "spawntime", kind.spawn_time },
                    { "direction", kind.direction },
                    { "x", pos.x - center.x },
                    { "y", pos.y - center.y },
                    { "z", pos.z },
                },
            }
        end
        return element
    end

    local function save_spawns(file)
        local root = { name = "spawns", children = {} }
        for index, entry in raw.ipairs(spawns) do
            root.children[index] = written(entry.spawn)
        end
        xml.save(file, root, "spawns")
    end

    local function logged(action, verb)
        return function(file)
            local ok, problem = raw.pcall(action, file)
            if not ok then
                engine:log("error", format("Failed to %s '%s': %s", verb, file, xml.reason(problem)))
            end
        end
    end
    local try_load_spawns = logged(load_spawns, "load")

    engine:singleton("g_creatures", {
        getSpawn = function(center)
            local spawn = spawn_at(center)
            if not spawn then
                engine:log("debug", "failed to find spawn at center " .. position.text(center))
            end
            return spawn
        end,
        getSpawnForPlacePos = function(pos)
            for _, entry in raw.ipairs(spawns) do
                if in_zone(pos, entry.center, entry.spawn.radius) then
                    return entry.spawn
                end
            end
        end,
        addSpawn = function(center, radius)
            local spawn = spawn_at(center)
            if spawn then
                spawn.radius = radius
                return spawn
            end
            spawn = new_spawn(center, radius)
            insert_spawn(spawn)
            return spawn
        end,
        deleteSpawn = function(spawn)
            local _, index
            if spawn then
                _, index = spawn_at(spawn.center)
            end
            if index then
                remove(spawns, index)
            end
        end,
        getSpawns = function()
            local list = {}
            for index, entry in raw.ipairs(spawns) do
                list[index] = entry.spawn
            end
            return list
        end,
        clearSpawns = function()
            for _, entry in raw.ipairs(spawns) do
                entry.spawn.creatures = {}
            end
            spawns = {}
        end,
        isSpawnLoaded = function()
            return spawns_loaded
        end,
        loadSpawns = function(file)
            if not types.loaded then
                engine:log("warning", "creatures aren't loaded yet to load spawns.")
            elseif spawns_loaded then
                engine:log("warning", "attempt to reload spawns.")
            else
                try_load_spawns(file)
            end
        end,
        saveSpawns = logged(save_spawns, "save"),
    })
end
