--- Npc: what Canary alone has: talks, shops, moves.

local context = ...
local raw = context.raw

---@param server table
---@param npcs table
---@param bind table
return function(server, npcs, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env
    local NOT_FOUND, NO_CREATURE, NO_PLAYER = "Npc not found", "Creature not found", "Player not found"

    local function strict(fn, otherwise)
        return bind.strict("Npc", NOT_FOUND, fn, otherwise)
    end

    -- Of an npc and a creature; without either it reports and answers nil.
    local function with_creature(fn)
        return function(self, value, ...)
            local creature, npc = bind.creature(value), userdata.get(self, "Npc")
            if not npc then
                server:report(NOT_FOUND)
                return nil
            elseif not creature then
                server:report(NO_CREATURE)
                return nil
            end
            return fn(npc, creature, ...)
        end
    end

    --- The goods of an npc for a player: those it was shown, else the type's.
    function npcs.goods(npc, player)
        return player and npc.shop_players[player] or npc.type.goods or {}
    end

    local function say(npc, ...)
        local text, kind, ghost, target, position = ...
        local count = raw.select("#", ...)
        local x, y, z
        if count >= 5 then
            x, y, z = server.parts.map.take_position(position)
            if x == 0 or y == 0 then
                server:report("Invalid position specified.")
                return false
            end
        end
        local hearer = count >= 4 and bind.creature(target) or nil
        return server.parts.creatures.say(npc, kind == nil and env.TALKTYPE_PRIVATE_NP or arguments.number(kind),
            arguments.string(text), arguments.boolean(ghost, false), hearer and { hearer } or nil, x, y, z)
    end

    local function shop_table(npc, value, list)
        local player = userdata.get(value, "Player")
        if not player then
            server:report(NO_PLAYER)
            return list
        elseif raw.type(list) ~= "table" then
            server:report("item list is not a table.")
            return false
        end
        local goods = {}
        for _, item in raw.pairs(list) do
            local id = arguments.u16(item.clientId)
            local sub_type = arguments.i32(item.subType)
            local kind = server.parts.item_types.get(id)
            local name = arguments.string(item.itemName)
            goods[#goods + 1] = {
                id = id, sub_type = sub_type ~= 0 and sub_type or arguments.i32(item.subtype),
                buy = arguments.u32(item.buy), sell = arguments.u32(item.sell),
                storage_key = arguments.i32(item.storageKey), storage_value = arguments.i32(item.storageValue),
                name = name ~= "" and name or kind and kind.name or "",
            }
        end
        npcs.close_shop(player)
        return npcs.open_shop(npc, player, goods)
    end

    local function player_of_guid(value)
        return server.parts.players.by_guid(arguments.u32(value))
    end

    userdata.methods("Npc", {
        getId = strict(function(npc)
            return npc.id
        end),
        getName = strict(function(npc)
            return npc.name
        end),
        setName = strict(function(npc, name)
            npc.name = arguments.string(name)
            return name
        end),
        getCurrency = strict(function(npc)
            return npc.currency
        end),
        setCurrency = strict(function(npc, id)
            npc.currency = arguments.u16(id)
            return id
        end, false),
        getSpeechBubble = strict(function(npc)
            return npc.speech_bubble
        end),
        setSpeechBubble = strict(function(npc, bubble)
            npc.speech_bubble = arguments.u8(bubble)
            return bubble
        end),
        place = strict(function(npc, position, extended, force)
            local x, y, z = server.parts.map.take_position(position)
            if server.parts.creatures.place(npc, x, y, z, arguments.boolean(extended, false),
                arguments.boolean(force, true)) then
                return userdata.push(npc)
            end
            return nil
        end),
        say = bind.of("Npc", say),
        turnToCreature = with_creature(function(npc, creature, stops)
            if arguments.boolean(stops, true) then
                server.parts.creatures.stop_walk(npc)
            end
            npcs.turn_to(npc, creature)
            return true
        end),
        setPlayerInteraction = with_creature(function(npc, creature, topic)
            npcs.interact(npc, creature, arguments.u16(topic, 0))
            return true
        end),
        removePlayerInteraction = with_creature(function(npc, creature)
            npcs.end_interaction(npc, creature)
            return true
        end),
        isInteractingWithPlayer = with_creature(function(npc, creature)
            return npcs.topic(npc, creature) ~= nil
        end),
        isPlayerInteractingOnTopic = with_creature(function(npc, creature, topic)
            return npcs.topic(npc, creature) == arguments.u32(topic, 0)
        end),
        isInTalkRange = function(self, position, range)
            local x, y, z = server.parts.map.take_position(position)
            local npc = userdata.get(self, "Npc")
            if not npc then
                server:report(NOT_FOUND)
                return nil
            end
            return npcs.can_interact(npc, x, y, z, arguments.u32(range, 4))
        end,
        openShopWindow = strict(function(npc, value)
            local player = bind.player(value)
            if not player then
                server:report(NO_PLAYER)
                return false
            end
            npcs.close_shop(player)
            return npcs.open_shop(npc, player, npc.type.goods or {})
        end, false),
        openShopWindowTable = strict(shop_table, false),
        closeShopWindow = function(self, value)
            local player, npc = bind.player(value), userdata.get(self, "Npc")
            if not player then
                server:report(NO_PLAYER)
                return false
            elseif not npc then
                server:report(NO_CREATURE)
                return false
            end
            if player.shop and player.shop.npc == npc then
                npcs.close_shop(player)
            end
            return true
        end,
        isMerchant = strict(function(npc, guid)
            return #npcs.goods(npc, player_of_guid(guid)) > 0
        end, false),
        getShopItem = bind.strict("Npc", NO_CREATURE, function(npc, guid)
            local goods = npcs.goods(npc, player_of_guid(guid))
            -- The real one sets fields of what lies on the stack: without goods that does nothing.
            return goods ~= nil
        end, false),
        move = function(self, direction)
            local npc = userdata.get(self, "Npc")
            if npc then
                server.parts.map.walk(npc, arguments.u8(direction), 0)
            end
        end,
        turn = function(self, direction)
            local npc = userdata.get(self, "Npc")
            if npc then
                server.parts.creatures.turn(npc, arguments.u8(direction))
            end
        end,
        follow = function(self, value)
            local npc = userdata.get(self, "Npc")
            if not npc then
                return false
            end
            local player = bind.player(value)
            if not player then
                server:report(NO_PLAYER)
                return value
            end
            return server.parts.creatures.set_follow(npc, player)
        end,
        getDistanceTo = strict(function(npc, uid)
            local map = server.parts.map
            local id = arguments.u32(uid)
            local thing = server.parts.items.by_uid(id) or server.parts.creatures.by_id(id)
            if not thing then
                server:report("Thing not found")
                return nil
            end
            local x, y, z = map.position_of(thing)
            local nx, ny, nz = server.parts.creatures.position(npc)
            return z ~= nz and -1 or raw.math.max(raw.math.abs(x - nx), raw.math.abs(y - ny))
        end, false),
    })
end
