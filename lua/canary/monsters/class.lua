--- Monster: the methods of both servers.

local context = ...
local raw = context.raw
local lower = raw.string.lower

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local NOT_FOUND = "Monster not found"

    userdata.class("Monster", "Creature", function(_, value)
        local found
        if raw.type(value) == "number" then
            found = server.parts.creatures.by_id(bind.u32(value, 2))
            found = found and found.class_name == "Monster" and found or nil
        elseif raw.type(value) == "userdata" then
            found = userdata.get(value, "Monster")
        end
        return userdata.push(found)
    end, tfs and 6 or 5)
    userdata.metamethod("Monster", "__eq")

    local function of(fn)
        return bind.of("Monster", fn)
    end
    local function given(fn)
        return of(function(monster, value, ...)
            local creature = bind.creature(value)
            if not creature and tfs then
                server:report("Creature not found")
                return false
            end
            return fn(monster, creature, ...)
        end)
    end

    local function search(monster, ...)
        return monsters.search(monster, arguments.given(arguments.enum32, env.TARGETSEARCH_DEFAULT, 1, ...)) or false
    end

    userdata.methods("Monster", {
        isMonster = function(self)
            return userdata.get(self, "Monster") ~= nil
        end,
        getType = of(function(monster)
            return userdata.push(monster.type)
        end),
        getSpawnPosition = of(function(monster)
            return server.parts.map.push_position(monster.spawn_x or 0, monster.spawn_y or 0, monster.spawn_z or 0)
        end),
        isInSpawnRange = of(function(monster, ...)
            if raw.select("#", ...) >= 1 then
                return monsters.in_spawn_range(monster, server.parts.map.take_position((...)))
            end
            return monsters.in_spawn_range(monster, server.parts.creatures.position(monster))
        end),
        isIdle = bind.flag("Monster", "idle"),
        setIdle = of(function(monster, idle)
            monsters.set_idle(monster, arguments.boolean(idle))
            return true
        end),
        isTarget = given(function(monster, creature)
            return creature ~= nil and monsters.is_target(monster, creature)
        end),
        isOpponent = given(monsters.is_opponent),
        isFriend = given(monsters.is_friend),
        addFriend = given(function(monster, creature)
            monsters.add_friend(monster, creature)
            return true
        end),
        removeFriend = given(function(monster, creature)
            monsters.remove_friend(monster, creature)
            return true
        end),
        getFriendList = of(function(monster)
            return bind.list(monster.friends)
        end),
        getFriendCount = of(function(monster)
            return #monster.friends
        end),
        addTarget = given(function(monster, creature, first)
            monsters.add_target(monster, creature, arguments.boolean(first, false))
            return true
        end),
        removeTarget = given(function(monster, creature)
            monsters.remove_target(monster, creature)
            return true
        end),
        getTargetList = of(function(monster)
            return bind.list(monster.targets)
        end),
        getTargetCount = of(function(monster)
            return #monster.targets
        end),
        selectTarget = given(function(monster, creature)
            return monsters.select(monster, creature)
        end),
        searchTarget = of(search),
    })

    if tfs then
        local ICON_LAST = server.parts.enums.get("MONSTER_ICON_LAST") or 5
        userdata.methods("Monster", {
            getId = bind.field("Monster", "id"),
            rename = of(function(monster, ...)
                local name, description = ...
                monster.own_name = arguments.string(name)
                monster.name = monster.own_name
                if raw.select("#", ...) >= 2 then
                    monster.name_description = arguments.string(description)
                end
                return true
            end),
            isWalkingToSpawn = bind.flag("Monster", "walking_to_spawn"),
            walkToSpawn = of(function(monster)
                return monsters.walk_to_spawn(monster)
            end),
            hasSpecialIcon = of(function(monster, icon)
                return (monster.special_icons or {})[arguments.enum8(icon)] ~= nil
            end),
            setSpecialIcon = of(function(monster, icon, value)
                icon = arguments.enum8(icon)
                if icon > ICON_LAST then
                    server:report("Invalid Monster Icon Id")
                    return false
                end
                monster.special_icons = monster.special_icons or {}
                monster.special_icons[icon] = bind.u16(value, 3)
                return true
            end),
            getSpecialIcon = of(function(monster, icon)
                return (monster.special_icons or {})[arguments.enum8(icon)] or 0
            end),
            removeSpecialIcon = of(function(monster, icon)
                icon = arguments.enum8(icon)
                local icons = monster.special_icons or {}
                local had = icons[icon] ~= nil
                icons[icon] = nil
                return had
            end),
        })
    else
        context.use("canary/monsters/class_canary")(server, monsters, bind, NOT_FOUND)
    end

    --- Has a monster walk back to where it came into the world (TFS).
    ---@return boolean
    function monsters.walk_to_spawn(monster)
        if monster.walking_to_spawn or not monster.spawn_x or #monster.targets > 0 then
            return false
        end
        local tile = monster.tile
        if tile.x == monster.spawn_x and tile.y == monster.spawn_y and tile.z == monster.spawn_z then
            return false
        end
        local way = server.parts.map.find_path(monster, monster.spawn_x, monster.spawn_y, monster.spawn_z, {
            min_target_dist = 0, max_target_dist = 0, full_path_search = true, clear_sight = true, max_search_dist = 50,
        })
        if not way then
            return false
        end
        monster.walking_to_spawn = true
        server.parts.creatures.auto_walk(monster, way)
        return true
    end

    --- The names of monsters in small letters.
    function monsters.key(name)
        return lower(name)
    end
end
