--- Offers `probe(name, needs, fn)` to the files of a set, and runs probes when the host asks (CONF_START, CONF_ENTER).
--- It is a library of the scripts, as in the real servers that values were recorded from.

local ARENA_FIRST, ARENA_STEP, ARENA_REACH, ARENA_FLOOR, ARENA_GROUND = 3000, 40, 10, 7, 4526
local ARENAS_A_ROW = 20
local FIRST_AFTER, BETWEEN, LOGIN_AFTER = 1500, 120, 400

-- A reload of the scripts runs this file again; probes that run go on with what they have.
CONF_PROBES = CONF_PROBES or {}
CONF_ACTIVE = CONF_ACTIVE or false
CONF_CURRENT = CONF_CURRENT
CONF_STATE = CONF_STATE or { records = {}, commands = {}, arenas = 0, idle = false }
local state = CONF_STATE

local function put(name, key, value)
    local written, text = pcall(CONF_ENCODE, value)
    if not written then
        text = CONF_ENCODE("<not written: " .. tostring(text) .. ">")
    end
    local records = state.records
    records[#records + 1] = { name, key, text }
end

function probe(name, needs, fn)
    local wanted = {}
    for _, need in ipairs(needs) do
        wanted[need] = true
    end
    if not CONF_PROBES[name] then
        CONF_PROBES[name] = { name = name, needs = wanted, fn = fn }
    end
end

local function make_arena()
    local x = ARENA_FIRST + (state.arenas % ARENAS_A_ROW) * ARENA_STEP
    local y = ARENA_FIRST + math.floor(state.arenas / ARENAS_A_ROW) * ARENA_STEP
    state.arenas = state.arenas + 1
    for dx = -ARENA_REACH, ARENA_REACH do
        for dy = -ARENA_REACH, ARENA_REACH do
            local position = Position(x + dx, y + dy, ARENA_FLOOR)
            if not Tile(position) then
                Game.createTile(position)
                Game.createItem(ARENA_GROUND, 1, position)
            end
        end
    end
    return Position(x, y, ARENA_FLOOR)
end

-- Errors name the folder of the server's files, which is another one each time.
local function strip(message)
    return (tostring(message):gsub("[^%s%[%]\"]*/data[^%s:]*/", "<dir>/"))
end

local function run(entry, player, player2, on_done)
    local finished = false
    local t = { name = entry.name }
    CONF_CURRENT = entry.name

    function t.record(key, value)
        put(entry.name, key, value)
    end
    function t.client(command)
        command.p = entry.name
        state.commands[#state.commands + 1] = CONF_ENCODE(command)
    end
    function t.done()
        if finished then
            return
        end
        finished = true
        CONF_ACTIVE = false
        put(entry.name, "!done", true)
        if on_done then
            on_done()
        end
    end
    local function guarded(fn)
        local ok, problem = xpcall(fn, strip)
        if not ok then
            put(entry.name, "!error", problem)
            t.done()
        end
    end
    function t.after(ms, fn)
        addEvent(function()
            if not finished then
                guarded(fn)
            end
        end, ms)
    end

    CONF_ACTIVE = t
    guarded(function()
        if entry.needs.map or entry.needs.player then
            t.arena = make_arena()
        end
        if player then
            player:teleportTo(t.arena)
            t.player = player
            if player2 then
                player2:teleportTo(Position(t.arena.x + 1, t.arena.y, t.arena.z))
                t.player2 = player2
            end
        end
        entry.fn(t)
    end)
end

--- Runs probes without a player, one after another.
---@param names string[]
function CONF_START(names)
    local queue = { unpack(names) }
    local function next_probe()
        local name = table.remove(queue, 1)
        if not name then
            state.idle = true
            return
        end
        put(name, "!begin", true)
        local entry = CONF_PROBES[name]
        if not entry then
            put(name, "!error", "no file declared it")
            put(name, "!done", true)
            return next_probe()
        end
        run(entry, nil, nil, function()
            addEvent(next_probe, BETWEEN)
        end)
    end
    state.idle = false
    addEvent(next_probe, FIRST_AFTER)
end

--- Runs a probe with a player who has just come in, and perhaps a second.
---@param first string their names
---@param second string|nil
function CONF_ENTER(name, first, second)
    state.idle = false
    put(name, "!begin", true)
    addEvent(function()
        local player, other = Player(first), second and Player(second) or nil
        local entry = CONF_PROBES[name]
        if not entry or not player or (second and not other) then
            put(name, "!error", entry and "the player is not in the game" or "no file declared it")
            put(name, "!done", true)
            state.idle = true
            return
        end
        run(entry, player, other, function()
            state.idle = true
        end)
    end, LOGIN_AFTER)
end

--- What was recorded, and asked of clients, since the last call; and whether all that was asked for has been run.
function CONF_POLL()
    local recorded, asked = state.records, state.commands
    state.records, state.commands = {}, {}
    return { records = recorded, commands = asked, idle = state.idle }
end
