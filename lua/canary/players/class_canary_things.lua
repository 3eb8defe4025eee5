--- Player: Canary's containers, stash and rewards.

local context = ...
local raw = context.raw
local sorted_keys = context.use("canary/sorted_keys")

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, env = server.userdata, server.arguments, server.env
    local of = players.binders.of

    local function container(player, slot)
        local item = player.inventory[slot]
        return item and item.items and item or nil
    end

    local function stash_id(value)
        local id = players.item_id(value)
        local kind = id and server.parts.item_types.get(id)
        return kind and kind.id ~= 0 and kind.id or nil
    end

    local function free_slots(held)
        local free = held.capacity - #held.items
        for _, item in raw.ipairs(held.items) do
            if item.items then
                free = free + free_slots(item)
            end
        end
        return free
    end

    userdata.methods("Player", {
        getBackpack = of(function(player)
            return userdata.push(container(player, env.CONST_SLOT_BACKPACK or 3))
        end),
        getLootPouch = of(function(player)
            local inbox = player.store_inbox_item
            for _, item in raw.ipairs(inbox and inbox.items or {}) do
                if item.id == (env.ITEM_GOLD_POUCH or 23721) then
                    return userdata.push(item)
                end
            end
            return nil
        end),
        getFreeBackpackSlots = of(function(player)
            local backpack = container(player, env.CONST_SLOT_BACKPACK or 3)
            return backpack and free_slots(backpack) or 0
        end),
        getDepotLocker = of(function(player, depot)
            local locker = players.depot_locker(player, arguments.u32(depot))
            locker.parent = player
            return userdata.push(locker)
        end),
        getStashCount = of(function(player)
            local count = 0
            for id, amount in raw.pairs(player.stash or {}) do
                local kind = server.parts.item_types.get(id)
                count = count + raw.math.ceil(amount / (kind and kind.stackable and kind.stack_size or 1))
            end
            return count
        end),
        getStashItemCount = of(function(player, value)
            local id = stash_id(value)
            if not id then
                return nil
            end
            return player.stash and player.stash[id] or 0
        end),
        addItemStash = of(function(player, id, count)
            player.stash = player.stash or {}
            id = arguments.u16(id)
            player.stash[id] = (player.stash[id] or 0) + arguments.u32(count, 1)
            return true
        end),
        removeStashItem = of(function(player, value, count)
            local id = stash_id(value)
            if not id then
                return nil
            end
            local has, wanted = player.stash and player.stash[id] or 0, arguments.u32(count)
            if has < wanted then
                return false
            end
            if has > 0 then
                player.stash[id] = has > wanted and has - wanted or nil
            end
            return true
        end),
        openStash = of(function(player, is_npc)
            players.tell(player, "stash", { npc = arguments.boolean(is_npc, false) })
            return true
        end),
        setSpecialContainersAvailable = of(function(player, stash, market, search)
            player.special_menus =
                { arguments.boolean(stash, false), arguments.boolean(market, false), arguments.boolean(search, false) }
            return true
        end),
        sendContainer = of(function(player, value)
            local held = userdata.get(value, "Container")
            if not held then
                return nil
            end
            players.refresh_container(player, held)
            return true
        end),
        sendUpdateContainer = of(function(player, ...)
            local value = (...)
            local held = userdata.get(value, "Container")
            if not held then
                server:report("Container is nullptr")
                return bind.passed(player, ...)
            end
            players.refresh_container(player, held)
            return true
        end),
        sendInventory = of(function(player)
            players.tell(player, "inventory", {})
            return true
        end),
        sendLootStats = of(function(player, value, count)
            local item = userdata.get(value, "Item")
            if not item or arguments.u8(count) == 0 then
                return nil
            end
            players.tell(player, "loot_stats", { id = item.id, count = arguments.u8(count), things = { item } })
            return true
        end),
        updateSupplyTracker = of(function(player, value)
            local item = userdata.get(value, "Item")
            if not item then
                return nil
            end
            players.tell(player, "supply_used", { id = item.id })
            return true
        end),
        updateKillTracker = of(function(player, creature, corpse)
            local killed, held = userdata.get(creature, "Creature"), userdata.get(corpse, "Container")
            if not killed or not held then
                return nil
            end
            local inside = {}
            for at = 1, #held.items do
                inside[at] = held.items[at]
            end
            players.tell(player, "kill", { name = killed.name, outfit = killed.outfit, things = inside })
            return true
        end),
        getReward = of(function(player, id, create)
            local rewards = player.rewards or {}
            player.rewards = rewards
            local key = arguments.u64(id)
            if not rewards[key] and arguments.boolean(create, false) then
                rewards[key] = server.parts.items.create(env.ITEM_REWARD_CONTAINER or 19202, 1)
            end
            return userdata.push(rewards[key]) or false
        end),
        removeReward = of(function(player, id)
            if player.rewards then
                player.rewards[arguments.u32(id)] = nil
            end
            return true
        end),
        getRewardList = of(function(player)
            return sorted_keys(player.rewards or {})
        end),
        setDailyReward = bind.setter("Player", "daily_reward", arguments.u8),
        openMarket = of(function(player)
            players.tell(player, "market", { depot = player.last_depot })
            return true
        end),
    })
end
