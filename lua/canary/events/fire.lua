--- What is registered, as a list, and a way to make any of it happen: for tests and for the exerciser.

local context = ...
local raw = context.raw
local ipairs, pairs, type = raw.ipairs, raw.pairs, raw.type

local takes = context.use("canary/events/takes")

return function(server, events, base)
    -- Which callbacks a record has: most have one.
    local function callbacks_of(record)
        if record.callback then
            return { record }
        end
        local list = {}
        for _, name in ipairs({ "canJoin", "onJoin", "onLeave", "onSpeak", "onRecvbyte" }) do
            if type(record[name]) == "table" then
                list[#list + 1] = record[name]
            end
        end
        return list
    end

    --- More kinds of callbacks, from other parts: functions that call their argument with each
    --- { kind, name, event, file, callback, takes }.
    events.more_callbacks = {}

    local function describe(record, kind, key)
        local info = raw.debug.getinfo(record.callback, "S")
        return {
            kind = record.class_name or kind,
            event = record.type or record.event,
            name = record.name or (key ~= nil and raw.tostring(key)) or "",
            file = record.file and record.file.path or nil,
            line = info.linedefined,
            takes = takes.of(record, kind),
        }
    end

    -- Every callback once, in a steady order: by kind, then by key.
    local function each(visit)
        local kinds = {}
        for kind in pairs(events.places) do
            kinds[#kinds + 1] = kind
        end
        raw.table.sort(kinds)
        local seen = {}
        for _, kind in ipairs(kinds) do
            for _, places in ipairs(events.places[kind]) do
                local records, keys = places:sorted()
                for index, record in ipairs(records) do
                    for _, called in ipairs(callbacks_of(record)) do
                        if not seen[called] then
                            seen[called] = true
                            visit(called, kind, keys[index])
                        end
                    end
                end
            end
        end
        for _, more in ipairs(events.more_callbacks) do
            more(visit)
        end
    end

    --- Every registered callback: its record, kind and key.
    events.each_callback = each

    --- Lists every registered callback: kind, event, name, file, line and what it takes.
    function server.controls.callbacks()
        local list = {}
        each(function(record, kind, key)
            local entry = describe(record, kind, key)
            entry.number = #list + 1
            list[#list + 1] = entry
        end)
        return list
    end

    --- Calls the callback of a number of `callbacks` with what Lua code says: `return player, item`.
    ---@param number number
    ---@param code string|nil
    ---@return boolean ok, any value
    function server.controls.fire(number, code)
        local found, index = nil, 0
        each(function(record)
            index = index + 1
            if index == number then
                found = record
            end
        end)
        if not found then
            raw.error("there is no callback " .. raw.tostring(number), 0)
        end
        local make = raw.assert(server:compile(code or "return", "=arguments"))
        local ok, value = base.run(found, make())
        local plain = type(value)
        return { ok = ok, value = (plain == "boolean" or plain == "number" or plain == "string") and value or nil }
    end
end
