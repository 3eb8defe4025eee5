--- The events of Canary's calendar (data/json/eventscheduler/events.json): what the rates are while they last, and the
--- scripts that are loaded for them. An event begins and ends when its time comes, not only at the next start.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")
local concat, floor, ipairs, match, sub = raw.table.concat, raw.math.floor, raw.ipairs, raw.string.match, raw.string.sub
local tonumber, type = raw.tonumber, raw.type

-- The function of the server that its messages name.
local WHO = "loadScheduleEventFromJson - "

local NORMAL = 100
-- Percentages of `ingame`, in the order in which the server looks at them: what they are called in events.json (also),
-- in messages, and in what part of the server they count: a rate of the schedule, or a key of the store.
local RATES = {
    { name = "exprate", rate = "exp", size = 65536 },
    { name = "lootrate", rate = "loot", size = 4294967296 },
    { name = "bosslootrate", rate = "boss_loot", size = 4294967296 },
    { name = "spawnrate", rate = "spawn", size = 4294967296 },
    { name = "skillrate", rate = "skill", size = 65536 },
    { name = "forgechance", also = "forge-chance", told = "forge-chance", key = "forge-chance", size = 256 },
    { name = "doublebestiary", told = "double-bestiary", key = "double-bestiary" },
    { name = "doublebosstiary", told = "double-bosstiary", key = "double-bosstiary" },
    { name = "fastexercise", also = "doubleexercise", told = "fast-exercise", key = "fast-exercise" },
    { name = "bosscooldown", key = "boss-cooldown", size = 256 },
}

---@param server table
---@param game table
return function(server, game)
    local rates, events = {}, {}
    -- Scripts that are loaded for events: by path.
    local loaded = {}
    -- The change that is to come next.
    local turn
    local schedule = { rates = rates }
    game.schedule = schedule

    local function warn(text)
        server:log("warning", WHO .. text)
    end

    local function path_of_list()
        return server.parts.config.text("CORE_DIRECTORY") .. "/json/eventscheduler/events.json"
    end

    -- Seconds since 1970 of `month/day/year` and `hours:minutes[:seconds]`; nil when one of them is none.
    local function moment(day_text, time_text)
        local month, day, year = match(day_text, "^%s*([+-]?%d+)/%s*([+-]?%d+)/%s*([+-]?%d+)")
        if not month then
            return nil
        end
        local hour, min, sec = 0, 0, 0
        if time_text ~= "" then
            hour, min = match(time_text, "^%s*([+-]?%d+):%s*([+-]?%d+)")
            sec = match(time_text, "^%s*[+-]?%d+:%s*[+-]?%d+:%s*([+-]?%d+)") or 0
            hour, min, sec = tonumber(hour), tonumber(min), tonumber(sec)
            if not hour or hour < 0 or hour > 23 or min < 0 or min > 59 or sec < 0 or sec > 59 then
                return nil
            end
        end
        return server.parts.globals.time({
            year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = hour, min = min, sec = sec,
        })
    end

    local function text_of(value)
        return type(value) == "string" and value or ""
    end

    -- When an event begins and ends; nil when it does not say so.
    local function span(event, name)
        if not event.startdate or not event.enddate then
            warn("Missing 'startdate' or 'enddate' for event '" .. name .. "'")
            return nil
        end
        local hour = text_of(event.hour)
        local from, till = text_of(event.starthour), text_of(event.endhour)
        from = from ~= "" and from or hour ~= "" and hour or "00:00"
        till = till ~= "" and till or hour ~= "" and hour or "23:59:59"
        local first, last = moment(text_of(event.startdate), from), moment(text_of(event.enddate), till)
        if not first or not last then
            warn("Invalid date or hour format for event '" .. name .. "'")
            return nil
        elseif last < first then
            warn("Event '" .. name .. "' end time is before start time")
            return nil
        end
        return first, last
    end

    -- What an event changes, by the names of RATES.
    local function changes_of(event, name)
        local ingame = type(event.ingame) == "table" and event.ingame or {}
        local changes = {}
        for _, each in ipairs(RATES) do
            local value = ingame[each.name]
            if value == nil and each.also then
                value = ingame[each.also]
            end
            if each.size and type(value) == "number" then
                value = (value < 0 and -floor(-value) or floor(value)) % each.size
                changes[each.name] = value ~= NORMAL and value or nil
            elseif not each.size and value == true then
                changes[each.name] = true
            elseif value ~= nil and value ~= false then
                warn("'" .. each.name .. "' of event '" .. name .. "' is no " .. (each.size and "number" or "boolean"))
            end
        end
        return changes
    end

    -- The path of an event's script, as it is loaded.
    local function script_of(event)
        local script = text_of(event.script)
        if script == "" then
            return nil
        elseif match(script, "^[/\\]") or match(script, "^%a:") then
            warn("Rejecting absolute path in script: '" .. script .. "'")
            return nil
        end
        local parts = {}
        for part in raw.string.gmatch(script .. "/", "([^/]*)/") do
            if part == "" or part == ".." then
                warn("Rejecting path with invalid components (.. or empty) in script: '" .. script .. "'")
                return nil
            elseif part ~= "." then
                parts[#parts + 1] = part
            end
        end
        if #parts == 0 then
            warn("Rejecting empty script path after normalization: '" .. script .. "'")
            return nil
        end
        return concat(parts, "/")
    end

    local function load_script(script)
        local folder = server.parts.config.text("CORE_DIRECTORY") .. "/json/eventscheduler/scripts/"
        local path = folder .. script
        local scripts = server.parts.scripts
        if not server.host("files.exists", path) then
            warn("Cannot find the file '" .. script .. "' on '" .. folder .. "', skipping")
        elseif sub(path, -4) ~= ".lua" or not (loaded[path] or scripts.load_file(path, "@" .. path)) then
            if sub(path, -4) == ".lua" then
                server:log("error", path)
                server:log("error", scripts.files[path].problem)
            end
            warn("Cannot load the file '" .. script .. "' on '" .. folder .. "', skipping")
        end
        return path
    end

    -- Puts an event's rates in force, but for those that another one of the same days changes just so.
    local function apply(name, changes, others)
        local twice = {}
        for _, each in ipairs(RATES) do
            local value, alike = changes[each.name], nil
            for _, other in ipairs(value and sorted_keys(others) or {}) do
                alike = alike or (others[other][each.name] == value and other)
            end
            if alike then
                twice[alike] = twice[alike] or {}
                raw.table.insert(twice[alike], each.told or each.name)
            elseif value and each.rate then
                rates[each.rate] = floor(rates[each.rate] * value / 100) % each.size
            elseif value then
                server.parts.storage.kv_set("eventscheduler." .. each.key, value)
            end
        end
        for _, other in ipairs(sorted_keys(twice)) do
            warn("Events '" .. name .. "' and '" .. other .. "' have the same rates [" .. concat(twice[other], ", ")
                .. "] on the same day.")
        end
    end

    local function reset()
        for _, each in ipairs(RATES) do
            if each.rate then
                rates[each.rate] = NORMAL
            else
                server.parts.storage.kv_remove("eventscheduler." .. each.key)
            end
        end
        events = {}
    end

    -- Scripts of events that are over go, with all that they registered.
    local function settle_scripts(wanted)
        for _, path in ipairs(sorted_keys(loaded)) do
            if not wanted[path] then
                server.parts.scripts.unload(path)
            end
        end
        loaded = wanted
    end

    local function enter(list)
        reset()
        local now, others, declared, wanted, next_change = server.parts.scheduler.time(), {}, {}, {}, nil
        local function may_change(at)
            if at > now and (not next_change or at < next_change) then
                next_change = at
            end
        end
        for _, event in ipairs(list) do
            local name = text_of(event.name)
            local first, last = span(event, name)
            if first then
                may_change(first)
                may_change(last + 1)
            end
            if first and now >= first and now <= last then
                local script = script_of(event)
                if script and declared[script] then
                    warn("Script declaration '" .. script .. "' is duplicated in '" .. path_of_list() .. "'")
                elseif script then
                    declared[script] = true
                    wanted[load_script(script)] = true
                end
                local changes = changes_of(event, name)
                apply(name, changes, others)
                others[name] = changes
                events[#events + 1] = { name = name, first = first, last = last }
            end
        end
        settle_scripts(wanted)
        for _, event in ipairs(events) do
            server:log("info", "Active EventScheduler: " .. event.name)
        end
        if turn then
            server.parts.scheduler.stop(turn)
        end
        turn = next_change and server.parts.scheduler.after((next_change - now) * 1000, function()
            turn = nil
            enter(list)
        end)
    end

    --- Reads the calendar, and puts in force what it says of today. What is no calendar changes nothing.
    ---@return boolean ok, string|nil problem
    function schedule.load()
        local path = path_of_list()
        local ok, read = raw.pcall(server.host, "files.json", path)
        local problem = not ok and "JSON parsing error in file '" .. path .. "': " .. raw.tostring(read)
            or read == nil and "Unable to open file '" .. path .. "'"
            or (type(read) ~= "table" or type(read.events) ~= "table") and
                "Missing or invalid 'events' array in '" .. path .. "'"
        if problem then
            server:log("error", WHO .. problem)
            return false, problem
        end
        enter(read.events)
        return true
    end

    --- Reads the calendar anew when it is the file of a path.
    ---@param path string
    ---@return boolean|nil ok nil when it is another file
    ---@return string|nil problem
    function schedule.reload(path)
        if path == path_of_list() then
            return schedule.load()
        end
        return nil
    end

    --- The names of the events of now.
    ---@return string[]
    function schedule.active()
        local now, names = server.parts.scheduler.time(), {}
        for _, event in ipairs(events) do
            if now >= event.first and now <= event.last then
                names[#names + 1] = event.name
            end
        end
        return names
    end

    --- Whether an event doubles what the key of the store says: double-bestiary, double-bosstiary.
    function schedule.doubles(key)
        return server.parts.storage.kv_get("eventscheduler." .. key) == true
    end

    for _, each in ipairs(RATES) do
        if each.rate then
            rates[each.rate] = NORMAL
        end
    end

    local function rate(name)
        return function()
            return rates[name]
        end
    end
    server:table("EventsScheduler", {
        getEventSLoot = rate("loot"),
        getEventSBossLoot = rate("boss_loot"),
        getEventSSkill = rate("skill"),
        getEventSExp = rate("exp"),
        getSpawnMonsterSchedule = rate("spawn"),
    })
end
