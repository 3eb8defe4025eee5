--- The functions that TFS's npc scripts alone have a use for: they act for the npc whose script is running.

local context = ...
local raw = context.raw
local abs, max, min = raw.math.abs, raw.math.max, raw.math.min

---@param server table
---@param npcs table
---@param bind table
return function(server, npcs, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env

    local function say(npc, text)
        server.parts.creatures.say(npc, env.TALKTYPE_SAY, text, false)
    end

    local function say_to(npc, player, text)
        local x, y, z = server.parts.creatures.position(npc)
        server.parts.creatures.send_say(player, npc, env.TALKTYPE_PRIVATE_NP, text, x, y, z)
    end

    local function distance_to(uid)
        local npc = npcs.current()
        local map = server.parts.map
        local thing = npc and server.parts.items.by_uid(uid) or npc and server.parts.creatures.by_id(uid)
        if not thing then
            server:report("Thing not found")
            return nil
        end
        local x, y, z = map.position_of(thing)
        local nx, ny, nz = server.parts.creatures.position(npc)
        if z ~= nz then
            return -1
        end
        return max(abs(x - nx), abs(y - ny))
    end

    local function move_to(npc, x, y, z, low, high, full, clear, most)
        local way = server.parts.map.find_path(npc, x, y, z, {
            min_target_dist = arguments.i32(low, 1), max_target_dist = arguments.i32(high, 1),
            full_path_search = arguments.boolean(full, true), clear_sight = arguments.boolean(clear, true),
            max_search_dist = arguments.i32(most, 0),
        })
        npc.walk = {}
        if not way then
            return false
        end
        server.parts.creatures.auto_walk(npc, way)
        return true
    end

    -- The goods of a shop as scripts list them, in the order in which the server walks through the table.
    local function take_goods(list)
        local goods = {}
        for _, item in raw.pairs(list) do
            local sub_type = arguments.i32(item.subType)
            if sub_type == 0 then
                sub_type = arguments.i32(item.subtype)
            end
            goods[#goods + 1] = {
                id = arguments.u32(item.id), sub_type = sub_type, buy = arguments.i64(item.buy),
                sell = arguments.i64(item.sell), name = arguments.string(item.name),
            }
        end
        return goods
    end

    local function open_shop(npc, player, list, on_buy, on_sell)
        if raw.type(list) ~= "table" then
            server:report("item list is not a table.")
            return false
        elseif not player then
            server:report("Player not found")
            return false
        end
        npcs.close_shop(player, true)
        if not npc then
            server:report("Creature not found")
            return false
        end
        local path = npc.filename
        npcs.open_shop(npc, player, take_goods(list),
            raw.type(on_buy) == "function" and npcs.record_of(npc, on_buy, "onBuy", path) or nil,
            raw.type(on_sell) == "function" and npcs.record_of(npc, on_sell, "onSell", path) or nil)
        return true
    end

    local function close_shop(npc, player)
        if not npc then
            server:report("Creature not found")
            return false
        elseif not player then
            server:report("Player not found")
            return false
        end
        if player.shop and player.shop.npc == npc then
            npc.shop_players[player] = nil
            player.shop = nil
            server.parts.clients.send(player, "shop_closed", {})
        end
        return true
    end

    local function focus(npc, creature)
        npc.focus = creature
        if creature then
            npcs.turn_to(npc, creature)
        end
    end

    local function give(player, id, amount, sub_type, action_id, drop)
        local items, kind = server.parts.items, server.parts.item_types.get(id)
        local given = 0
        if not kind or kind.id == 0 then
            return 0
        end
        while amount > 0 do
            local stack = kind.stackable and min(100, amount) or 1
            local item = items.create(id, kind.stackable and stack or sub_type)
            if item and action_id ~= 0 then
                items.set_attribute(item, "actionid", action_id)
            end
            if not item or items.give(player, item, drop, 0) ~= 0 then
                return given
            end
            amount, given = amount - stack, given + stack
        end
        return given
    end

    server:globals({
        selfSay = function(...)
            local npc = npcs.current()
            if not npc then
                return
            end
            local text, who = ...
            local player = raw.select("#", ...) >= 2 and bind.player(who) or nil
            if player then
                say_to(npc, player, arguments.string(text))
            else
                say(npc, arguments.string(text))
            end
        end,
        selfMove = function(direction)
            local npc = npcs.current()
            if npc then
                server.parts.map.walk(npc, arguments.u8(direction), 0)
            end
        end,
        selfMoveTo = function(x, y, z, ...)
            local npc = npcs.current()
            if not npc then
                return
            end
            if raw.type(x) == "table" then
                local px, py, pz = server.parts.map.take_position(x)
                return move_to(npc, px, py, pz, y, z, ...)
            end
            return move_to(npc, bind.u16(x, 1), bind.u16(y, 2), bind.u8(z, 3), ...)
        end,
        selfTurn = function(direction)
            local npc = npcs.current()
            if npc then
                server.parts.creatures.turn(npc, arguments.u8(direction))
            end
        end,
        selfFollow = function(who)
            local npc = npcs.current()
            if not npc then
                return false
            end
            local player = bind.player(who)
            local set = server.parts.creatures.set_follow(npc, player)
            return not player or set
        end,
        getDistanceTo = function(...)
            return distance_to(bind.u32(arguments.last(...), -1))
        end,
        doNpcSetCreatureFocus = function(...)
            local npc = npcs.current()
            if npc then
                focus(npc, bind.creature(arguments.last(...)))
            end
        end,
        getNpcCid = function()
            local npc = npcs.current()
            -- It has no id while its script loads.
            return npc and (npc.id or 0) or nil
        end,
        getNpcParameter = function(...)
            local npc = npcs.current()
            return npc and npc.parameters[arguments.string(arguments.last(...))] or nil
        end,
        openShopWindow = function(who, list, on_buy, on_sell)
            return open_shop(npcs.current(), bind.player(who), list, on_buy, on_sell)
        end,
        closeShopWindow = function(who)
            return close_shop(npcs.current(), bind.player(who))
        end,
        doSellItem = function(who, id, amount, sub_type, action_id, drop)
            local player = bind.player(who)
            if not player then
                server:report("Player not found")
                return false
            end
            local kind = sub_type == nil and -1 or arguments.i32(sub_type)
            return give(player, bind.u32(id, 2), bind.u32(amount, 3), kind ~= -1 and kind or 1,
                bind.u32(action_id, 5, 0), arguments.boolean(drop, true))
        end,
    })

    userdata.methods("Npc", {
        getParameter = bind.of("Npc", function(npc, key)
            return npc.parameters[arguments.string(key)]
        end),
        setFocus = bind.of("Npc", function(npc, value)
            focus(npc, bind.creature(value))
            return true
        end),
        openShopWindow = function(self, who, list, on_buy, on_sell)
            return open_shop(userdata.get(self, "Npc"), bind.player(who), list, on_buy, on_sell)
        end,
        closeShopWindow = function(self, who)
            local player = bind.player(who)
            if not player then
                server:report("Player not found")
                return false
            end
            return close_shop(userdata.get(self, "Npc"), player)
        end,
    })
end
