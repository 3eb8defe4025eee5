--- Game: what Canary alone has: achievements, the bestiary, boosted creatures, the forge's monsters, offline players.

local context = ...
local raw = context.raw

---@param server table
---@param game table
---@param bind table
return function(server, game, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env
    local achievements, by_name = {}, {}
    local influenced, fiendish = {}, {}
    local boosted = {}

    --- The achievement of a number, or of a name.
    function game.achievement(id)
        return achievements[id]
    end
    function game.achievement_named(name)
        return by_name[name]
    end

    local function shown(achievement)
        return {
            id = achievement.id, name = achievement.name, description = achievement.description,
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
            list[at] = shown(achievements[id])
        end
        return list
    end

    local function register_achievement(...)
        if raw.select("#", ...) < 6 then
            server:report("Achievement can only be registered with all params.")
            local count = raw.select("#", ...)
            return count > 0 and (raw.select(count, ...)) or nil
        end
        local id, name, description, secret, grade, points = ...
        local achievement = {
            id = arguments.u16(id), name = arguments.string(name), description = arguments.string(description),
            secret = arguments.boolean(secret), grade = arguments.u8(grade), points = arguments.u8(points),
        }
        achievements[achievement.id] = achievement
        by_name[achievement.name] = achievement
        return true
    end

    local function info(find, problem)
        return function(value)
            local achievement = find(value)
            if not achievement then
                server:report(problem)
                achievement = { id = 0, name = "", description = "", points = 0, grade = 0, secret = false }
            end
            return shown(achievement)
        end
    end

    -- The creature of the day is one of the bestiary, by the day.
    local function boosted_name(bosses)
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

    local function bestiary_list(...)
        -- Arguments are counted from the second: the first is passed over.
        local count = raw.select("#", ...)
        local _, name, filter = ...
        name = arguments.boolean(name, false)
        local list = {}
        server.parts.monsters.each_race(function(race, kind)
            local fits = count <= 2 or kind.bestiary_class == filter or kind.bestiary_race == filter
            if fits then
                list[#list + 1] = name and kind.name or race
            end
        end)
        return list
    end

    -- A player of the database, who is not in the game: nothing here holds on to it.
    local function stored_player(who)
        local players = server.parts.players
        local player = server.parts.storage.load_player(who)
        if player then
            players.forget(player)
        end
        return player
    end

    --- A player by name or number, in the game or not.
    local function offline_player(value)
        local creatures, players = server.parts.creatures, server.parts.players
        if raw.type(value) == "number" then
            local id = arguments.u32(value)
            return id >= 0x10000000 and creatures.by_id(id) or players.by_guid(id) or players.known(id)
                or stored_player(id)
        elseif arguments.is_string(value) then
            local found = creatures.by_name(value)
            return found and found.class_name == "Player" and found or stored_player(arguments.string(value))
        end
        return nil
    end
    game.offline_player = offline_player

    local function monster_ids(list)
        local ids = {}
        for id in raw.pairs(list) do
            ids[#ids + 1] = id
        end
        raw.table.sort(ids)
        return ids
    end

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
            return boosted_name(false)
        end,
        getBoostedBoss = function()
            return boosted_name(true)
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
            monster.soul_pit_stack = arguments.u8(stack, 1)
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
            for _, id in raw.ipairs(monster_ids(server.parts.monsters.charms())) do
                list[#list + 1] = userdata.push(server.parts.monsters.charm(id))
            end
            return list
        end,
        hasEffect = function(id)
            return server.parts.map.effect_known("CONST_ME_", arguments.u16(id))
        end,
        hasDistanceEffect = function(id)
            return server.parts.map.effect_known("CONST_ANI_", arguments.u16(id))
        end,
        getOfflinePlayer = function(value)
            return userdata.push(offline_player(value))
        end,
        getNormalizedPlayerName = function(name)
            local player = offline_player(arguments.string(name))
            return player and player.name or nil
        end,
        getNormalizedGuildName = function(name)
            local storage = server.parts.storage
            return storage.guild_name and storage.guild_name(arguments.string(name)) or nil
        end,
        addInfluencedMonster = function(value, stack)
            local monster = userdata.get(value, "Monster")
            if not monster then
                server:report("Monster not found")
                return
            end
            if influenced[monster.id] then
                return false
            end
            influenced[monster.id] = true
            monster.forge_stack = arguments.u16(stack)
            monster.forge_class = env.FORGE_INFLUENCED_MONSTER or 1
            return true
        end,
        removeInfluencedMonster = function(id)
            influenced[arguments.u32(id)] = nil
            return arguments.u32(id)
        end,
        getInfluencedMonsters = function()
            return monster_ids(influenced)
        end,
        makeFiendishMonster = function(value)
            local monster = server.parts.creatures.by_id(arguments.u32(value))
            if not monster or monster.class_name ~= "Monster" then
                return 0
            end
            fiendish[monster.id] = true
            monster.forge_class, monster.forge_stack = env.FORGE_FIENDISH_MONSTER or 2, 15
            return monster.id
        end,
        removeFiendishMonster = function(id)
            fiendish[arguments.u32(id)] = nil
            return arguments.u32(id)
        end,
        getFiendishMonsters = function()
            return monster_ids(fiendish)
        end,
        getLadderIds = function()
            return server.parts.item_types.ladders()
        end,
        getDummies = dummies,
        registerAchievement = register_achievement,
        getAchievementInfoById = info(function(id)
            return achievements[arguments.u16(id)]
        end, "Achievement id is wrong"),
        getAchievementInfoByName = info(function(name)
            return by_name[arguments.string(name)]
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
            local events, list = server.parts.events, {}
            for words, action in raw.pairs(events.talk_actions and events.talk_actions() or {}) do
                list[words] = userdata.push(action)
            end
            return list
        end,
        startRaid = function(name)
            return game.start_raid(arguments.string(name))
        end,
    })
end
