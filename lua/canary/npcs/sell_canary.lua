--- npc:sellItem of Canary: gives what was bought, in shopping bags where wanted, and takes the money.

local context = ...
local raw = context.raw
local ceil, floor, min = raw.math.ceil, raw.math.floor, raw.math.min

local BAG_PRICE, BAG_SLOTS, TILE_LIMIT = 20, 20, 30

---@param server table
---@param npcs table
---@param bind table
return function(server, npcs, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env

    local function make(kind, count, sub_type, action_id)
        local items = server.parts.items
        local item = items.create(kind.id, kind.stackable and count or sub_type)
        if item and action_id ~= 0 then
            items.set_attribute(item, "actionid", action_id)
        end
        return item
    end

    --- Gives so many of a kind; how many were taken, and how many bags it took.
    local function hand_over(player, kind, amount, sub_type, action_id, drop, bag_id)
        local items = server.parts.items
        local given, bags, bag = 0, 0, nil
        while given < amount do
            local count = kind.stackable and min(kind.stack_size or 100, amount - given) or 1
            local item = make(kind, count, sub_type, action_id)
            if not item then
                break
            end
            if bag_id ~= 0 then
                if not bag or #bag.items >= bag.capacity then
                    bag = items.create(bag_id, 1)
                    if not bag or items.give(player, bag, drop, 0) ~= 0 then
                        break
                    end
                    bags = bags + 1
                end
                items.container_append(bag, item)
            elseif items.give(player, item, drop, 0) ~= 0 then
                break
            end
            given = given + count
        end
        return given, bags
    end

    local function plural(count, word)
        return count .. " " .. word .. (count > 1 and "s" or "")
    end

    local function receipt(npc, kind, count, cost, bags, bags_cost)
        if npc.currency == (env.ITEM_GOLD_COIN or 3031) then
            local total = cost + bags_cost
            if bags > 0 then
                return "Bought " .. count .. "x " .. kind.name .. " and " .. plural(bags, "shopping bag") .. " for "
                    .. plural(total, "gold coin") .. "."
            end
            return "Bought " .. count .. "x " .. kind.name .. " for " .. plural(cost, "gold coin") .. "."
        end
        local currency = server.parts.item_types.get(npc.currency)
        local paid = plural(cost, currency and currency.name or "")
        local text = "Bought " .. count .. "x " .. kind.name .. " for " .. paid
        if bags > 0 then
            text = text .. " and " .. bags .. "x shopping bag" .. (bags > 1 and "s" or "") .. " for "
                .. plural(bags_cost, "gold coin")
        end
        return text .. "."
    end

    local function pays(npc, player, cost, bags_cost)
        local players = server.parts.players
        if npc.currency == (env.ITEM_GOLD_COIN or 3031) then
            return players.remove_money(player, cost + bags_cost, 0, true)
        end
        return players.remove_money(player, bags_cost, 0, true)
            and server.parts.items.player_take(player, npc.currency, cost, -1, false)
    end

    local function sell(npc, who, id, amount, sub_type, action_id, drop, in_backpacks)
        local player = bind.player(who)
        if not player then
            server:report("Player not found")
            return false
        end
        local kind = server.parts.item_types.get(arguments.u16(id))
        if not kind or kind.id == 0 then
            return false
        end
        amount = floor(arguments.number(amount))
        drop, in_backpacks = arguments.boolean(drop, false), arguments.boolean(in_backpacks, false)
        if drop and player.tile then
            local stacks = kind.stackable and ceil(amount / (kind.stack_size or 100)) or amount
            local slots = in_backpacks and ceil(stacks / BAG_SLOTS) or stacks
            local free = env.Player.getFreeBackpackSlots(userdata.push(player))
            if #(player.tile.items or {}) + slots - free > TILE_LIMIT then
                server.parts.players.cancel(player, env.RETURNVALUE_NOTENOUGHROOM)
                return false
            end
        end
        local each = 0
        for _, item in raw.ipairs(npcs.goods(npc, player)) do
            if item.id == kind.id and item.buy ~= 0 then
                each = item.buy
                break
            end
        end
        local bag = in_backpacks and (env.ITEM_SHOPPING_BAG or 21411) or 0
        local given, bags = hand_over(player, kind, amount, arguments.u16(sub_type, 1), arguments.u16(action_id, 0),
            drop, bag)
        local cost, bags_cost = given * each, bags * BAG_PRICE
        local text = ""
        if pays(npc, player, cost, bags_cost) then
            text = receipt(npc, kind, given, cost, bags, bags_cost)
        else
            server:log("error", "[NpcFunctions::luaNpcSellItem (removeMoney)] - Player " .. player.name
                .. " have a problem for buy item " .. kind.id .. " on shop for npc " .. npc.name)
        end
        server.parts.players.text(player, env.MESSAGE_TRADE, text)
        return true
    end

    userdata.methods("Npc", { sellItem = bind.strict("Npc", "Npc not found", sell, false) })
end
