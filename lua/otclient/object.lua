--- Objects of the engine: userdata with a class, methods, and fields that scripts may add.
---
--- An object's own metatable is its *record*: a table in which the engine keeps the object's state (`w.parent`).
--- The engine works with records alone; what scripts hold is `record.object`, and `bind.lua` turns the one into the
--- other at the border. (A weak table of records by object would never free one whose fields lead back to it.)
--- Scripts are given the class's metatable by `getmetatable`, never the record.

local context = ...
local raw = context.raw
local getmetatable, newproxy, rawget, setmetatable, tostring, type =
    raw.getmetatable, raw.newproxy, raw.rawget, raw.setmetatable, raw.tostring, raw.type

--- Makes the class system of one client.
return function()
    local object = {
        --- Class name to class: the global table that scripts see, with methods, statics, and whatever they add.
        classes = {},
        --- Class to what `getmetatable` of its objects gives to scripts.
        metatables = {},
        --- Set while modules are checked: told of names that an object does not have.
        ---@type fun(record: table, key: any)|nil
        on_unknown = nil,
        --- Told of tables that become fields of objects.
        ---@type fun(record: table, key: string)|nil
        on_table = nil,
    }
    local parents = {}
    -- Class to the names of itself and its ancestors.
    local kinds = {}

    -- What scripts set on an object, then its class, then the class's ancestors.
    local function get(record, key)
        local fields = record.fields
        if fields then
            local value = fields[key]
            if value ~= nil then
                return value
            end
        end
        local class = record.class
        repeat
            local value = rawget(class, key)
            if value ~= nil then
                return value
            end
            class = parents[class]
        until not class
        local on_unknown = object.on_unknown
        if on_unknown then
            on_unknown(record, key)
        end
    end

    local function set(record, key, value)
        local fields = record.fields
        if not fields then
            fields = {}
            record.fields = fields
        end
        fields[key] = value
        if type(value) == "table" and object.on_table then
            object.on_table(record, key)
        end
    end

    -- The engine knows fields by texts alone: a number is the text of it, anything else the empty one.
    local function name_of(key)
        return type(key) == "number" and tostring(key) or ""
    end

    local function index(self, key)
        if type(key) ~= "string" then
            key = name_of(key)
        end
        return get(getmetatable(self), key)
    end

    local function newindex(self, key, value)
        if type(key) ~= "string" then
            key = name_of(key)
        end
        set(getmetatable(self), key, value)
    end

    --- Declares a class; what its table lacks is its parent's.
    ---@param name string
    ---@param parent string|nil
    ---@return table
    function object.class(name, parent)
        local class = { __name = name, __baseName = parent or "" }
        local ancestor = parent and object.classes[parent]
        object.classes[name] = class
        object.metatables[class] = { __name = name, __baseName = parent or "", methods = class, fieldmethods = {} }
        parents[class] = ancestor
        local known = { [name] = true }
        for kind in raw.pairs(ancestor and kinds[ancestor] or {}) do
            known[kind] = true
        end
        kinds[class] = known
        return setmetatable(class, { __index = ancestor })
    end

    --- Makes an object.
    ---@param name string class
    ---@return table record its state; `record.object` is what scripts hold
    function object.new(name)
        local self = newproxy(true)
        local record = getmetatable(self)
        local class = object.classes[name]
        record.__index = index
        record.__newindex = newindex
        record.class = class
        record.class_name = name
        record.kinds = kinds[class]
        record.object = self
        return record
    end

    --- The record of what scripts hold; nil for anything that is no object of the engine.
    ---@return table|nil
    function object.record(self)
        if type(self) == "userdata" then
            local record = getmetatable(self)
            return type(record) == "table" and record.kinds and record or nil
        end
    end

    --- What scripts hold of a record; nil of nil.
    function object.of(record)
        return record and record.object
    end

    --- Whether a record is of a class, or of one that comes from it.
    ---@param name string
    function object.is(record, name)
        return record.kinds[name] == true
    end

    --- A field or method of a record as scripts would get it.
    object.get = get
    --- Sets a field of a record as scripts would.
    object.set = set

    return object
end
