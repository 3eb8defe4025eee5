--- Monsters in the world: made of a type, with what their types' scripts are told.

local context = ...
local raw = context.raw
local lower, floor = raw.string.lower, raw.math.floor

-- As C++ makes a whole number of a double.
local function whole(value)
    return value < 0 and -floor(-value) or floor(value)
end

---@param server table
---@param monsters table
return function(server, monsters)
    local tfs, env, userdata = server.tfs, server.env, server.userdata

    local function take_type(monster, kind)
        local creatures = server.parts.creatures
        monster.type, monster.type_name = kind, kind.type_name
        monster.name = monster.own_name or kind.name
        monster.name_description = tfs and kind.name_description or lower(kind.name_description)
        monster.default_outfit = creatures.copy_outfit(kind.outfit or creatures.outfit({}))
        monster.outfit = creatures.copy_outfit(monster.default_outfit)
        monster.skull, monster.race = kind.skull, kind.race
        monster.base_speed = kind.base_speed
        monster.light_level, monster.light_color = kind.light_level, kind.light_color
        monster.hidden_health = kind.hidden_health
        monster.target_distance = kind.target_distance
    end

    local function register_events(monster)
        local events = server.parts.events
        for _, name in raw.ipairs(monster.type.scripts or {}) do
            if not events.attach(monster, name) then
                server:log("warning", (tfs and "[Warning - Monster::Monster] " or "[Monster::Monster] - ")
                    .. "Unknown event name: " .. name)
            end
        end
    end

    --- What the settings multiply a figure of a kind of monster by, bosses apart; TFS has no such settings.
    ---@param kind table
    ---@param figure string HEALTH, ATTACK or DEFENSE
    ---@return number
    function monsters.rate(kind, figure)
        if tfs then
            return 1
        end
        local boss = kind.boss_class ~= nil and kind.boss_class ~= ""
        return server.parts.config.number((boss and "RATE_BOSS_" or "RATE_MONSTER_") .. figure)
    end

    --- What the settings and the forge multiply a monster's defense and armour by.
    function monsters.defense_factor(monster)
        return monsters.rate(monster.type, "DEFENSE") * (1 + 0.1 * (monster.forge_stack or 0))
    end

    --- Gives a monster the health of its type.
    function monsters.take_health(monster)
        local kind = monster.type
        local rate = monsters.rate(kind, "HEALTH")
        monster.health, monster.max_health = whole(kind.health * rate), whole(kind.max_health * rate)
    end

    --- Makes a monster of a type.
    ---@param kind table
    ---@return table monster
    function monsters.make(kind)
        local monster = { class_name = "Monster", name = kind.name }
        take_type(monster, kind)
        monsters.take_health(monster)
        monster.run_health = whole(kind.run_health * monsters.rate(kind, "HEALTH"))
        server.parts.creatures.init(monster)
        monster.idle, monster.targets, monster.friends = true, {}, {}
        monster.attack_ticks, monster.defense_ticks, monster.yell_ticks = 0, 0, 0
        monster.target_ticks, monster.target_pause, monster.last_turn = 0, 0, 0
        register_events(monster)
        return monster
    end

    --- Makes a monster of a name.
    ---@return table|nil
    function monsters.create(name)
        local kind = monsters.type_of(name)
        return kind and monsters.make(kind) or nil
    end

    --- Gives a monster another type (Canary).
    function monsters.set_type(monster, kind, restore)
        local events = server.parts.events
        for _, name in raw.ipairs(monster.type.scripts or {}) do
            events.detach(monster, name)
        end
        take_type(monster, kind)
        if restore then
            monsters.take_health(monster)
        end
        register_events(monster)
        server.parts.creatures.tell_seers(monster, "appear", { id = monster.id })
    end

    --- Puts a monster into the world; scripts may forbid it, or be told.
    ---@return boolean
    function monsters.place(monster, x, y, z, extended, forced, startup, artificial)
        local creatures, events = server.parts.creatures, server.parts.events
        if tfs then
            local position = { x = x, y = y, z = z }
            local allowed = events.ask_meta("Monster", "onSpawn", true, monster, position, startup == true,
                artificial == true)
            if not allowed and not forced then
                return false
            end
        end
        if not creatures.place(monster, x, y, z, extended, forced) then
            return false
        end
        if not tfs then
            monsters.call(monster, "onSpawn", server.parts.map.push_position(x, y, z))
        end
        return true
    end

    -- Callbacks ----------------------------------------------------------------------------------------------------

    -- By the numbers of MONSTERS_EVENT_*: which callback of a type a script sets.
    local EVENTS = {
        [1] = "onThink", [2] = "onAppear", [3] = "onDisappear", [4] = "onMove", [5] = "onSay", [6] = "onPlayerAttack",
        [7] = "onSpawn",
    }
    for name, event in raw.pairs({
        MONSTERS_EVENT_THINK = "onThink", MONSTERS_EVENT_APPEAR = "onAppear", MONSTERS_EVENT_DISAPPEAR = "onDisappear",
        MONSTERS_EVENT_MOVE = "onMove", MONSTERS_EVENT_SAY = "onSay",
        MONSTERS_EVENT_ATTACKED_BY_PLAYER = "onPlayerAttack", MONSTERS_EVENT_ON_SPAWN = "onSpawn",
    }) do
        local value = server.parts.enums.get(name)
        if value then
            EVENTS[value] = event
        end
    end

    --- Gives a type a callback.
    ---@param kind table
    ---@param which number|string MONSTERS_EVENT_*, or onThink, …
    ---@param fn any
    ---@return boolean
    function monsters.set_callback(kind, which, fn)
        if raw.type(fn) ~= "function" then
            server:log("warning", tfs and "[Warning - MonsterType::loadCallback] Event not found."
                or "[MonsterType::loadCallback] - Event not found")
            return false
        end
        local event = raw.type(which) == "number" and EVENTS[which] or which
        if raw.type(event) ~= "string" then
            return false
        end
        local record = { class_name = "MonsterCallback", event = event, callback = fn, name = kind.name, loaded = true,
            interface = "Scripts Interface", label = "Monster " .. event, takes = monsters.TAKES[event] }
        if server.registry then
            server.registry.own(record)
        end
        record.script = (record.file and record.file.script or "(Unknown scriptfile)") .. ":callback"
        kind[event] = record
        return true
    end

    monsters.TAKES = {
        onThink = { "monster", "interval" },
        onAppear = { "monster", "creature" },
        onDisappear = { "monster", "creature" },
        onMove = { "monster", "creature", "position", "position" },
        onSay = { "monster", "creature", "talktype", "text" },
        onPlayerAttack = { "monster", "player" },
        onSpawn = { "monster", "position" },
    }

    --- Calls a callback of a monster's type.
    ---@return boolean said whether it said yes: the server does nothing of its own then
    function monsters.call(monster, event, ...)
        local record = monster.type[event]
        if not record then
            return false
        end
        local ok, value = server.parts.report.call(record, record.callback, userdata.push(monster), ...)
        return ok and value ~= nil and value ~= false
    end

    --- Adds a creature event to a type; monsters of it that are there get it, too (Canary, once it runs).
    function monsters.add_script(kind, name)
        local scripts = monsters.list(kind, "scripts")
        if not tfs then
            for _, known in raw.ipairs(scripts) do
                if known == name then
                    return
                end
            end
        end
        scripts[#scripts + 1] = name
        if not tfs then
            -- A set, in the order of names.
            raw.table.sort(scripts)
            local game, events = server.parts.game, server.parts.events
            if game.state and game.state() ~= env.GAME_STATE_STARTUP and events.attach then
                for _, monster in raw.ipairs(server.parts.creatures.list("Monster")) do
                    if monster.type == kind then
                        events.attach(monster, name)
                    end
                end
            end
        end
    end

    -- What the map and combat ask ----------------------------------------------------------------------------------

    --- Whether a kind of condition does nothing to a monster.
    function monsters.is_immune(monster, condition)
        local list = monster.type.condition_immunities
        return list ~= nil and list[condition] == true
    end

    --- Whether a kind of damage does nothing to it.
    function monsters.is_immune_to_damage(monster, damage)
        local list = monster.type.damage_immunities
        return (list ~= nil and list[damage] == true) or monster.immune == true
    end

    function monsters.can_push_items(monster)
        return monster.type.can_push_items
    end
    function monsters.can_push_creatures(monster)
        return monster.type.can_push_creatures
    end

    --- Whether it walks over fields of a kind of damage.
    function monsters.can_walk_on_field(monster, damage)
        local kind = monster.type
        if damage == env.COMBAT_ENERGYDAMAGE then
            return kind.walks_on_energy
        elseif damage == env.COMBAT_FIREDAMAGE then
            return kind.walks_on_fire
        elseif damage == env.COMBAT_EARTHDAMAGE then
            return kind.walks_on_poison
        end
        return true
    end

    --- Whether it can be pushed now.
    function server.parts.creatures.is_pushable(creature)
        if creature.class_name == "Monster" then
            if not creature.type.pushable or creature.base_speed == 0 then
                return false
            end
        elseif creature.class_name == "Npc" then
            return not tfs and creature.type.pushable == true
        elseif server.parts.players.has_flag(creature, "cannotbepushed") then
            return false
        end
        return server.parts.creatures.walk_delay(creature) <= 0
    end

    --- Whether someone has done it damage a short while ago.
    function server.parts.creatures.was_attacked_by(creature, id)
        for _, entry in raw.ipairs(creature.damage) do
            if entry.id == id then
                local ago = server.parts.scheduler.milliseconds() - entry.ticks
                return ago <= server.parts.config.number("PZ_LOCKED")
            end
        end
        return false
    end

    function server.parts.creatures.is_in_ghost_mode(creature)
        return creature.ghost
    end

    --- The corpse of a monster.
    function monsters.corpse(monster, last_hit, most)
        local id = monster.type.corpse
        if id == 0 then
            return nil
        end
        local items = server.parts.items
        local corpse = items.create(id, 1)
        if corpse then
            local killer = most and most.class_name == "Player" and most
                or most and most.master and most.master.class_name == "Player" and most.master
                or nil
            if killer and corpse.items then
                items.set_attribute(corpse, tfs and "corpseowner" or "corpseowner", killer.id)
            elseif last_hit then
                corpse.killer = last_hit.id
            end
        end
        return corpse
    end

    -- The player who killed a monster, or whom it fought last; by itself, or by a summon.
    local function killer_of(monster, last_hit)
        for _, creature in raw.ipairs({ last_hit or false, monster.target or false }) do
            local player = creature and (creature.class_name == "Player" and creature or creature.master)
            if player and player.class_name == "Player" then
                return player
            end
        end
    end

    --- A monster has died.
    ---@param monster table
    ---@param last_hit table|nil who hit it last
    function monsters.death(monster, last_hit)
        local creatures = server.parts.creatures
        local player = not tfs and killer_of(monster, last_hit)
        creatures.attack(monster, nil)
        for _, summon in raw.ipairs(monster.summons) do
            creatures.change_health(summon, -summon.health)
            summon.master = nil
        end
        monster.summons, monster.targets, monster.friends = {}, {}, {}
        monster.idle = true
        if player then
            server.parts.combat.charm_carnage(player, monster)
        end
    end
end
