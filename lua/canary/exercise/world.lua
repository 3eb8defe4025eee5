--- The world in which callbacks are called: a field with players of each vocation, a monster, an npc and items.

local context = ...
local raw = context.raw
local ipairs, pairs, pcall = raw.ipairs, raw.pairs, raw.pcall

local X, Y, Z, REACH = 1000, 1000, 7, 8
local GROUND = 4526
local VOCATIONS = { 1, 2, 3, 4 }
-- A fresh level and what a character of it has.
local LEVEL, HEALTH, MANA = 150, 2000, 3000
-- Monsters, or npcs, that may be left from callbacks before.
local CROWD = 8
-- Creatures that most packs have.
local MONSTERS = { "Rat", "Troll", "Dragon", "Demon", "Wolf" }

return function(server)
    local env = server.env
    local world = { x = X, y = Y, z = Z, players = {} }

    -- Without the client's files nothing says what can be stood on.
    local function know_ground()
        local kind = server.parts.item_types.get(GROUND)
        if kind and not kind.is_ground then
            kind.is_ground = true
        end
    end

    local function make_ground()
        know_ground()
        for dx = -REACH, REACH do
            for dy = -REACH, REACH do
                local position = env.Position(X + dx, Y + dy, Z)
                if not env.Tile(position) then
                    env.Game.createTile(position)
                    env.Game.createItem(GROUND, 1, position)
                end
            end
        end
    end

    local function fields_of(vocation)
        return {
            level = LEVEL, vocation = vocation, health = HEALTH, healthmax = HEALTH, mana = MANA, manamax = MANA,
            cap = 5000, soul = 100, posx = X, posy = Y, posz = Z, sex = 1, looktype = 128, town_id = 1,
            maglevel = 60, skill_sword = 80, skill_axe = 80, skill_club = 80, skill_dist = 80,
            account_type = 6, group_id = 1,
        }
    end

    -- A new player each time, whatever became of the one before; what scripts say to its login is another matter.
    local function enter(index)
        local players, creatures = server.parts.players, server.parts.creatures
        local name, fields = "Exerciser " .. raw.string.char(64 + index), fields_of(VOCATIONS[index])
        local player = players.make(name, fields)
        creatures.place(player, X, Y, Z, false, true)
        if player.removed then
            player = players.make(name, fields)
            creatures.add(player)
            server.parts.map.put_creature(player, server.parts.map.tile(X, Y, Z))
        end
        return player
    end

    local function make_players()
        for index = 1, #VOCATIONS do
            world.players[index] = enter(index)
        end
    end

    -- The first of some types that the pack has.
    local function create(fn, names, dx)
        for _, name in ipairs(names) do
            local ok, made = pcall(fn, name, env.Position(X + dx, Y + 1, Z), false, true)
            if ok and made then
                return made
            end
        end
    end

    --- A monster, of a type if that can be: the same one until it is gone, or another type is asked for.
    ---@param name string|nil
    function world.monster(name)
        local object = world.monster_object
        local record = object and server.userdata.record(object)
        if record and not record.removed and (not name or world.monster_name == name) then
            return object
        elseif record and not record.removed then
            pcall(object.remove, object)
        end
        world.monster_name = name
        world.monster_object = name and create(env.Game.createMonster, { name }, 2)
            or create(env.Game.createMonster, MONSTERS, 2)
        return world.monster_object
    end

    --- An npc of a type, or of any.
    function world.npc(name)
        local key = name or ""
        world.npcs = world.npcs or {}
        local object = world.npcs[key]
        local record = object and server.userdata.record(object)
        if not record or record.removed then
            -- One at a time: those of before would talk, too.
            for other, each in pairs(world.npcs) do
                if server.userdata.record(each) then
                    pcall(each.remove, each)
                end
                world.npcs[other] = nil
            end
            object = create(env.Game.createNpc, name and { name } or world.npc_names(), -2)
            world.npcs[key] = object
        end
        return object
    end

    --- Names of npcs that the pack has, a few.
    function world.npc_names()
        local names = server.parts.npcs.names
        return names and names() or { "Riona", "Banker" }
    end

    --- An item that lies next to the players.
    ---@param id number
    ---@param fields table|nil aid, uid
    function world.item(id, fields)
        local ok, item = pcall(env.Game.createItem, id, 1, env.Position(X + 1, Y, Z))
        if not ok or raw.type(item) ~= "userdata" then
            return nil
        end
        local items, record = server.parts.items, server.userdata.record(item)
        if fields and fields.aid then
            items.set_attribute(record, "actionid", fields.aid)
        end
        if fields and fields.uid then
            items.set_attribute(record, "uniqueid", fields.uid)
        end
        world.made = world.made or {}
        world.made[#world.made + 1] = item
        return item
    end

    --- A player, of a vocation if one is named.
    ---@param index number
    ---@param vocation number|nil
    ---@return any object
    function world.player(index, vocation)
        local player = world.players[(index - 1) % #VOCATIONS + 1]
        if player and vocation then
            player.vocation = server.parts.vocations.get(vocation) or player.vocation
        end
        return player and server.userdata.push(player)
    end

    local function back(player, index)
        if not player or player.removed or not player.tile then
            player = enter(index)
            world.players[index] = player
        end
        if player then
            player.health, player.mana, player.level = HEALTH, MANA, LEVEL
            player.vocation = server.parts.vocations.get(VOCATIONS[index]) or player.vocation
            local tile = player.tile
            if tile and (tile.x ~= X or tile.y ~= Y or tile.z ~= Z) then
                server.parts.creatures.teleport(player, X, Y, Z)
            end
            player.next_action = 0
        end
    end

    -- Those that scripts made go again: thousands of scripts would fill the world.
    local function thin_out()
        local creatures = server.parts.creatures
        local monster = world.monster_object and server.userdata.record(world.monster_object)
        for _, kind in ipairs({ "Monster", "Npc" }) do
            local list = creatures.list(kind)
            if #list > CROWD then
                local gone = {}
                for index = 1, #list do
                    gone[index] = list[index]
                end
                for _, each in ipairs(gone) do
                    if each ~= monster then
                        creatures.remove(each)
                    end
                end
            end
        end
    end

    --- Sets the world right after a callback did what it did.
    function world.restore()
        thin_out()
        for index = 1, #VOCATIONS do
            back(world.players[index], index)
        end
        for index, item in pairs(world.made or {}) do
            if server.userdata.record(item) then
                pcall(item.remove, item)
            end
            world.made[index] = nil
        end
    end

    make_ground()
    make_players()
    return world
end
