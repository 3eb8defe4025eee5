--- Creature: the methods of both servers.

local context = ...
local raw = context.raw
local min = raw.math.min

---@param server table
---@param creatures table
---@param bind table
return function(server, creatures, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local NOT_FOUND = "Creature not found"
    -- The colour of a light that is none.
    local NO_LIGHT = 215
    local condition_kind = tfs and arguments.enum32 or arguments.enum8

    userdata.class("Creature", nil, function(_, value)
        local kind = raw.type(value)
        local found
        if kind == "number" then
            found = creatures.by_id(bind.u32(value, 2))
        elseif kind == "string" then
            found = creatures.by_name(value)
        elseif kind == "userdata" then
            found = userdata.get(value, "Creature")
        end
        return userdata.push(found)
    end)
    userdata.metamethod("Creature", "__eq")

    local function of(fn)
        return bind.of("Creature", fn)
    end
    local function field(key)
        return bind.field("Creature", key)
    end
    local function position_of(creature)
        return server.parts.map.push_position(creatures.position(creature))
    end

    local function say_arguments(creature, ...)
        local count = raw.select("#", ...) - 3
        local text, _, _, target, position = ...
        local x, y, z
        if count >= 2 then
            x, y, z = server.parts.map.take_position(position)
            if x == 0 or y == 0 then
                server:report("Invalid position specified.")
                return false
            end
        end
        local hearer = count >= 1 and bind.creature(target) or nil
        local kind = arguments.given(arguments.enum8, env.TALKTYPE_MONSTER_SAY, 2, ...)
        local ghost = arguments.flag(false, 3, ...)
        local echo = tfs and server.parts.events.in_hear and server.parts.events.in_hear()
        return creatures.say(creature, kind, arguments.string(text), ghost,
            hearer and { hearer } or nil, x, y, z, echo)
    end

    -- The names of callbacks by the numbers of CREATURE_EVENT_*.
    local EVENT_NAMES = {
        LOGIN = "onLogin", LOGOUT = "onLogout", THINK = "onThink", PREPAREDEATH = "onPrepareDeath", DEATH = "onDeath",
        KILL = "onKill", ADVANCE = "onAdvance", MODALWINDOW = "onModalWindow", TEXTEDIT = "onTextEdit",
        HEALTHCHANGE = "onHealthChange", MANACHANGE = "onManaChange", EXTENDED_OPCODE = "onExtendedOpcode",
    }
    local names_of_events = {}
    for key, name in raw.pairs(EVENT_NAMES) do
        local value = server.parts.enums.get("CREATURE_EVENT_" .. key)
        if value then
            names_of_events[value] = name
        end
    end

    --- The name of the callback of a CREATURE_EVENT_*.
    function creatures.event_named(kind)
        return names_of_events[kind] or ""
    end

    local function refresh_health(creature)
        creatures.tell_seers(creature, "health", { id = creature.id, percent = creatures.health_percent(creature) })
    end

    userdata.methods("Creature", {
        isRemoved = of(function(creature)
            -- Canary does not take the dead for removed.
            return creature.removed and not creature.dead
        end),
        isCreature = function(self)
            return userdata.get(self, "Creature") ~= nil
        end,
        isInGhostMode = bind.flag("Creature", "ghost"),
        isHealthHidden = bind.flag("Creature", "hidden_health"),
        getEvents = of(function(creature, kind)
            local names = {}
            local events = server.parts.events
            for _, event in raw.ipairs(events.of_creature(creature, creatures.event_named(arguments.enum32(kind)))) do
                names[#names + 1] = event.name
            end
            return names
        end),
        registerEvent = of(function(creature, name)
            return server.parts.events.attach(creature, arguments.string(name))
        end),
        unregisterEvent = of(function(creature, name)
            return server.parts.events.detach(creature, arguments.string(name))
        end),
        isImmune = of(function(creature, what)
            local condition = userdata.get(what, "Condition")
            if raw.type(what) == "number" or condition then
                return creatures.is_immune(creature, condition and condition.type or condition_kind(what))
            end
            return nil
        end),
        canSee = of(function(creature, position)
            local x, y, z = server.parts.map.take_position(position)
            return creatures.can_see(creature, x, y, z)
        end),
        canSeeCreature = of(function(creature, value)
            local other = bind.creature(value)
            if not other then
                if tfs then
                    server:report(NOT_FOUND)
                end
                return false
            end
            return creatures.can_see_creature(creature, other)
        end),
        getParent = of(function(creature)
            return userdata.push(creature.tile)
        end),
        getId = field("id"),
        getName = field("name"),
        getTarget = of(function(creature)
            return userdata.push(creature.target)
        end),
        setTarget = of(function(creature, value)
            return creatures.attack(creature, bind.creature(value))
        end),
        getFollowCreature = of(function(creature)
            return userdata.push(creature.follow)
        end),
        setFollowCreature = of(function(creature, value)
            return creatures.set_follow(creature, bind.creature(value))
        end),
        getMaster = of(function(creature)
            return userdata.push(creature.master)
        end),
        setMaster = of(function(creature, value)
            local set = creatures.set_master(creature, bind.creature(value), not tfs)
            if tfs then
                return set
            end
            -- Canary answers with what its reload of the creature pushes last.
            return true
        end),
        getLight = of(function(creature)
            -- Of players without a light of their own that of what they wear is told.
            if creature.class_name == "Player" and creature.light_level == 0 then
                return 0, NO_LIGHT
            end
            return creature.light_level, creature.light_color
        end),
        setLight = of(function(creature, color, level)
            creature.light_color, creature.light_level = bind.u8(color, 2), bind.u8(level, 3)
            creatures.tell_seers(creature, "light", { id = creature.id, level = creature.light_level })
            return true
        end),
        getSpeed = of(creatures.speed),
        getBaseSpeed = field("base_speed"),
        changeSpeed = function(self, change)
            local creature = bind.creature(self)
            if not creature then
                server:report(NOT_FOUND)
                return false
            end
            creatures.change_speed(creature, arguments.i32(change))
            return true
        end,
        setDropLoot = bind.setter("Creature", "drop_loot"),
        setSkillLoss = bind.setter("Creature", "skill_loss"),
        getPosition = of(position_of),
        getTile = of(function(creature)
            return userdata.push(creature.tile)
        end),
        getDirection = field("direction"),
        setDirection = of(function(creature, direction)
            return creatures.turn(creature, arguments.enum8(direction))
        end),
        getHealth = field("health"),
        setHealth = of(function(creature, value)
            local health = bind.u32(value, 2)
            creature.health = min(health >= 2 ^ 31 and health - 2 ^ 32 or health, creature.max_health)
            refresh_health(creature)
            return true
        end),
        addHealth = of(function(creature, change, kind)
            return creatures.add_health(creature, arguments.i32(change), arguments.enum8(kind))
        end),
        getMaxHealth = of(function(creature)
            return creatures.max_health(creature)
        end),
        setMaxHealth = of(function(creature, value)
            local health = bind.u32(value, 2)
            creature.max_health = health >= 2 ^ 31 and health - 2 ^ 32 or health
            creature.health = min(creature.health, creature.max_health)
            refresh_health(creature)
            return true
        end),
        setHiddenHealth = of(function(creature, hide)
            creature.hidden_health = arguments.boolean(hide)
            refresh_health(creature)
            return true
        end),
        getSkull = field("skull"),
        setSkull = of(function(creature, skull)
            creature.skull = arguments.enum8(skull)
            creatures.tell_seers(creature, "skull", { id = creature.id, skull = creature.skull })
            return true
        end),
        getOutfit = of(function(creature)
            return creatures.shown_outfit(creature.outfit)
        end),
        setOutfit = of(function(creature, value)
            local outfit = creatures.take_outfit(value)
            if not tfs and outfit.lookType ~= 0 and not server.parts.vocations.known_look(outfit.lookType) then
                server:log("warning", "[CreatureFunctions::luaCreatureSetOutfit] An unregistered creature looktype type"
                    .. " with id '" .. outfit.lookType .. "' was blocked to prevent client crash.")
                return value
            end
            creature.default_outfit = outfit
            creatures.change_outfit(creature, outfit)
            return true
        end),
        getDamageMap = of(function(creature)
            local map = {}
            for _, entry in raw.ipairs(creature.damage) do
                map[entry.id] = { total = entry.total, ticks = entry.ticks }
            end
            return map
        end),
        getSummons = of(function(creature)
            return bind.list(creature.summons)
        end),
        getDescription = of(function(creature, distance)
            return creatures.description(creature, arguments.i32(distance))
        end),
        say = of(say_arguments),
        remove = of(function(creature, ...)
            if creature.class_name == "Player" then
                server.parts.players.kick(creature, true, tfs or arguments.flag(true, 1, ...))
            else
                creatures.remove(creature)
            end
            userdata.drop(creature)
            return true
        end),
    })
    context.use("canary/creatures/class_more")(server, creatures, bind)
    context.use(tfs and "canary/creatures/class_tfs" or "canary/creatures/class_canary")(server, creatures, bind)
end
