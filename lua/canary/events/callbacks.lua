--- EventCallback of Canary, and the methods that both servers take from classes by events.xml (Player.onLook, …).

local context = ...
local raw = context.raw
local ipairs, lower, type = raw.ipairs, raw.string.lower, raw.type

-- Types of EventCallback, in the order of their numbers.
local TYPES = {
    "creatureOnChangeOutfit",
    "creatureOnAreaCombat",
    "creatureOnTargetCombat",
    "creatureOnDrainHealth",
    "creatureOnCombat",
    "partyOnJoin",
    "partyOnLeave",
    "partyOnDisband",
    "partyOnShareExperience",
    "playerOnBrowseField",
    "playerOnLook",
    "playerOnLookInBattleList",
    "playerOnLookInTrade",
    "playerOnLookInShop",
    "playerOnMoveItem",
    "playerOnItemMoved",
    "playerOnChangeZone",
    "playerOnChangeHazard",
    "playerOnMoveCreature",
    "playerOnReportRuleViolation",
    "playerOnReportBug",
    "playerOnTurn",
    "playerOnTradeRequest",
    "playerOnTradeAccept",
    "playerOnGainExperience",
    "playerOnLoseExperience",
    "playerOnGainSkillTries",
    "playerOnRequestQuestLog",
    "playerOnRequestQuestLine",
    "playerOnStorageUpdate",
    "playerOnRemoveCount",
    "playerOnCombat",
    "playerOnInventoryUpdate",
    "playerOnRotateItem",
    "playerOnWalk",
    "playerOnThink",
    "monsterOnDropLoot",
    "monsterPostDropLoot",
    "zoneBeforeCreatureEnter",
    "zoneBeforeCreatureLeave",
    "zoneAfterCreatureEnter",
    "zoneAfterCreatureLeave",
    "mapOnLoad",
}

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local push = userdata.push

    -- What is passed to scripts: objects for records, positions for { x, y, z }.
    local function pushed(value)
        if type(value) ~= "table" then
            return value
        elseif value.class_name then
            return push(value)
        elseif value.x and value.z and not raw.getmetatable(value) then
            return base.position(value.x, value.y, value.z)
        end
        return value
    end

    local function push_all(count, value, ...)
        if count > 1 then
            return pushed(value), push_all(count - 1, ...)
        elseif count == 1 then
            return pushed(value)
        end
    end

    --- Calls a record with objects in place of the records among the arguments.
    ---@return boolean ok, any ...
    function events.call_with(record, ...)
        return server.parts.report.call(record, record.callback, push_all(raw.select("#", ...), ...))
    end

    -- By events.xml -------------------------------------------------------------------------------------------------

    local methods = registry.places("event method")

    --- Takes a method from a class's table as a callback.
    ---@param class string Player, …
    ---@param name string onLook, …
    ---@return table|nil record nil when there is no such function
    function events.take_method(class, name, path)
        local fn = server.parts.scripts.take_method(class, name)
        if not fn then
            return nil
        end
        local record = base.make("EventMethod", { interface = "Event Interface" })
        record.script = path .. ":" .. class .. "@" .. name
        record.callback, record.loaded, record.event = fn, true, name
        record.name, record.label = class .. "." .. name, class .. "." .. name
        registry.add(methods, class .. "." .. name, record)
        return record
    end

    --- The callback that stands for a method of events.xml; nil when it is not enabled.
    function events.method(class, name)
        return methods:first(class .. "." .. name)
    end

    --- Calls a method of events.xml.
    ---@return boolean|nil ok nil when there is none
    ---@return any ... what it returned
    function events.meta(class, name, ...)
        local record = methods:first(class .. "." .. name)
        if not record then
            return nil
        end
        return events.call_with(record, ...)
    end

    --- Asks a method of events.xml.
    ---@param default any the answer when there is none; true unless given
    ---@return boolean
    function events.ask_meta(class, name, default, ...)
        local record = methods:first(class .. "." .. name)
        if not record then
            return default == nil or default
        end
        return base.yes(events.call_with(record, ...))
    end

    events.places = events.places or {}
    events.places.method = { methods }
    events.places.callback = {}

    if server.tfs then
        -- Event of TFS is a lib of its scripts, over the methods of events.xml.
        function events.callback() end
        function events.check_callback()
            return true
        end
        function events.callback_code()
            return server.parts.enums.get("RETURNVALUE_NOERROR") or 0
        end
        return
    end

    -- EventCallback -------------------------------------------------------------------------------------------------

    local by_type, names = {}, {}
    for _, name in ipairs(TYPES) do
        by_type[name] = registry.places("callback " .. name)
        names[lower(name)] = name
        events.places.callback[#events.places.callback + 1] = by_type[name]
    end

    userdata.class("EventCallback", nil, function(_, ...)
        local name, skips = ...
        name = arguments.string(name)
        if name == "" then
            server:report("Invalid callback name")
            -- The last of what was passed is left as the answer: nothing was pushed.
            return
        end
        local record = base.make("EventCallback", {
            name = name,
            skips = skips ~= nil and skips ~= false,
        })
        return push(record)
    end)

    userdata.methods("EventCallback", {
        type = function(self, word)
            local record = userdata.get(self, "EventCallback")
            if not record then
                server:report("EventCallback is nil")
                return
            end
            local text = arguments.string(word)
            local found = names[lower(text)]
            if not found then
                server:log("error", "[luaEventCallbackType] No valid event name: " .. text)
                return false
            end
            record.type, record.label = found, "EventCallback " .. found
            return true
        end,
        register = function(self)
            local record = userdata.get(self, "EventCallback")
            if not record or not record.loaded then
                return
            end
            local places = by_type[record.type]
            if not places then
                return true
            end
            local key = record.name
            if places:first(key) then
                if not record.skips then
                    server:report("EventCallback is duplicated for event with name: " .. record.name)
                    registry.add(places, key, record)
                    return
                end
                key = key .. "\0" .. record.sequence
            end
            registry.add(places, key, record)
            return true
        end,
    })

    local function load_callback(self, ...)
        local record = userdata.get(self, "EventCallback")
        if not record then
            return
        elseif not base.set_callback(record, arguments.last(...), "callback") then
            record.loaded = false
            server:report("Cannot load callback")
            return
        end
        return true
    end

    server:table("Game", {
        getEventCallbacks = function()
            local list = {}
            for _, name in ipairs(TYPES) do
                list[name] = load_callback
            end
            return list
        end,
    })

    -- A damage is a table of its own for each call; what is a number in it afterwards holds.
    local function damage_table(damage)
        return {
            primary = { value = damage.primary.value, type = damage.primary.type },
            secondary = { value = damage.secondary.value, type = damage.secondary.type },
            origin = damage.origin or 0,
            critical = damage.critical == true,
        }
    end

    local function read_part(part, given)
        if type(given) == "table" then
            if type(given.value) == "number" then
                part.value = arguments.i32(given.value)
            end
            if type(given.type) == "number" then
                part.type = given.type
            end
        end
    end

    local function read_damage(damage, given)
        read_part(damage.primary, given.primary)
        read_part(damage.secondary, given.secondary)
        if type(given.origin) == "number" then
            damage.origin = given.origin
        end
        if type(given.critical) == "boolean" then
            damage.critical = given.critical
        end
    end

    local function is_damage(value)
        return type(value) == "table" and value.class_name == nil and type(value.primary) == "table"
    end

    local function run(record, ...)
        local _, _, third, fourth = ...
        local damage = is_damage(third) and third or is_damage(fourth) and fourth or nil
        local ok, value
        if damage then
            local list = { ... }
            local given = damage_table(damage)
            list[damage == third and 3 or 4] = given
            ok, value = events.call_with(record, raw.unpack(list, 1, raw.select("#", ...)))
            read_damage(damage, given)
        else
            ok, value = events.call_with(record, ...)
        end
        return ok and value ~= nil and value ~= false
    end

    --- Calls all callbacks of a type, in the order in which they were registered. Records among the arguments are
    --- given to scripts as their objects; a damage is changed by what scripts do with it.
    ---@param name string playerOnLook, …
    ---@return boolean|nil false when one said no of those that may (zoneBefore…)
    function events.callback(name, ...)
        if raw.string.sub(name, 1, 10) == "zoneBefore" then
            return events.check_callback(name, ...)
        end
        local list = by_type[name]:ordered()
        for index = 1, #list do
            run(list[index], ...)
        end
    end

    --- Asks the callbacks of a type; the first no ends it.
    ---@return boolean
    function events.check_callback(name, ...)
        local list = by_type[name]:ordered()
        for index = 1, #list do
            if not run(list[index], ...) then
                return false
            end
        end
        return true
    end

    --- Asks the callbacks of a type: a return value.
    ---@return number
    function events.callback_code(name, ...)
        local allowed = events.check_callback(name, ...)
        return server.parts.enums.get(allowed and "RETURNVALUE_NOERROR" or "RETURNVALUE_NOTPOSSIBLE") or 0
    end
end
