--- Runs one probe inside a client and keeps what it recorded. It is a script of the client like any other, mounted as
--- `/conf_harness.lua`: paths relative to a chunk that is gone are resolved against its folder.
---
--- The host asks `Conf.poll()` after each frame; it answers with what is wanted of it (input), or with the results.

Conf = {}

local values, order = {}, {}
local finished = false
local probe_name = os.getenv("CONF_PROBE") or "none"

local function class_of(value)
    local ok, name = pcall(function()
        return value:getClassName()
    end)
    return ok and type(name) == "string" and name or "userdata"
end

local ESCAPED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t" }

local function text_of(value)
    return '"'
        .. value:gsub('[%c"\\\127-\255]', function(char)
            return ESCAPED[char] or string.format("\\u%04x", char:byte())
        end)
        .. '"'
end

local function number_of(value)
    if value ~= value then
        return '"$nan"'
    elseif value == math.huge then
        return '"$inf"'
    elseif value == -math.huge then
        return '"$-inf"'
    elseif value == math.floor(value) and math.abs(value) < 2 ^ 53 then
        return string.format("%.0f", value)
    end
    return string.format("%.14g", value)
end

local function before(a, b)
    if type(a) == type(b) and (type(a) == "number" or type(a) == "string") then
        return a < b
    end
    return type(a) < type(b)
end

local encode

local function encode_table(value, depth, seen)
    local count, only_names, keys, out = 0, true, {}, {}
    for key in pairs(value) do
        count = count + 1
        keys[count] = key
        only_names = only_names and type(key) == "string"
    end
    if count == #value then
        for index = 1, count do
            out[index] = encode(value[index], depth + 1, seen)
        end
        return "[" .. table.concat(out, ",") .. "]"
    end
    table.sort(keys, before)
    for index, key in ipairs(keys) do
        local inner = encode(value[key], depth + 1, seen)
        if only_names then
            out[index] = text_of(key) .. ":" .. inner
        else
            local name = type(key) == "table" and '"<table>"' or encode(key, depth + 1, seen)
            out[index] = "[" .. name .. "," .. inner .. "]"
        end
    end
    local list = table.concat(out, ",")
    return only_names and "{" .. list .. "}" or '{"$map":[' .. list .. "]}"
end

function encode(value, depth, seen)
    local kind = type(value)
    if kind == "boolean" then
        return tostring(value)
    elseif kind == "number" then
        return number_of(value)
    elseif kind == "string" then
        return text_of(value)
    elseif kind == "userdata" then
        return '{"$":' .. text_of(class_of(value)) .. "}"
    elseif kind ~= "table" then
        return '{"$":"' .. kind .. '"}'
    elseif depth > 24 or seen[value] then
        return '{"$":"cycle"}'
    end
    seen[value] = true
    local text = encode_table(value, depth, seen)
    seen[value] = nil
    return text
end

function Conf.encode(value)
    return encode(value, 0, {})
end

--- The first line of an error, without addresses and places on the disk.
function Conf.firstLine(err)
    if type(err) ~= "string" then
        return err
    end
    err = err:gsub("0x%x+", "0xPTR")
    err = err:gsub(".-/vfs", "<vfs>")
    err = err:gsub("/build/[%w%._%-/]*", "<path>")
    return (err:match("^[^\n]*"))
end
local first_line = Conf.firstLine

local t = {}

--- Keeps one value; of a key that is there already it makes `key#2`, `key#3`, …
function t.record(key, value)
    local name, index = key, 1
    while values[name] ~= nil do
        index = index + 1
        name = key .. "#" .. index
    end
    values[name] = type(value) == "table" and rawget(value, "$logs") and value or Conf.encode(value)
    order[#order + 1] = name
end

local lists, list_order = {}, {}

--- Adds to a list that is written at the end as `list:key`.
function t.push(key, value)
    if not lists[key] then
        lists[key] = {}
        list_order[#list_order + 1] = key
    end
    table.insert(lists[key], value == nil and "nil" or value)
end

function t.list(key)
    return lists[key] or {}
end

--- Keeps what was pushed so far, and empties the list.
function t.flush(key)
    t.record(key, lists[key] or {})
    lists[key] = {}
end

--- Calls a function and keeps `{ok=true, r={results}}` or `{ok=false, err=first line}`.
function t.try(key, fn, ...)
    local results = { pcall(fn, ...) }
    local count = table.maxn(results)
    if results[1] then
        local kept = {}
        for index = 2, count do
            kept[index - 1] = results[index] == nil and { ["$"] = "nil" } or results[index]
        end
        t.record(key, { ok = true, r = kept })
    else
        t.record(key, { ok = false, err = first_line(results[2]) })
    end
    return unpack(results, 1, count)
end

--- Keeps the first result of a function, or `{"$err": first line}`.
function t.val(key, fn, ...)
    local ok, value = pcall(fn, ...)
    if ok then
        t.record(key, value)
    else
        t.record(key, { ["$err"] = first_line(value) })
    end
end

-- The engine holds callbacks weakly.
local keep = {}

local function later(ms, fn)
    keep[#keep + 1] = scheduleEvent(fn, ms)
end

function t.after(ms, fn)
    later(ms, function()
        t.guard(fn)
    end)
end

function t.nextFrame(fn)
    t.after(60, fn)
end

function t.guard(fn)
    local ok, err = xpcall(fn, function(problem)
        return tostring(problem) .. "\n" .. debug.traceback()
    end)
    if not ok then
        Conf.crash = tostring(err)
        t.record("$probe-error", first_line(err))
        print("@@PROBEERROR " .. tostring(err))
        t.done()
    end
end

-- Lines of the log may arrive later than the call that caused them: they are cut out between two marks at the end.
local log_lines, log_sequence = {}, 0
local MARK = "@@LOGMARK "

function t.startLog()
    log_sequence = log_sequence + 1
    g_logger.info(MARK .. "B" .. log_sequence)
end

function t.stopLog()
    g_logger.info(MARK .. "E" .. log_sequence)
    return { ["$logs"] = log_sequence }
end

function t.logs(fn)
    t.startLog()
    local sequence = log_sequence
    local ok, err = pcall(fn)
    g_logger.info(MARK .. "E" .. sequence)
    return { ["$logs"] = sequence, ["$err"] = not ok and first_line(err) or nil }
end

local function cut_log(placeholder)
    local out, inside = {}, false
    for _, line in ipairs(log_lines) do
        local mark, sequence = line[2]:match("^@@LOGMARK ([BE])(%d+)")
        if not mark then
            if inside then
                out[#out + 1] = line
            end
        elseif tonumber(sequence) == placeholder["$logs"] then
            inside = mark == "B"
        end
    end
    if placeholder["$err"] then
        out[#out + 1] = { "pcall", placeholder["$err"] }
    end
    return out
end

g_logger.setOnLog(function(level, message)
    log_lines[#log_lines + 1] = { level, first_line(message) }
end)

local input_sequence, input_wanted, input_served = 0, nil, 0

--- Has the host make input; `fn` is called `ms` (150) after it arrived.
---@param commands string|string[] `move X Y`, `click B`, `down B`, `up B`, `key NAME`, `keydown NAME`, `keyup NAME`,
--- `type TEXT`, `sleep MS`; with `;` between them
function t.input(commands, fn, ms)
    input_sequence = input_sequence + 1
    local sequence = input_sequence
    input_wanted = { sequence, type(commands) == "string" and commands or table.concat(commands, ";") }
    local tries = 0
    local function look()
        tries = tries + 1
        if input_served >= sequence then
            t.after(ms or 150, fn)
        elseif tries > 200 then
            t.record("$input-timeout", sequence)
            t.guard(fn)
        else
            t.after(30, look)
        end
    end
    t.after(50, look)
end

--- Keeps the rectangles of a tree of widgets.
function t.rects(root, key, options)
    local function walk(widget, path)
        local rect = widget:getRect()
        t.record(key .. ":" .. path, { rect.x, rect.y, rect.width, rect.height })
        for index, child in ipairs(widget:getChildren()) do
            local id = child:getId()
            if id == "" or id:match("^widget%d+$") then
                id = "[" .. index .. "]"
            end
            walk(child, path .. "/" .. id)
        end
    end
    walk(root, options and options.name or ".")
end

--- Writes the results down; the host takes them with the next `Conf.poll()`.
function Conf.finish()
    for _, key in ipairs(list_order) do
        if #lists[key] > 0 then
            values["list:" .. key] = Conf.encode(lists[key])
            order[#order + 1] = "list:" .. key
        end
    end
    local out = {}
    for _, key in ipairs(order) do
        local value = values[key]
        if type(value) == "table" then
            value = Conf.encode(cut_log(value))
        end
        if not (key:match(":logs$") and value == "[]") then
            out[#out + 1] = text_of(key) .. ": " .. value
        end
    end
    Conf.result = "{" .. table.concat(out, ",\n") .. "}"
end

function t.done()
    if not finished then
        finished = true
        later(250, Conf.finish)
    end
end

--- What the host is to do: `{input = {number, commands}}` or `{result = JSON, crash = text}`; nil for nothing.
function Conf.poll()
    if Conf.result then
        return { result = Conf.result, crash = Conf.crash }
    elseif input_wanted then
        local wanted = input_wanted
        input_wanted = nil
        return { input = wanted }
    end
end

--- The host made the input of that number.
function Conf.served(sequence)
    input_served = sequence
end

t.edubart = not g_dispatcher.addEventEx
t.dir = "/probes/" .. probe_name
Conf.t = t

--- What a file of a probe calls, once.
function probe(name, fn)
    if name ~= probe_name then
        error("the file of the probe " .. probe_name .. " is named " .. name .. " inside")
    end
    Conf.fn = fn
end

function Conf.start()
    t.guard(function()
        dofile("/probes/" .. probe_name .. ".lua")
        Conf.fn(t)
    end)
end

-- While the values were recorded an event was waiting all the time; in which order events of one time come depends on
-- what else waits, in one of the engines.
Conf.waiting = scheduleEvent(function() end, 45000)
