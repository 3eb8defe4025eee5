--- Who is in the game: creatures by id and by name, and how they come in and leave.
---
--- A creature is a record: { class_name, id, name, tile, direction, health, max_health, base_speed, var_speed, outfit,
--- default_outfit, light_level, light_color, skull, drop_loot, skill_loss, master, summons, target, follow, conditions,
--- events, damage, icons, storage, … }. `tile` is set by the map; without one it is not in the game.

local context = ...
local raw = context.raw
local lower, remove = raw.string.lower, raw.table.remove

---@param server table
---@param creatures table
return function(server, creatures)
    local tfs = server.tfs
    local by_id, by_name = {}, {}
    local lists = { Player = {}, Monster = {}, Npc = {} }
    -- Where each kind's ids begin.
    local FIRST = tfs and { Player = 0x10000000, Monster = 0x21000000, Npc = 0x20000001 }
        or { Player = 0x10000000, Monster = 0x50000001, Npc = 0x80000000 }
    local next_id = { Player = FIRST.Player, Monster = FIRST.Monster, Npc = FIRST.Npc }

    --- Gives a new record what every creature has.
    ---@param creature table with `class_name` and `name`
    ---@return table creature
    function creatures.init(creature)
        creature.direction = creature.direction or 2
        creature.health = creature.health or 1000
        creature.max_health = creature.max_health or creature.health
        creature.base_speed = creature.base_speed or (tfs and 220 or 110)
        creature.var_speed = 0
        creature.outfit = creature.outfit or creatures.outfit({})
        creature.default_outfit = creature.default_outfit or creatures.copy_outfit(creature.outfit)
        creature.light_level, creature.light_color = creature.light_level or 0, creature.light_color or 215
        creature.skull = creature.skull or 0
        creature.drop_loot, creature.skill_loss, creature.use_defense = true, true, true
        creature.hidden_health = creature.hidden_health or false
        creature.removed, creature.ghost = false, false
        creature.summons, creature.events, creature.icons = {}, {}, {}
        creature.conditions = creature.conditions or {}
        creature.storage = creature.storage or {}
        -- Damage taken, by who did it, in the order in which they began.
        creature.damage = {}
        creature.last_hit = 0
        creature.block_count, creature.block_ticks = 0, 0
        creature.last_step, creature.last_step_cost = 0, 1
        creature.walk = {}
        return creature
    end

    --- An id that no creature of that kind has had.
    ---@param kind string Monster or Npc
    function creatures.next_id(kind)
        next_id[kind] = next_id[kind] + 1
        return next_id[kind] - 1
    end

    --- Gives a creature an id and makes it known.
    ---@param creature table
    function creatures.add(creature)
        local kind = creature.class_name
        if not creature.id or creature.id == 0 then
            if kind == "Player" and creature.guid then
                creature.id = FIRST.Player + creature.guid
            else
                creature.id = creatures.next_id(kind)
            end
        end
        if by_id[creature.id] == creature then
            return
        end
        by_id[creature.id] = creature
        -- In the order of their ids.
        local list = lists[kind]
        local at = #list + 1
        while kind ~= "Player" and at > 1 and list[at - 1].id > creature.id do
            at = at - 1
        end
        raw.table.insert(list, at, creature)
        if kind == "Player" then
            by_name[lower(creature.name)] = creature
        end
    end

    --- Makes a creature unknown; scripts that hold it find nothing behind it.
    ---@param creature table
    function creatures.forget(creature)
        if by_id[creature.id] == creature then
            by_id[creature.id] = nil
        end
        if by_name[lower(creature.name)] == creature then
            by_name[lower(creature.name)] = nil
        end
        local list = lists[creature.class_name]
        for at = #list, 1, -1 do
            if list[at] == creature then
                remove(list, at)
                break
            end
        end
    end

    --- The creature of an id.
    ---@param id number
    ---@return table|nil
    function creatures.by_id(id)
        if not by_id[id] then
            server.parts.monsters.wake_id(id)
        end
        return by_id[id]
    end

    --- The player of a name; else the first npc, then the first monster of it. Letters' case does not matter.
    ---@param name string
    ---@return table|nil
    function creatures.by_name(name)
        if name == "" then
            return nil
        end
        local key = lower(name)
        if by_name[key] then
            return by_name[key]
        end
        server.parts.monsters.wake_named(key)
        for _, kind in raw.ipairs({ "Npc", "Monster" }) do
            local found
            for _, creature in raw.ipairs(lists[kind]) do
                -- TFS looks through them by their ids; Canary knows the last that came.
                if lower(creature.name) == key and not (tfs and found and found.id < creature.id) then
                    found = creature
                end
            end
            if found then
                return found
            end
        end
    end

    --- Those of a kind that are in the game: "Player", "Monster" or "Npc". Those who live where no player has been yet
    --- are not in it; see `all`.
    function creatures.list(kind)
        return lists[kind]
    end

    --- All of a kind, for scripts that want them all.
    ---@param kind string
    function creatures.all(kind)
        if server.parts.monsters.waiting(kind) > 0 then
            server.parts.monsters.wake_all()
        end
        return lists[kind]
    end

    --- How many of a kind there are, with those who live where no player has been yet.
    ---@param kind string
    function creatures.count(kind)
        return #lists[kind] + server.parts.monsters.waiting(kind)
    end

    --- The players in the game.
    ---@return table[]
    function creatures.players()
        return lists.Player
    end

    --- A player's name has changed.
    function creatures.renamed(player, name)
        if by_name[lower(player.name)] == player then
            by_name[lower(player.name)] = nil
            by_name[lower(name)] = player
        end
        player.name = name
    end

    --- Where a creature is, or last was.
    ---@return number x
    ---@return number y
    ---@return number z
    function creatures.position(creature)
        local tile = creature.tile
        if tile then
            return tile.x, tile.y, tile.z
        end
        return creature.last_x or 0, creature.last_y or 0, creature.last_z or 0
    end

    --- Puts a creature into the world.
    ---@param creature table
    ---@param x number
    ---@param y number
    ---@param z number
    ---@param extended boolean|nil look further away for room
    ---@param forced boolean|nil even where there is none
    ---@return boolean
    function creatures.place(creature, x, y, z, extended, forced)
        if creature.tile or creature.removed then
            return false
        end
        local map = server.parts.map
        local tile = map.find_place(creature, x, y, z, extended, forced)
        if not tile then
            return false
        end
        creatures.add(creature)
        map.put_creature(creature, tile)
        creatures.check(creature)
        creatures.appeared(creature)
        map.notify_added(tile, creature)
        return true
    end

    --- Takes a creature out of the world.
    ---@param creature table
    ---@param is_logout boolean|nil true unless it died
    ---@return boolean
    function creatures.remove(creature, is_logout)
        if creature.removed then
            return false
        end
        local tile = creature.tile
        local map = server.parts.map
        local seers = tile and map.spectators(tile.x, tile.y, tile.z, true) or {}
        if tile then
            creature.last_x, creature.last_y, creature.last_z = tile.x, tile.y, tile.z
            map.take_creature(creature)
        end
        for _, spectator in raw.ipairs(seers) do
            creatures.disappeared(spectator, creature, is_logout ~= false)
        end
        if creature.master and not creature.master.removed then
            creatures.set_master(creature, nil)
        end
        if tile then
            map.notify_removed(tile, creature)
        end
        creatures.forget(creature)
        creature.removed = true
        creatures.uncheck(creature)
        creatures.stop_walk(creature)
        local summons = creature.summons
        creature.summons = {}
        for _, summon in raw.ipairs(summons) do
            summon.skill_loss = false
            summon.master = nil
            creatures.remove(summon)
        end
        if creature.class_name == "Monster" then
            server.parts.monsters.left_spawn(creature)
        end
        return true
    end
end
