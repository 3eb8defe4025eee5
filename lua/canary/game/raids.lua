--- Raids (Canary): monsters that come over a place, by the minutes of raids.xml or when a script starts them.

local context = ...
local raw = context.raw
local ipairs, lower, max, min, tonumber = raw.ipairs, raw.string.lower, raw.math.max, raw.math.min, raw.tonumber

local CHECK_MS, SOONEST_MS = 60000, 1000
local TRIES = 100
local RANGE = 10000000
local ANNOUNCED = {
    warning = "MESSAGE_GAME_HIGHLIGHT", event = "MESSAGE_EVENT_ADVANCE", default = "MESSAGE_EVENT_ADVANCE",
    description = "MESSAGE_LOOK", smallstatus = "MESSAGE_FAILURE", redconsole = "MESSAGE_GAMEMASTER_CONSOLE",
}
local CALLBACKS = { raid = "onRaid" }

---@param server table
---@param game table
return function(server, game)
    local raids, running, last_end

    local function folder()
        return server.parts.config.text("DATA_DIRECTORY") .. "/raids/"
    end

    -- What happens ----------------------------------------------------------------------------------------------------

    local read, does = {}, {}

    function read.announce(has)
        local kind = ANNOUNCED[lower(has.type or "")] or "MESSAGE_EVENT_ADVANCE"
        return has.message and { message = has.message, kind = kind }
    end
    function does.announce(event)
        if event.message ~= "" then
            server:log("info", "Broadcasted message: " .. event.message)
            for _, player in ipairs(server.parts.creatures.list("Player")) do
                server.parts.players.text(player, server.env[event.kind], event.message)
            end
        end
        server.parts.storage.send_webhook(":space_invader: " .. event.message)
        return true
    end

    local function numbers(has, names)
        local found = {}
        for at, name in ipairs(names) do
            found[at] = tonumber(has[name])
            if not found[at] then
                return nil
            end
        end
        return found
    end

    function read.singlespawn(has)
        local place = numbers(has, { "x", "y", "z" })
        return has.name and place and { name = has.name, place = place }
    end

    local function make(name, failure)
        local kind = server.parts.monsters.type_of(name, true)
        if not kind then
            server:log("error", "executeEvent - " .. failure .. " create monster " .. name)
        end
        return kind and server.parts.monsters.make(kind)
    end

    -- From then on no monster of its kind is one of the forge's.
    local function keep_from_forge(monster)
        monster.type.forge_creature = false
    end

    function does.singlespawn(event)
        local monster, place = make(event.name, "Cant"), event.place
        if not monster then
            return false
        elseif not server.parts.monsters.place(monster, place[1], place[2], place[3], false, true) then
            server:log("error", "executeEvent - Cant create monster " .. event.name)
            return false
        end
        keep_from_forge(monster)
        return true
    end

    function read.areaspawn(has, children)
        local from, to
        local radius = tonumber(has.radius)
        if radius then
            local center = numbers(has, { "centerx", "centery", "centerz" })
            if not center then
                return nil
            end
            from = { max(0, center[1] - radius), max(0, center[2] - radius), center[3] }
            to = { min(65535, center[1] + radius), min(65535, center[2] + radius), center[3] }
        else
            from, to = numbers(has, { "fromx", "fromy", "fromz" }), numbers(has, { "tox", "toy", "toz" })
        end
        local spawns = {}
        for at, node in ipairs(children) do
            local own = node.attributes
            local low, high = tonumber(own.minamount) or 0, tonumber(own.maxamount) or 0
            if low == 0 and high == 0 then
                low = tonumber(own.amount)
                high = low
            end
            if not own.name or not low then
                return nil
            end
            spawns[at] = { name = own.name, low = low, high = high }
        end
        return from and to and { from = from, to = to, spawns = spawns }
    end

    -- Puts a monster somewhere into an area where nobody stands.
    local function scatter(monster, from, to)
        local uniform, map = server.parts.random.uniform, server.parts.map
        for _ = 1, TRIES do
            local x, y, z = uniform(from[1], to[1]), uniform(from[2], to[2]), uniform(from[3], to[3])
            local tile = map.tile(x, y, z)
            if tile and tile.ground and not (tile.creatures and tile.creatures[1])
                and not map.has_flag(tile, map.STATE.PROTECTIONZONE) and not map.has_flag(tile, map.STATE.BLOCKSOLID)
                and server.parts.creatures.place(monster, x, y, z, false, true) then
                -- Its onSpawn is not asked, as that of a single one is.
                keep_from_forge(monster)
                return
            end
        end
    end

    function does.areaspawn(event)
        for _, spawn in ipairs(event.spawns) do
            for _ = 1, server.parts.random.uniform(spawn.low, spawn.high) do
                local monster = make(spawn.name, "Can't")
                if not monster then
                    return false
                end
                scatter(monster, event.from, event.to)
            end
        end
        return true
    end

    function read.script(has)
        local path = folder() .. "scripts/" .. (has.script or "")
        local found = has.script and server.parts.scripts.load_named_events(path, CALLBACKS, "Raid Interface")
        return found and found.raid and { found = found }
    end
    function does.script(event)
        local ok, value = server.parts.report.call(event.found.raid, event.found.raid.callback)
        return ok and value ~= nil and value ~= false
    end

    -- Reading ---------------------------------------------------------------------------------------------------------

    local function events_of(path)
        local document, list = server.host("files.xml", path), {}
        if not document then
            return nil
        end
        for at, node in ipairs(document.children) do
            local kind, has = lower(node.tag), node.attributes
            if read[kind] then
                local delay = tonumber(has.delay)
                local event = delay and read[kind](has, node.children)
                if event then
                    event.does, event.delay, event.at = does[kind], max(SOONEST_MS, delay), at
                    list[#list + 1] = event
                else
                    server:log("error", "loadFromXml - In file: " .. path .. ", eventNode: " .. node.tag)
                end
            end
        end
        raw.table.sort(list, function(a, b)
            return a.delay < b.delay or (a.delay == b.delay and a.at < b.at)
        end)
        return list
    end

    -- A raid's own file is read when it first starts.
    local function load()
        raids = {}
        local path = folder() .. "raids.xml"
        local off = server.parts.config.boolean("DISABLE_LEGACY_RAIDS")
        local document = not off and server.host("files.exists", path) and server.host("files.xml", path)
        for _, node in ipairs(document and document.children or {}) do
            local has = node.attributes
            local minutes = tonumber(has.interval2) or 0
            if not has.name then
                server:log("error", "loadFromXml - Name tag missing for raid")
            elseif minutes == 0 then
                server:log("error", "loadFromXml - 'interval2' tag missing or zero (would divide by 0) for raid: "
                    .. has.name)
            else
                local again = lower(has["repeat"] or "")
                raids[#raids + 1] = {
                    name = has.name, path = folder() .. (has.file or "raids/" .. has.name .. ".xml"),
                    interval = minutes * 60, margin = (tonumber(has.margin) or 0) * 60000,
                    again = again == "yes" or again == "true" or again == "1",
                }
            end
        end
        return raids
    end

    -- Running ---------------------------------------------------------------------------------------------------------

    local function over()
        running, last_end = nil, server.now
    end

    local function go_on(raid, at, wait)
        server.parts.scheduler.after(wait, function()
            local event = raid.events[at]
            local following = event.does(event) and raid.events[at + 1]
            if following then
                go_on(raid, at + 1, max(SOONEST_MS, following.delay - event.delay))
            else
                over()
            end
        end)
    end

    local function start(raid)
        raid.events = raid.events or events_of(raid.path)
        if not raid.events then
            server:log("error", "loadFromXml - Failed to load raid: " .. raid.name)
            return false
        end
        if raid.events[1] then
            running = raid
            go_on(raid, 1, raid.events[1].delay)
        else
            server:log("warning", "[raids] Raid " .. raid.name .. " has no events")
            over()
        end
        return true
    end

    --- Starts a raid by its name.
    ---@param name string
    ---@return number RETURNVALUE_*
    function game.start_raid(name)
        local value = server.parts.enums.get
        for _, raid in ipairs(raids or load()) do
            if lower(raid.name) == lower(name) then
                if running then
                    return value("RETURNVALUE_ANOTHERRAIDISALREADYEXECUTING")
                end
                return value(start(raid) and "RETURNVALUE_NOERROR" or "RETURNVALUE_NOSUCHRAIDEXISTS")
            end
        end
        return value("RETURNVALUE_NOSUCHRAIDEXISTS")
    end

    local function check()
        if not running then
            for at, raid in ipairs(raids) do
                if server.now >= last_end + raid.margin then
                    local needed = raw.math.floor(RANGE * raid.interval % 2 ^ 32 / (CHECK_MS / 1000))
                    if needed >= server.parts.random.uniform(0, RANGE) then
                        start(raid)
                        if not raid.again then
                            raw.table.remove(raids, at)
                        end
                        break
                    end
                end
            end
        end
        server.parts.scheduler.after(CHECK_MS, check)
    end

    --- From now on raids come by themselves.
    function game.start_raids()
        last_end = server.now
        if #(raids or load()) > 0 then
            server.parts.scheduler.after(CHECK_MS, check)
        end
    end
end
