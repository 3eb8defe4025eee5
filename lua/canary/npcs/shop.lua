--- Shops: what a player is offered, and what becomes of what it chooses.

local context = ...
local raw = context.raw

---@param server table
---@param npcs table
return function(server, npcs)
    local tfs = server.tfs

    --- Shows a player an npc's goods.
    ---@param npc table
    ---@param player table
    ---@param goods table[] { id, sub_type, buy, sell, name, … }
    ---@param on_buy table|nil callback records (TFS)
    ---@param on_sell table|nil
    function npcs.open_shop(npc, player, goods, on_buy, on_sell)
        player.shop = { npc = npc, goods = goods, on_buy = on_buy, on_sell = on_sell }
        npc.shop_players[player] = goods
        local list = {}
        for at, item in raw.ipairs(goods) do
            list[at] = { id = item.id, sub_type = item.sub_type, name = item.name, buy = item.buy, sell = item.sell }
        end
        server.parts.clients.send(player, "shop", { npc = npc.name, items = list })
        return true
    end

    --- Closes the window of a shop that a player has open.
    ---@return boolean whether there was one
    function npcs.close_shop(player, silent)
        local shop = player.shop
        if not shop then
            return false
        end
        player.shop = nil
        shop.npc.shop_players[player] = nil
        if tfs then
            npcs.call(shop.npc, "onEndTrade", server.userdata.push(player))
        end
        if not silent then
            server.parts.clients.send(player, "shop_closed", {})
        end
        return true
    end

    --- Closes all windows of an npc's shop.
    function npcs.close_shops(npc)
        local players = {}
        for player in raw.pairs(npc.shop_players) do
            players[#players + 1] = player
        end
        raw.table.sort(players, function(a, b)
            return a.id < b.id
        end)
        for _, player in raw.ipairs(players) do
            if player.shop and player.shop.npc == npc then
                npcs.close_shop(player)
            end
        end
    end

    -- What the client's id and count mean.
    local function kind_of(id, count)
        local types = server.parts.item_types
        local item_id = tfs and types.by_client(id) or id
        item_id = raw.type(item_id) == "table" and item_id.id or item_id
        local kind = item_id and item_id ~= 0 and types.get(item_id) or nil
        if not kind or kind.id == 0 then
            return nil
        end
        local sub_type = count
        if kind.is_splash or kind.is_fluid_container then
            sub_type = tfs and server.parts.items.fluid_from_client(count) or count
        end
        return kind, sub_type
    end

    --- What a shop offers of a kind; nil when it does not.
    local function offered(player, kind, sub_type)
        for _, item in raw.ipairs(player.shop.goods) do
            if item.id == kind.id and (item.buy ~= 0 or item.sell ~= 0)
                and (not kind.is_fluid_container or item.sub_type == sub_type) then
                return item
            end
        end
    end
    npcs.offered = offered

    -- A stack's worth in TFS; Canary takes more.
    local MOST = tfs and 100 or 10000

    --- A player buys from a shop.
    function npcs.buy(player, client_id, count, amount, ignore_capacity, in_backpacks)
        local shop = player.shop
        if not shop or amount == 0 or amount > MOST then
            return
        end
        local kind, sub_type = kind_of(client_id, count)
        if not kind or not offered(player, kind, sub_type) then
            return
        end
        if tfs then
            npcs.traded(shop, shop.on_buy, player, kind.id, sub_type, amount, ignore_capacity, in_backpacks)
        else
            npcs.player_buys(shop.npc, player, kind, sub_type, amount, ignore_capacity, in_backpacks)
        end
    end

    --- A player sells to a shop.
    function npcs.sell(player, client_id, count, amount, ignore_equipped)
        local shop = player.shop
        if not shop or amount == 0 or amount > MOST then
            return
        end
        local kind, sub_type = kind_of(client_id, count)
        if not kind then
            return
        end
        if tfs then
            npcs.traded(shop, shop.on_sell, player, kind.id, sub_type, amount, ignore_equipped, false)
        else
            npcs.player_sells(shop.npc, player, kind, sub_type, amount, ignore_equipped)
        end
    end

    --- A player looks at something in a shop: scripts tell it.
    function npcs.look_in_shop(player, client_id, count)
        local shop = player.shop
        if not shop then
            return
        end
        local kind, sub_type = kind_of(client_id, count)
        if not kind or not offered(player, kind, sub_type) then
            return
        end
        local events, push = server.parts.events, server.userdata.push
        if tfs then
            events.meta("Player", "onLookInShop", player, kind, sub_type)
            return
        end
        events.meta("Player", "onLookInShop", player, kind, sub_type)
        events.callback("playerOnLookInShop", player, kind, sub_type)
        npcs.call(shop.npc, "onCheckItem", push(player), kind.id, sub_type)
    end
end
