--- What the kinds of events have in common: made by a script, given a callback, registered, called.

local context = ...
local raw = context.raw
local lower, type = raw.string.lower, raw.type

return function(server)
    local base = {}
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments

    --- Makes a record of what a script creates.
    ---@param class_name string
    ---@param record table
    function base.make(class_name, record)
        record.class_name = class_name
        record.interface = record.interface or "Scripts Interface"
        registry.own(record)
        record.script = (record.file and record.file.script or "(Unknown scriptfile)") .. ":callback"
        return record
    end

    --- Whether TFS allows a script to make such a thing here; reports it when not.
    ---@param what string "Actions"
    function base.allowed(what, name)
        if not server.tfs then
            return true
        end
        local running = server.parts.report.running()
        if running and running.interface == "Scripts Interface" then
            return true
        end
        server.parts.report.warn(what .. " can only be registered in the Scripts interface.", name)
        return false
    end

    --- Gives a record its callback.
    ---@param record table
    ---@param fn any what the script passed last
    ---@param event string onUse, …
    ---@return boolean
    function base.set_callback(record, fn, event)
        if server.tfs then
            if record.callback then
                server:log(
                    "error",
                    "Failure: [Event::loadCallback] scriptInterface == nullptr. scriptid = " .. record.sequence
                )
                return false
            elseif type(fn) ~= "function" then
                server:log("warning", "[Warning - Event::loadCallback] Event " .. event .. " not found. ")
                return false
            end
        elseif type(fn) ~= "function" then
            -- Canary takes it for loaded all the same, and fails when it is called.
            record.loaded = true
            server:log(
                "error",
                "[MoveEvent::loadScriptId] Failed to load event. Script name: '"
                    .. base.script_name(record)
                    .. "', Module: 'Scripts Interface'"
            )
            return false
        end
        record.callback, record.loaded, record.event = fn, true, event
        record.label = record.class_name .. " " .. event
        return true
    end

    --- File name of a record's script: "demon.lua".
    function base.script_name(record)
        local path = record.file and record.file.path or ""
        return raw.string.match(path, "[^/]*$")
    end

    --- Whether a result counts as true: neither nil nor false, nor an error.
    function base.yes(ok, value)
        return ok and value ~= nil and value ~= false
    end

    --- Calls a record's callback.
    function base.run(record, ...)
        return server.parts.report.call(record, record.callback, ...)
    end

    --- Calls a record's callback; whether it said yes.
    function base.ask(record, ...)
        local ok, value = server.parts.report.call(record, record.callback, ...)
        return ok and value ~= nil and value ~= false
    end

    --- Appends all that was passed, numbers of so many bits, to a list; at least one.
    function base.append(list, cast, ...)
        local count = raw.select("#", ...)
        for index = 1, count > 1 and count or 1 do
            list[#list + 1] = cast((raw.select(index, ...)))
        end
        return list
    end

    --- One number for a position.
    function base.place_of(x, y, z)
        return (x * 65536 + y) * 16 + z
    end

    local function field(value, key)
        return type(value) == "table" and value[key] or nil
    end

    --- The position in what a script passed.
    ---@return number x, number y, number z
    function base.take_position(value)
        return arguments.u16(field(value, "x")), arguments.u16(field(value, "y")), arguments.u8(field(value, "z"))
    end

    --- What scripts are given for a thing: a creature, an item, a tile; for none a table that says so.
    function base.thing(record)
        if record == nil then
            return { uid = 0, itemid = 0, actionid = 0, type = 0 }
        end
        return userdata.push(record)
    end

    function base.position(x, y, z, stackpos)
        return server.parts.map.push_position(x, y, z, stackpos)
    end

    --- Declares a function that sets or reads something of a record: it gets the record and what was passed.
    ---@param class_name string
    ---@param missing any what it answers when it is called with something else
    function base.method(class_name, missing, fn)
        return function(self, ...)
            local record = userdata.get(self, class_name)
            if not record then
                if missing ~= nil then
                    server:report(missing)
                    return false
                end
                return nil
            end
            return fn(record, ...)
        end
    end

    base.lower = lower
    return base
end
