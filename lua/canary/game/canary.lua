--- Game: what Canary alone has: achievements, the bestiary, boosted creatures, the forge's monsters, offline players.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")

---@param server table
---@param game table
---@param bind table
return function(server, game, bind)
    local userdata, arguments = server.userdata, server.arguments
    local achievements, by_name = {}, {}
    local boosted = {}

    -- Canary's list has whatever was asked of it.
    local BLANK = { id = 0, name = "", description = "", points = 0, grade = 0, secret = false }

    --- The achievement of a number, or of a name.
    function game.achievement(id)
        local achievement = id and achievements[id]
        return achievement ~= BLANK and achievement or nil
    end
    function game.achievement_named(name)
        return game.achievement(by_name[name])
    end

    local function shown(achievement, id)
        return {
            id = id or achievement.id, name = achievement.name, description = achievement.description,
            points = achievement.points, grade = achievement.grade, secret = achievement.secret,
        }
    end

    local function listed(wanted)
        local ids, list = {}, {}
        for id, achievement in raw.pairs(achievements) do
            if wanted == nil or achievement.secret == wanted then
                ids[#ids + 1] = id
            end
        end
        raw.table.sort(ids)
        for at, id in raw.ipairs(ids) do
            list[at] = shown(achievements[id], wanted == nil and id or nil)
        end
        return list
    end

    local function register_achievement(...)
        if raw.select("#", ...) < 6 then
            server:report("Achievement can only be registered with all params.")
            return arguments.last(...)
        end
        local id, name, description, secret, grade, points = ...
        local achievement = {
            id = arguments.u16(id), name = arguments.string(name), description = arguments.string(description),
            secret = arguments.boolean(secret), grade = arguments.u8(grade), points = arguments.u8(points),
        }
        achievements[achievement.id] = achievement
        -- The first of a name keeps it.
        by_name[achievement.name] = by_name[achievement.name] or achievement.id
        return true
    end

    local function info(find, problem)
        return function(...)
            local achievement = find((...))
            if not achievement or achievement.id == 0 then
                server:report(problem)
                -- Nothing is pushed: the last that was passed is the answer.
                return arguments.last(...)
            end
            return shown(achievement)
        end
    end

    --- The creature, or the boss, of the day: one of the bestiary; empty when there is none.
    ---@param bosses boolean
    function game.boosted_name(bosses)
        local key = bosses and "boss" or "creature"
        if not boosted[key] then
            local names = {}
            server.parts.monsters.each_race(function(_, kind)
                if (kind.boss_class ~= "") == bosses then
                    names[#names + 1] = kind.name
                end
            end)
            raw.table.sort(names)
            boosted[key] = #names > 0 and names[server.parts.random.uniform(1, #names)] or ""
        end
        return boosted[key]
    end

    -- The server counts the list that it makes among the arguments: one argument asks for names, whatever it is, two
    -- for those of a class or, by its number, of a race.
    local function bestiary_list(...)
        local count, _, filter = raw.select("#", ...), ...
        local named, list = count == 1 or (count > 1 and arguments.boolean(filter)), {}
        local field, wanted = nil, nil
        if count > 1 then
            local numbered = raw.type(filter) == "number"
            field = numbered and "bestiary_race" or "bestiary_class"
            wanted = numbered and arguments.enum8(filter) or arguments.string(filter)
        end
        server.parts.monsters.each_of_bestiary(function(race, kind)
            if not field or kind[field] == wanted then
                list[#list + 1] = named and kind.name or race
            end
        end)
        return list
    end

    -- A player of the database, who is not in the game: nothing here holds on to it.
    local function stored_player(who, is_new)
        local players = server.parts.players
        local storage = server.parts.storage
        local player
        if raw.type(who) == "string" then
            player = storage.load_named(who, is_new)
        else
            player = storage.load_player(who)
        end
        if player then
            players.forget(player)
        end
        return player
    end

    --- A player by name or number, in the game or not.
    local function offline_player(value, is_new)
        local creatures, players = server.parts.creatures, server.parts.players
        if raw.type(value) == "number" then
            local id = arguments.u32(value)
            return id >= 0x10000000 and creatures.by_id(id) or players.by_guid(id) or players.known(id)
                or stored_player(id)
        elseif arguments.is_string(value) then
            local found = creatures.by_name(value)
            return found and found.class_name == "Player" and found
                or stored_player(arguments.string(value), is_new)
        end
        return nil
    end
    game.offline_player = offline_player

    local function dummies()
        return server.parts.item_types.dummies()
    end

    local function by(field)
        return function(value)
            return bind.list(server.parts.monsters.types_with(field, arguments.u8(value)))
        end
    end

    server:table("Game", {
        createNpcType = function(name)
            return userdata.push(server.parts.npcs.make_type(arguments.string(name)))
        end,
        getMonsterTypeByName = function(name)
            if not arguments.is_string(name) then
                server:report("First argument must be a string")
                return false
            end
            local kind = server.parts.monsters.type_of(arguments.string(name))
            if not kind then
                server:report("MonsterType with name " .. arguments.string(name) .. " not found")
                return false
            end
            return userdata.push(kind)
        end,
        getBoostedCreature = function()
            return game.boosted_name(false)
        end,
        getBoostedBoss = function()
            return game.boosted_name(true)
        end,
        getBestiaryList = bestiary_list,
        loadMapChunk = function(path, position)
            local name = arguments.string(path)
            local x, y, z = server.parts.map.take_position(position)
            server.parts.scheduler.after(0, function()
                server.parts.map.load(name, { x = x, y = y, z = z })
            end)
        end,
        createSoulPitMonster = function(...)
            local name, position, stack, extended, force, master_value = ...
            local monster = server.parts.monsters.create(arguments.string(name))
            if not monster then
                return nil
            end
            local master = raw.select("#", ...) >= 6 and bind.creature(master_value) or nil
            if master then
                server.parts.creatures.set_master(monster, master, true)
            end
            local x, y, z = server.parts.map.take_position(position)
            if not server.parts.monsters.place(monster, x, y, z, arguments.boolean(extended, false),
                arguments.boolean(force, false)) then
                if master then
                    server.parts.creatures.set_master(monster, nil)
                end
                return nil
            end
            server.parts.monsters.into_soul_pit(monster, arguments.u8(stack, 1))
            return userdata.push(monster)
        end,
        generateNpc = function(name)
            local npc = server.parts.npcs.create(arguments.string(name))
            if npc then
                server.parts.creatures.add(npc)
            end
            return userdata.push(npc)
        end,
        createBestiaryCharm = function(id)
            return userdata.push(server.parts.monsters.make_charm(arguments.u8(id)))
        end,
        getBestiaryCharm = function()
            local list = {}
            for _, id in raw.ipairs(sorted_keys(server.parts.monsters.charms())) do
                list[#list + 1] = userdata.push(server.parts.monsters.charm(id))
            end
            return list
        end,
        hasEffect = function(id)
            return server.parts.map.effect_named("effects", arguments.u16(id))
        end,
        hasDistanceEffect = function(id)
            return server.parts.map.effect_named("missiles", arguments.u16(id))
        end,
        getOfflinePlayer = function(value)
            return userdata.push(offline_player(value))
        end,
        getNormalizedPlayerName = function(name, is_new)
            local player = offline_player(arguments.string(name), arguments.boolean(is_new))
            return player and player.name or nil
        end,
        getNormalizedGuildName = function(name)
            local storage = server.parts.storage
            return storage.guild_name and storage.guild_name(arguments.string(name)) or nil
        end,
        getLadderIds = function()
            return server.parts.item_types.ladders()
        end,
        getDummies = dummies,
        registerAchievement = register_achievement,
        getAchievementInfoById = info(function(value)
            local id = arguments.u16(value)
            achievements[id] = achievements[id] or BLANK
            return achievements[id]
        end, "Achievement id is wrong"),
        getAchievementInfoByName = info(function(name)
            return game.achievement_named(arguments.string(name))
        end, "Achievement name is wrong"),
        getSecretAchievements = function()
            return listed(true)
        end,
        getPublicAchievements = function()
            return listed(false)
        end,
        getAchievements = function()
            return listed(nil)
        end,
        getSoulCoreItems = function()
            return bind.list(server.parts.item_types.soul_cores(), "ItemType")
        end,
        getMonstersByRace = by("bestiary_race"),
        getMonstersByBestiaryStars = by("bestiary_stars"),
        getTalkActions = function()
            local actions, words = server.parts.events.talk_actions()
            local list = {}
            for at = 1, #actions do
                list[words[at]] = userdata.push(actions[at])
            end
            return list
        end,
        startRaid = function(name)
            return game.start_raid(arguments.string(name))
        end,
    })
end
