--- Classes and userdata as the servers make them: a global table a class, with a metatable that makes objects when it
--- is called, and one metatable for all objects of a class, which scripts reach by `rawgetmetatable` and change.
---
--- The server works with *records* (plain tables); what scripts hold is userdata. A record has one userdata at a time,
--- made when it is first given to a script and forgotten when no script holds it any more.

local context = ...
local raw = context.raw
local getmetatable, newproxy, rawset, setmetatable, type =
    raw.getmetatable, raw.newproxy, raw.rawset, raw.setmetatable, raw.type

-- Has userdata keep a table.
local keep, NOTHING = raw.debug.setfenv, {}

-- Keys that the servers put into metatables: 'h' a hash, 'p' how many parents, 't' the kind of thing.
local KEY_HASH, KEY_PARENTS, KEY_TYPE = 104, 112, 116

-- Classes of Canary whose objects are not shared pointers: they have no __gc.
local UNSHARED = { Imbuement = true, ItemClassification = true, ItemType = true, Variant = true }

-- Classes whose objects are made each time anew, as there is nothing that would be dropped.
local ANEW = { Group = true, ItemType = true, MonsterType = true, Tile = true, Town = true, Vocation = true }

-- Kinds of things (LuaData_t) by their numbers; what is not among them is 0.
local KINDS = {
    canary = {
        "Item", "Container", "Teleport", "Player", "Monster", "Npc", "MonsterType", "NpcType", "Tile", "Variant",
        "Position", "NetworkMessage", "ModalWindow", "Guild", "Group", "Vocation", "Town", "House", "ItemType",
        "Combat", "Condition", "Charm", "Loot", "MonsterSpell", "Spell", "Party", "Action", "TalkAction",
        "CreatureEvent", "MoveEvent", "GlobalEvent", "Weapon", "Imbuement", "Mount", "ItemClassification",
    },
    tfs = { "Item", "Container", "Teleport", "Podium", "Player", "Monster", "Npc", "Tile" },
}

--- Makes the class system of one server.
---@param env table the globals
---@param tfs boolean|nil whether it is TFS: its metatables tell less
return function(env, tfs)
    local kinds = {}
    for number, name in raw.ipairs(KINDS[tfs and "tfs" or "canary"]) do
        kinds[name] = number
    end
    local userdata = {
        --- Class name to the metatable of its objects.
        metatables = {},
        --- Class name to the global table.
        classes = {},
    }
    local templates, bases = {}, {}
    -- Metatable to class name.
    local names = {}
    -- Neither keeps the other by these. What keeps a record is the environment of its userdata: a record that leads to
    -- its own userdata (by the callback of a combat, that uses the combat) would else never go.
    local records = setmetatable({}, { __mode = "kv" })
    local objects = setmetatable({}, { __mode = "kv" })

    local function equal(a, b)
        return records[a] == records[b]
    end

    -- What scripts that look into metatables find there.
    local function describe(metatable, name, base)
        names[metatable] = name
        if not tfs then
            metatable.__name, metatable.baseclass = name, base
            -- There is nothing to be done; the cheapest function there is does it.
            metatable.__gc = not UNSHARED[name] and type or nil
        end
    end

    --- Declares a class.
    ---@param name string
    ---@param base string|nil class whose methods it has too
    ---@param create function|nil `Player(…)`: gets the class table first, then the arguments
    ---@param kind number|nil the server's number of the kind of thing, where it is not that of its name
    ---@return table class the global table
    function userdata.class(name, base, create, kind)
        local class = {}
        userdata.classes[name], bases[name] = class, base
        rawset(env, name, class)
        setmetatable(class, { __call = create, __index = base and userdata.classes[base] })
        local template = newproxy(true)
        local metatable = getmetatable(template)
        templates[name], userdata.metatables[name] = template, metatable
        local hash = 5381
        for at = 1, #name do
            hash = (hash * 33 + raw.string.byte(name, at)) % 4294967296
        end
        metatable[KEY_HASH] = hash
        metatable[KEY_PARENTS] = base and userdata.metatables[base][KEY_PARENTS] + 1 or 0
        metatable[KEY_TYPE] = kind or kinds[name] or 0
        describe(metatable, name, base)
        metatable.__index = class
        metatable.__metatable = class
        return class
    end

    --- Sets a metamethod of a class's objects. `__eq` is that of the records unless another is set.
    function userdata.metamethod(name, key, fn)
        userdata.metatables[name][key] = fn or (key == "__eq" and equal) or nil
    end

    --- Declares a class of plain tables (Position, Variant, …): objects are tables with its metatable.
    function userdata.table_class(name, create)
        local class = {}
        userdata.classes[name] = class
        rawset(env, name, class)
        setmetatable(class, { __call = create })
        local metatable = { __index = class, __metatable = class }
        describe(metatable, name)
        userdata.metatables[name] = metatable
        return class
    end

    --- Adds functions to a class: each is called as scripts call it, `self` being userdata.
    ---@param name string
    ---@param methods table<string, function>
    function userdata.methods(name, methods)
        local class = userdata.classes[name]
        for key, fn in raw.pairs(methods) do
            class[key] = fn
        end
    end

    --- What scripts are given for a record; nil for nil.
    ---@param record table|nil
    ---@param name string|nil class; `record.class_name` unless given
    function userdata.push(record, name)
        if record == nil then
            return nil
        end
        name = name or record.class_name
        local object = objects[record]
        if not object or ANEW[name] then
            object = newproxy(templates[name])
            objects[record] = object
            records[object] = record
            keep(object, record)
        end
        return object
    end

    --- The record behind what a script passed; nil for anything else.
    function userdata.record(object)
        return type(object) == "userdata" and records[object] or nil
    end

    --- The record, when it is of a class or of one that comes from it.
    ---@param name string
    function userdata.get(object, name)
        local record = type(object) == "userdata" and records[object] or nil
        local kind = record and record.class_name
        while kind do
            if kind == name then
                return record
            end
            kind = bases[kind]
        end
    end

    --- Forgets the userdata of a record that is no more: scripts that still hold it find nothing behind it.
    function userdata.drop(record)
        local object = objects[record]
        if object then
            records[object] = nil
            objects[record] = nil
            keep(object, NOTHING)
        end
    end

    --- Lets what a script holds stand for another record from now on: an item that became another one.
    ---@param object userdata
    ---@param record table|nil nothing is behind it without one
    function userdata.rebind(object, record)
        local before = records[object]
        if before and objects[before] == object then
            objects[before] = nil
        end
        records[object] = record
        keep(object, record or NOTHING)
        if record and not objects[record] then
            objects[record] = object
        end
    end

    --- Frees all that nobody holds, at once. An object with a finalizer would be kept for it until the next time, with
    --- all that it leads to; the classes' own finalizers do nothing, so nothing need be kept for them.
    function userdata.collect()
        local without = {}
        for _, metatable in raw.pairs(userdata.metatables) do
            if raw.rawget(metatable, "__gc") == type then
                metatable.__gc = nil
                without[#without + 1] = metatable
            end
        end
        raw.collectgarbage("collect")
        for _, metatable in raw.ipairs(without) do
            metatable.__gc = type
        end
    end

    --- Whether a value is a class's object, userdata or table.
    function userdata.class_of(value)
        local record = userdata.record(value)
        if record then
            return record.class_name
        elseif type(value) == "table" then
            return names[raw.debug.getmetatable(value)]
        end
    end

    return userdata
end
