--- Game.create…: items, containers, tiles, monsters, npcs.

local context = ...
local raw = context.raw
local min = raw.math.min

local WHEREEVER = -1

---@param server table
---@param game table
---@param bind table
return function(server, game, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env

    local function item_id(value)
        if raw.type(value) == "number" then
            return bind.u16(value, 1)
        end
        local id = server.parts.players.item_id(value)
        return id
    end

    local function put(tile, item)
        return server.parts.items.add(tile, item, WHEREEVER, env.FLAG_NOLIMIT or 1)
    end

    local function tile_at(position)
        local map = server.parts.map
        local x, y, z = map.take_position(position)
        return map.tile(x, y, z), x
    end

    -- TFS makes one item, of a stack at most.
    local function create_tfs(...)
        local value, count, position = ...
        local id = item_id(value)
        if not id then
            return nil
        end
        count = bind.u16(count, 2, 1)
        local items = server.parts.items
        local kind = server.parts.item_types.get(id)
        if kind and kind.stackable then
            count = min(count, 100)
        end
        if raw.select("#", ...) < 3 then
            return userdata.push(items.create_loose(id, count))
        end
        local item = items.create(id, count)
        if not item then
            return nil
        end
        local tile = tile_at(position)
        if not tile then
            return nil
        end
        put(tile, item)
        return userdata.push(item)
    end

    -- Canary makes as many as are asked for.
    local function create_canary(...)
        local value, given, position = ...
        local id = item_id(value)
        if not id then
            return nil
        end
        local items = server.parts.items
        -- Only a count that is left out is one.
        local count = raw.select("#", ...) >= 2 and arguments.i32(given) or 1
        local kind = server.parts.item_types.of(id)
        local many, sub_type = server.parts.item_types.pieces(kind, count)
        local tile, x = nil, 0
        if raw.select("#", ...) >= 3 then
            tile, x = tile_at(position)
        end
        local list = many > 1 and {} or nil
        if many == 0 then
            return nil
        elseif many < 0 then
            -- Nothing is made and nothing pushed: the last that was passed is the answer.
            return arguments.last(...)
        end
        for at = 1, many do
            local stack = sub_type
            if kind.stackable then
                stack = min(stack, kind.stack_size)
                sub_type = sub_type - stack
            end
            local item = x ~= 0 and items.create(id, stack) or x == 0 and items.create_loose(id, stack) or nil
            if not item or (x ~= 0 and (not tile or put(tile, item) ~= 0)) then
                return list
            end
            if not list then
                return userdata.push(item)
            end
            list[at] = userdata.push(item)
        end
        return list
    end

    local function create_container(...)
        local value, size, position = ...
        local id = item_id(value)
        if not id then
            return nil
        end
        local container = server.parts.items.create_as_container(id, bind.u16(size, 2))
        if not container then
            return nil
        end
        if raw.select("#", ...) >= 3 then
            local tile = tile_at(position)
            if not tile then
                return nil
            end
            put(tile, container)
        elseif not tfs then
            container.virtual = true
        end
        return userdata.push(container)
    end

    local function create_tile(x, y, z)
        local map = server.parts.map
        if raw.type(x) == "table" then
            x, y, z = map.take_position(x)
        else
            x, y, z = bind.u16(x, 1), bind.u16(y, 2), bind.u16(z, 3) % 256
        end
        return userdata.push(map.tile(x, y, z) or map.make_tile(x, y, z))
    end

    local function show_arrival(creature, effect)
        local x, y, z = server.parts.creatures.position(creature)
        if effect ~= 0 then
            server.parts.map.send_effect(x, y, z, effect)
        end
    end

    local function create_monster(...)
        local name, position, extended, force, fifth = ...
        local monsters, creatures = server.parts.monsters, server.parts.creatures
        local monster = monsters.create(arguments.string(name))
        if not monster then
            return nil
        end
        local master = not tfs and raw.select("#", ...) >= 5 and bind.creature(fifth) or nil
        if master then
            creatures.set_master(monster, master, true)
        end
        local x, y, z = server.parts.map.take_position(position)
        extended, force = arguments.boolean(extended, false), arguments.boolean(force, false)
        if not monsters.place(monster, x, y, z, extended, force, false, true) then
            if master then
                creatures.set_master(monster, nil)
            end
            return nil
        end
        if tfs then
            show_arrival(monster, fifth == nil and env.CONST_ME_TELEPORT or arguments.u16(fifth))
        end
        return userdata.push(monster)
    end

    local function create_npc(name, position, extended, force, effect)
        local npc = server.parts.npcs.create(arguments.string(name))
        if not npc then
            return nil
        end
        local x, y, z = server.parts.map.take_position(position)
        if not server.parts.creatures.place(npc, x, y, z, arguments.boolean(extended, false),
            arguments.boolean(force, false)) then
            return nil
        end
        if tfs then
            show_arrival(npc, effect == nil and env.CONST_ME_TELEPORT or arguments.u16(effect))
        end
        return userdata.push(npc)
    end

    server:table("Game", {
        createItem = tfs and create_tfs or create_canary,
        createContainer = create_container,
        createTile = create_tile,
        createMonster = create_monster,
        createNpc = create_npc,
    })
    game.create_item = tfs and create_tfs or create_canary
end
