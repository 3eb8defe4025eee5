--- What the server sends, by the names that protocol manifests have for it, as events of the game (`incoming.lua`).

local context = ...
local raw = context.raw
local modes = context.use("otclient/game/wire_modes")
local ipairs = raw.ipairs

-- Tiles from the middle of the client's map to its edges.
local LEFT, TOP, RIGHT, BOTTOM = 8, 6, 9, 7
local NEW, KNOWN, TURNED = 97, 98, 99
local BY_CREATURE = 65535
local KINDS = { [0] = "player", "monster", "npc", "monster", "monster" }

return function(engine, game, session)
    local incoming, state = game.incoming, game.state
    local apply = {}

    local function place(pos)
        return { x = pos[1], y = pos[2], z = pos[3] }
    end
    -- Numbers with decimals come with how many.
    local function number(double)
        return raw.type(double) == "table" and double[1] or double
    end

    local function outfit_of(data)
        return {
            type = data.look, auxType = data.look_item or 0, head = data.head or 0, body = data.body or 0,
            legs = data.legs or 0, feet = data.feet or 0, addons = data.addons or 0, mount = data.mount or 0,
            familiar = 0, wings = 0, effects = 0, auras = 0, shaders = "",
        }
    end

    -- Things -------------------------------------------------------------------------------------------------------

    -- The creature of a thing that was told, brought up to date.
    local function creature_of(data)
        if data.id == TURNED then
            incoming.Creature({ id = data.creature, direction = data.direction })
            local creature = game.map.creature(data.creature)
            if creature and data.blocks then
                creature.passable = data.blocks == 0
            end
            return creature
        end
        if data.id == NEW and data.forget ~= 0 and data.forget ~= data.creature then
            incoming.RemoveCreature(data.forget)
        end
        incoming.Creature({
            id = data.creature,
            kind = KINDS[data.kind or data.type or 1],
            name = data.name,
            health = data.health,
            direction = data.direction,
            outfit = outfit_of(data.outfit),
            speed = data.speed,
            skull = data.skull,
            shield = data.shield,
            emblem = data.emblem,
            type = data.type,
            icon = data.bubble,
            passable = data.blocks and data.blocks == 0,
            master = data.master or data.summoner,
        })
        return game.map.creature(data.creature)
    end

    local function item_data(data)
        if not data or data.id == 0 then
            return nil
        end
        return { id = data.id, count = data.count, tier = data.tier, charges = data.charges, duration = data.duration }
    end
    local function items_data(list)
        local items = {}
        for at, data in ipairs(list) do
            items[at] = item_data(data)
        end
        return items
    end
    -- As scripts get them.
    local function item_objects(list)
        local items = {}
        for at, data in ipairs(list) do
            items[at] = game.item.from(item_data(data)).object
        end
        return items
    end

    local function add_thing(data, pos, stack)
        if data.id == NEW or data.id == KNOWN or data.id == TURNED then
            local creature = creature_of(data)
            if creature then
                game.map.add(creature, pos, stack)
            end
        else
            game.map.add(game.item.from(item_data(data)), pos, stack)
        end
    end

    local function told_thing(where)
        if where.x == BY_CREATURE then
            return game.map.creature(where.creature)
        end
        local tile = game.map.tile({ x = where.x, y = where.y, z = where.z })
        return tile and game.tile.thing(tile, where.stack)
    end

    -- The map ------------------------------------------------------------------------------------------------------

    local function floors_of(z)
        if z > 7 then
            return z - 2, raw.math.min(z + 2, 15), 1
        end
        return 7, 0, -1
    end

    local function set_tile(pos, things)
        game.map.clean_tile(pos)
        -- In the server's order, whatever the client's files say of the things.
        for at, thing in ipairs(things) do
            add_thing(thing, pos, at - 1)
        end
    end

    -- Tiles column by column, floor by floor; each says how many empty ones follow.
    local function area(tiles, x, y, z, width, height, first, last, step)
        local at, skip = 1, 0
        for floor = first, last, step do
            local shift = z - floor
            for column = 0, width - 1 do
                for row = 0, height - 1 do
                    local pos = { x = x + column + shift, y = y + row + shift, z = floor }
                    if skip > 0 then
                        skip = skip - 1
                        game.map.clean_tile(pos)
                    else
                        local tile = tiles[at]
                        at = at + 1
                        set_tile(pos, tile and tile.things or {})
                        skip = tile and tile.skip or 0
                    end
                end
            end
        end
    end

    local function whole(tiles, x, y, z, width, height)
        area(tiles, x, y, z, width, height, floors_of(z))
    end

    local function first_map()
        if not state.map_known then
            state.map_known = true
            if not engine.edubart then
                engine:emit_global("g_game", "onMapKnown")
            end
        end
        if not engine.edubart then
            engine:emit_global("g_game", "onMapDescription")
        end
    end

    function apply.full_map(data)
        local pos = place(data.position)
        if not state.map_known then
            game.thing.set_position(state.player, pos)
        end
        game.map.set_central(pos)
        whole(data.tiles, pos.x - LEFT, pos.y - TOP, pos.z, LEFT + RIGHT + 1, TOP + BOTTOM + 1)
        first_map()
    end

    local function slide(dx, dy, part)
        return function(data)
            local central = game.map.central
            local pos = { x = central.x + dx, y = central.y + dy, z = central.z }
            part(data.tiles, pos)
            game.map.set_central(pos)
        end
    end
    apply.map_north = slide(0, -1, function(tiles, pos)
        whole(tiles, pos.x - LEFT, pos.y - TOP, pos.z, LEFT + RIGHT + 1, 1)
    end)
    apply.map_south = slide(0, 1, function(tiles, pos)
        whole(tiles, pos.x - LEFT, pos.y + BOTTOM, pos.z, LEFT + RIGHT + 1, 1)
    end)
    apply.map_east = slide(1, 0, function(tiles, pos)
        whole(tiles, pos.x + RIGHT, pos.y - TOP, pos.z, 1, TOP + BOTTOM + 1)
    end)
    apply.map_west = slide(-1, 0, function(tiles, pos)
        whole(tiles, pos.x - LEFT, pos.y - TOP, pos.z, 1, TOP + BOTTOM + 1)
    end)

    local function change_floor(dz)
        return function(data)
            local central = game.map.central
            -- The map shifts by a tile with each floor; messages about rows and columns follow.
            local pos = { x = central.x - dz, y = central.y - dz, z = central.z + dz }
            local z = pos.z
            local x, y = central.x - LEFT, central.y - TOP
            local width, height = LEFT + RIGHT + 1, TOP + BOTTOM + 1
            if dz < 0 and z == 7 then
                area(data.tiles, x, y, z + 1, width, height, 5, 0, -1)
            elseif dz < 0 and z > 7 then
                area(data.tiles, x, y, z + 1, width, height, z - 2, z - 2, 1)
            elseif dz > 0 and z == 8 then
                area(data.tiles, x, y, z - 1, width, height, 8, 10, 1)
            elseif dz > 0 and z > 8 and z < 14 then
                area(data.tiles, x, y, z - 1, width, height, z + 2, z + 2, 1)
            end
            game.map.set_central(pos)
        end
    end
    apply.floor_up, apply.floor_down = change_floor(-1), change_floor(1)

    function apply.update_tile(data)
        set_tile(place(data.position), data.tiles[1] and data.tiles[1].things or {})
    end
    function apply.add_thing(data)
        add_thing(data.thing, place(data.position), data.stack)
    end
    function apply.change_thing(data)
        local old = told_thing(data.place)
        if data.thing.id == TURNED then
            return creature_of(data.thing)
        elseif old and data.place.x ~= BY_CREATURE then
            local pos = { x = data.place.x, y = data.place.y, z = data.place.z }
            game.map.remove(old)
            add_thing(data.thing, pos, data.place.stack)
        end
    end
    function apply.remove_thing(data)
        game.map.remove(told_thing(data.place))
    end
    function apply.move_creature(data)
        local creature = told_thing(data.from)
        if creature and creature.sort == "creature" then
            incoming.MoveCreature(creature.id, place(data.to))
        end
    end

    -- The session --------------------------------------------------------------------------------------------------

    function apply.challenge(data, protocol)
        session.send_login(protocol, data.timestamp, data.random)
    end
    -- How fast one walks by which speed is told from 9.81 on.
    function apply.login_success(data)
        state.map_known = false
        incoming.Login({
            id = data.player, name = state.character, world = state.world, beat = data.beat,
            report_bugs = data.bug_reports == 1,
            speed_law = data.speed_a and { number(data.speed_a), number(data.speed_b), number(data.speed_c) },
        })
    end
    apply.login = apply.login_success
    function apply.pending_state()
        incoming.PendingGame()
    end
    function apply.enter_world(_, protocol)
        incoming.EnterGame()
        session.start(protocol)
    end
    function apply.error(data)
        incoming.LoginError(data.text)
    end
    function apply.information(data)
        incoming.LoginAdvice(data.text)
    end
    function apply.waiting_list(data)
        incoming.LoginWait(data.text, data.seconds)
    end
    function apply.session_end(data)
        incoming.SessionEnd(data.reason)
    end
    function apply.ping()
        incoming.Ping()
    end
    function apply.ping_back()
        incoming.PingBack()
    end
    function apply.death(data)
        incoming.Death(data.kind or 0, data.penalty or 100)
    end
    function apply.extended_opcode(data)
        incoming.ExtendedOpcode(data.opcode, data.data)
    end

    context.use("otclient/game/wire_news")(engine, apply, game, {
        place = place,
        outfit_of = outfit_of,
        item_data = item_data,
        items_data = items_data,
        item_objects = item_objects,
        modes = modes, told_creature = function(id)
            return game.map.creature(id)
        end,
    })

    --- Takes in a message. What has no event here changes nothing: it was read, scripts could see it by onOpcode, and
    --- it is counted.
    ---@param protocol table
    ---@param name string
    ---@param data table
    return function(protocol, name, data)
        local event = apply[name]
        if event then
            event(data, protocol)
        else
            session.passed_over(name)
        end
    end
end
