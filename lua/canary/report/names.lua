--- Which function of the API a report is about, and which of its arguments: the servers name both.

local context = ...
local raw = context.raw
local getinfo, getlocal = raw.debug.getinfo, raw.debug.getlocal
local gsub, match, type = raw.string.gsub, raw.string.match, raw.type

-- Events of TFS that answer nothing (some only as those of a class), and those that call scripts by themselves.
local VOID, ITSELF = {}, {}
for _, name in raw.ipairs({ "onKill", "onModalWindow", "onExtendedOpcode" }) do
    VOID[name] = "CreatureEvent"
end
for _, name in raw.ipairs({
    "onHear", "onChangeZone", "onUpdateStorage", "onLook", "onLookInBattleList", "onLookInTrade", "onItemMoved",
    "onReportRuleViolation", "onTradeCompleted", "onWrapItem", "onInventoryUpdate", "onNetworkMessage", "onDropLoot",
    "onCreatureSay",
}) do
    VOID[name] = true
end
for _, name in raw.ipairs({
    "onAreaCombat", "onTargetCombat", "onShareExperience", "onMoveItem", "onGainExperience", "onLoseExperience",
    "onGainSkillTries",
}) do
    ITSELF[name] = true
end

---@param server table
---@param is_script function tells by what `getinfo` says of a function
return function(server, is_script)
    local names = {}

    -- What calls functions of scripts and of the API alike: no function that a report is about.
    local between = {}
    for _, name in raw.ipairs({ "pcall", "xpcall" }) do
        between[raw.rawget(server.env, name) or name] = true
    end

    --- Whether a function on the stack is one of the API.
    ---@param info table what `getinfo` says: "Sf"
    function names.is_api(info)
        return info.what ~= "C" and not between[info.func]
    end

    local function leads_to(known, fn)
        if known == fn then
            return true
        elseif type(known) ~= "function" or is_script(getinfo(known, "S")) then
            return false
        end
        for index = 1, getinfo(known, "u").nups do
            local _, value = raw.debug.getupvalue(known, index)
            if value == fn then
                return true
            end
        end
        return false
    end

    local function capital(name)
        return (gsub(name, "^%l", raw.string.upper))
    end

    -- What the servers call a function of the API inside, luaPlayerAddItem: its own name, or that of one that hands its
    -- work on to it.
    ---@param fn function
    ---@param called string|nil the only name that it may have been called by
    local function internal_name(fn, called)
        local classes = server.userdata.classes
        local function is(key, known)
            return type(key) == "string" and (not called or key == called) and leads_to(known, fn)
        end
        for name, class in raw.pairs(classes) do
            local metatable = raw.getmetatable(class)
            if metatable and not called and leads_to(metatable.__call, fn) then
                return "lua" .. name .. "Create"
            end
            for key, method in raw.pairs(class) do
                if is(key, method) then
                    return "lua" .. name .. capital(key)
                end
            end
        end
        for key, value in raw.pairs(server.env) do
            if is(key, value) then
                return "lua" .. capital(key)
            elseif type(value) == "table" and not classes[key] and key ~= "_G" then
                for name, method in raw.pairs(value) do
                    if is(name, method) then
                        return "lua" .. capital(key) .. capital(name)
                    end
                end
            end
        end
    end

    -- By function, then by the name that a script called it by.
    local known_names = raw.setmetatable({}, { __mode = "k" })

    -- A function that others hand their work on to is known by what the script called it, and by what it was called on.
    local function called_name(level)
        local info, _, self = getinfo(level + 1, "n"), getlocal(level + 1, 1)
        local record = type(self) == "userdata" and server.userdata.record(self) or self
        local classes = server.userdata.classes
        local class = type(record) == "table" and classes[record.class_name] or nil
        local function has(name)
            local fn = raw.rawget(class, name)
            return type(fn) == "function" and not is_script(getinfo(fn, "S"))
        end
        while class and info.name and not has(info.name) do
            local metatable = raw.getmetatable(class)
            class = metatable and metatable.__index
        end
        for name, known in raw.pairs(class and info.name and classes or {}) do
            if known == class then
                return "lua" .. name .. capital(info.name)
            end
        end
    end

    --- What the servers call a function of the API on the stack.
    ---@param fn function
    ---@param level number where it is, as the caller counts
    ---@return string|nil
    function names.of(fn, level)
        local called = getinfo(level + 1, "n").name or ""
        local known = known_names[fn] or {}
        known_names[fn] = known
        if known[called] == nil then
            known[called] = called ~= "" and internal_name(fn, called) or called_name(level + 1)
                or internal_name(fn) or false
        end
        return known[called] or nil
    end

    -- Where a value is among the arguments of a function on the stack, from 1; nil for nowhere.
    local function place_in(level, count, value)
        for index = 1, count do
            local _, there = getlocal(level + 1, index)
            if raw.rawequal(there, value) then
                return index
            end
        end
        local more = 1
        local name, there = getlocal(level + 1, -more)
        while name do
            if raw.rawequal(there, value) then
                return count + more
            end
            more = more + 1
            name, there = getlocal(level + 1, -more)
        end
    end

    --- Where a value is among the arguments of the function of the API that a script called, from 1. Most of what they
    --- take is behind what they are called on: 2 for one that is not found. Nil when no script called.
    ---@param value any
    ---@return number|nil
    function names.place(value)
        local level, found = 3, nil
        while true do
            local info = getinfo(level, "Sfu")
            if not info then
                return nil
            elseif is_script(info) then
                return found or 2
            elseif names.is_api(info) then
                found = place_in(level, info.nparams, value) or found
            end
            level = level + 1
        end
    end

    --- What TFS calls the function that called a script's.
    ---@param label string what was called: "CreatureEvent onKill of /scripts/x.lua"
    ---@return string
    function names.caller(label)
        local class, event = match(label, "([%w%.]*)[ .](on%u%w*)")
        if not event then
            return "callFunction"
        elseif event == "onHealthChange" or event == "onManaChange" then
            return (gsub(event, "^on", "execute"))
        elseif ITSELF[event] then
            return event
        elseif VOID[event] and (VOID[event] == true or VOID[event] == class) then
            return "callVoidFunction"
        end
        return "callFunction"
    end

    return names
end
