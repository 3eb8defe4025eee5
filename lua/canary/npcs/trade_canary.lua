--- What Canary's npcs do when a player buys or sells: the server checks, takes and pays, then tells the script.

local context = ...
local raw = context.raw
local ceil, min = raw.math.ceil, raw.math.min

local BAG_PRICE, BAG_SLOTS, TILE_LIMIT = 20, 20, 30

---@param server table
---@param npcs table
return function(server, npcs)
    local env, push = server.env, server.userdata.push

    local function price(npc, player, id, key)
        local found = 0
        for _, item in raw.ipairs(npcs.goods(npc, player)) do
            if item.id == id and item[key] ~= 0 then
                found = item[key]
            end
        end
        return found
    end

    local function bags_cost(kind, amount, in_backpacks)
        if not in_backpacks then
            return 0
        end
        local stacks = kind.stackable and ceil(amount / (kind.stack_size or 100)) or amount
        return ceil(stacks / BAG_SLOTS) * BAG_PRICE
    end

    local function has_funds(npc, player, cost, bags)
        local items = server.parts.items
        if npc.currency == (env.ITEM_GOLD_COIN or 3031) then
            return items.money(player) + player.bank >= cost + bags
        end
        return items.player_count(player, npc.currency) >= cost and items.money(player) + player.bank >= bags
    end

    local function free_slots(player)
        local method = server.env.Player.getFreeBackpackSlots
        return method(push(player))
    end

    local function too_much_on_tile(player, kind, amount, in_backpacks, ignores)
        if not ignores or not player.tile then
            return false
        end
        local needed = kind.stackable and ceil(amount / (kind.stack_size or 100)) or amount
        if in_backpacks then
            needed = ceil(needed / BAG_SLOTS)
        end
        local lying = #(player.tile.items or {})
        return lying + needed - free_slots(player) > TILE_LIMIT
    end

    --- A player buys from an npc.
    function npcs.player_buys(npc, player, kind, sub_type, amount, ignores, in_backpacks)
        local backpack = player.inventory[env.CONST_SLOT_BACKPACK or 3]
        if not ignores and (free_slots(player) == 0 and (backpack or not kind.is_container)) then
            server.parts.players.cancel(player, env.RETURNVALUE_NOTENOUGHROOM)
            return
        end
        if too_much_on_tile(player, kind, amount, in_backpacks, ignores) then
            server.parts.players.cancel(player, env.RETURNVALUE_NOTENOUGHROOM)
            return
        end
        local cost = price(npc, player, kind.id, "buy") * amount
        if not has_funds(npc, player, cost, bags_cost(kind, amount, in_backpacks)) then
            return
        end
        npcs.call(npc, "onBuyItem", push(player), kind.id, sub_type, amount, ignores == true, in_backpacks == true,
            cost)
    end

    local function sellable(player, id, ignores_equipped)
        local found = {}
        for _, item in raw.ipairs(server.parts.items.player_items(player)) do
            local worn = item.parent == player
            local changed = (server.parts.items.number(item, "tier") or 0) ~= 0
            if item.id == id and not (ignores_equipped and worn) and not changed then
                found[#found + 1] = item
            end
        end
        return found
    end

    --- A player sells to an npc.
    function npcs.player_sells(npc, player, kind, sub_type, amount, ignores_equipped)
        local each = price(npc, player, kind.id, "sell")
        if each == 0 then
            return
        end
        local items = server.parts.items
        local sold = 0
        for _, item in raw.ipairs(sellable(player, kind.id, ignores_equipped)) do
            local take = min(amount - sold, item.count or 1)
            if take <= 0 then
                break
            end
            if items.remove(item, take) == 0 then
                sold = sold + take
            end
        end
        if sold == 0 then
            server.parts.players.text(player, env.MESSAGE_EVENT_ADVANCE, "You have no items to sell.")
            return
        end
        local total = each * sold
        if npc.currency == (env.ITEM_GOLD_COIN or 3031) then
            if server.parts.config.boolean("AUTOBANK") then
                player.bank = player.bank + total
            else
                items.add_money(player, total, 0)
            end
        else
            server.env.Player.addItem(push(player), npc.currency, total)
        end
        npcs.call(npc, "onSellItem", push(player), kind.id, sub_type, sold, ignores_equipped == true, kind.name, total)
    end
end
