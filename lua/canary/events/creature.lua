--- CreatureEvent: what happens to a creature that has the event registered; logins and the like to every player.

local context = ...
local raw = context.raw
local abs, lower = raw.math.abs, raw.string.lower

-- Types by the word that scripts give, and the callback of each.
local CALLBACKS = {
    login = "onLogin",
    logout = "onLogout",
    think = "onThink",
    preparedeath = "onPrepareDeath",
    death = "onDeath",
    kill = "onKill",
    advance = "onAdvance",
    modalwindow = "onModalWindow",
    textedit = "onTextEdit",
    healthchange = "onHealthChange",
    manachange = "onManaChange",
    extendedopcode = "onExtendedOpcode",
}

return function(server, events, base)
    local registry, userdata, arguments = server.registry, server.userdata, server.arguments
    local tfs = server.tfs
    local by_name = registry.places("creature event")
    local callbacks = {}
    for word, callback in raw.pairs(CALLBACKS) do
        callbacks[word] = callback
    end
    if tfs then
        callbacks.reconnect = "onReconnect"
    end

    -- TFS takes names in any case.
    local function name_of(text)
        return tfs and lower(text) or text
    end

    userdata.class("CreatureEvent", nil, function(_, name)
        if not base.allowed("CreatureEvents", "luaCreateCreatureEvent") then
            return nil
        end
        return userdata.push(base.make("CreatureEvent", { name = arguments.string(name), ready = false }))
    end)

    --- Registers an event; whether its name was still free.
    function events.register_creature_event(event)
        if not event.type then
            server:log(
                "error",
                tfs and "Error: [CreatureEvents::registerLuaEvent] Trying to register event without type!"
                    or "[registerLuaEvent] - Trying to register event without type for script: "
                        .. base.script_name(event)
            )
            return false
        end
        local key = name_of(event.name)
        local free = not by_name:first(key)
        registry.add(by_name, key, event)
        return free
    end

    local function method(fn)
        return base.method("CreatureEvent", nil, fn)
    end

    local methods = {
        type = method(function(event, word)
            local text = arguments.string(word)
            local callback = callbacks[lower(text)]
            if callback then
                event.type = callback
            else
                server:log(
                    "error",
                    tfs and "[Error - CreatureEvent::configureLuaEvent] Invalid type for creature event: " .. text
                        or "[CreatureEventFunctions::luaCreatureEventType] - Invalid type for creature event: " .. text
                )
            end
            event.ready = true
            return true
        end),
        register = method(function(event)
            if not event.loaded then
                return false
            end
            return events.register_creature_event(event)
        end),
    }
    for _, callback in raw.pairs(callbacks) do
        methods[callback] = method(function(event, ...)
            return base.set_callback(event, arguments.last(...), event.type or callback)
        end)
    end
    userdata.methods("CreatureEvent", methods)

    -- Which creature has which --------------------------------------------------------------------------------------

    --- Registers an event at a creature.
    ---@param creature table
    ---@param name string
    ---@return boolean whether there is such an event that it had not yet
    function events.attach(creature, name)
        local key = name_of(name)
        local event = by_name:first(key)
        if not event or not event.ready then
            return false
        end
        local names = creature.event_names
        if not names then
            creature.event_names = { key }
            return true
        end
        for index = 1, #names do
            if names[index] == key then
                return false
            end
        end
        names[#names + 1] = key
        return true
    end

    --- Takes an event from a creature.
    ---@return boolean whether one of its type was registered there
    function events.detach(creature, name)
        local key = name_of(name)
        local event = by_name:first(key)
        local names = creature.event_names
        if not event or not event.ready or not names then
            return false
        end
        local of_type = false
        for index = #names, 1, -1 do
            local other = by_name:first(names[index])
            of_type = of_type or (other ~= nil and other.type == event.type)
            if names[index] == key then
                raw.table.remove(names, index)
            end
        end
        return of_type
    end

    events.register_on, events.unregister_from = events.attach, events.detach

    local EMPTY = {}
    -- Types by all that they go by: callback, word, and the servers' number.
    local kinds = {}
    for word, callback in raw.pairs(callbacks) do
        kinds[word], kinds[callback] = callback, callback
        local constant = word == "extendedopcode" and "EXTENDED_OPCODE" or raw.string.upper(word)
        local number = server.parts.enums.get("CREATURE_EVENT_" .. constant)
        if number then
            kinds[number] = callback
        end
    end

    --- The events of a type that a creature has, in the order in which it got them.
    ---@param creature table
    ---@param kind string|number onDeath, death, or the servers' number
    function events.of_creature(creature, kind)
        kind = kinds[kind]
        local names = creature.event_names
        if not names or #names == 0 then
            return EMPTY
        end
        local list
        for index = 1, #names do
            local event = by_name:first(names[index])
            if event and event.type == kind then
                list = list or {}
                list[#list + 1] = event
            end
        end
        return list or EMPTY
    end

    --- Whether a creature has an event of a type.
    function events.has(creature, kind)
        return #events.of_creature(creature, kind) > 0
    end

    -- Firing --------------------------------------------------------------------------------------------------------

    local push = userdata.push

    local function health_like(kind, keeps_sign)
        local HEALING = server.parts.enums.get("COMBAT_HEALING")
        return function(creature, attacker, damage)
            for _, event in raw.ipairs(events.of_creature(creature, kind)) do
                local ok, value, of, second, second_of = base.run(
                    event,
                    push(creature),
                    push(attacker),
                    damage.primary.value,
                    damage.primary.type,
                    damage.secondary.value,
                    damage.secondary.type,
                    damage.origin or 0
                )
                if ok then
                    value, second = arguments.i32(value), arguments.i32(second)
                    damage.primary.type, damage.secondary.type = arguments.number(of), arguments.number(second_of)
                    if not keeps_sign then
                        value, second = abs(value), abs(second)
                        if damage.primary.type ~= HEALING then
                            value, second = -value, -second
                        end
                    end
                    damage.primary.value, damage.secondary.value = value, second
                end
            end
            return damage
        end
    end

    --- Lets scripts change a damage: { primary = { value, type }, secondary = { value, type }, origin }.
    events.health_change = health_like("onHealthChange", false)
    events.mana_change = health_like("onManaChange", tfs)

    --- Fires the events of a type that a creature has; whether all of them said yes.
    --- Records among the arguments are given to scripts as their objects.
    ---@param creature table
    ---@param kind string onThink, onPrepareDeath, onDeath, onKill, onModalWindow, onTextEdit, onExtendedOpcode
    function events.creature(creature, kind, ...)
        local all = true
        for _, event in raw.ipairs(events.of_creature(creature, kind)) do
            all = events.call_creature(event, creature, ...) and all
        end
        return all
    end
    events.fire_creature = events.creature

    -- How many values follow the creature, by type: scripts can count them.
    local COUNTS = {
        onLogin = 0,
        onLogout = 0,
        onReconnect = 0,
        onThink = 1,
        onPrepareDeath = tfs and 1 or 2,
        onDeath = 5,
        onKill = tfs and 1 or 2,
        onAdvance = 3,
        onModalWindow = 3,
        onTextEdit = tfs and 3 or 2,
        onExtendedOpcode = 2,
    }

    --- Calls one event of a creature; whether it said yes.
    function events.call_creature(event, creature, ...)
        local count = COUNTS[event.type]
        local list = { ... }
        if event.type == "onKill" and not tfs then
            server:log("warning", raw.string.format(
                "[CreatureEvent::executeOnKill - Creature %s target %s event %s] Deprecated use of onKill event. Use "
                    .. "registered onDeath events instead for better performance.",
                creature.name, list[1].name, event.name
            ))
        end
        for index = 1, count do
            local value = list[index]
            if raw.type(value) == "table" and value.class_name then
                list[index] = push(value)
            elseif value == nil and index == 1 and event.type == "onDeath" then
                -- A corpse that is none is told by a table.
                list[index] = base.thing(nil)
            elseif value == nil and event.type == "onPrepareDeath" and index == 2 then
                list[index] = 0
            end
        end
        return base.ask(event, push(creature), raw.unpack(list, 1, count))
    end

    --- Death: of what is left, who struck last, who most, and whether they should have.
    function events.death(creature, corpse, killer, most_damage, unjustified, most_unjustified)
        return events.creature(
            creature,
            "onDeath",
            corpse,
            killer,
            most_damage,
            unjustified == true,
            most_unjustified == true
        )
    end

    --- Whether a creature may die: false keeps it alive.
    function events.prepare_death(creature, killer, damage)
        for _, event in raw.ipairs(events.of_creature(creature, "onPrepareDeath")) do
            -- The first no ends it.
            if not events.call_creature(event, creature, killer, damage or 0) then
                return false
            end
        end
        return true
    end

    -- To every player, in the order of names; the first no ends it.
    local function to_all(kind)
        return function(player, ...)
            local list = by_name:sorted()
            for index = 1, #list do
                local event = list[index]
                if event.type == kind and not base.ask(event, push(player), ...) then
                    return false
                end
            end
            return true
        end
    end

    events.login = to_all("onLogin")
    events.logout = to_all("onLogout")
    events.reconnect = to_all("onReconnect")
    --- A player got better: skill, old and new level. Whoever has the event or not.
    events.advance = to_all("onAdvance")

    --- Scripts with an event for extended messages, in order.
    ---@return string[]
    function events.extended_scripts()
        local names = {}
        for _, event in raw.ipairs(by_name:sorted()) do
            if event.type == "onExtendedOpcode" then
                names[#names + 1] = event.file and event.file.path or event.name
            end
        end
        return names
    end

    events.places = events.places or {}
    events.places.creature = { by_name }
end
