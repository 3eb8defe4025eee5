--- What a player does to things, creatures and containers (g_game).

local context = ...
local raw = context.raw

-- What a creature is called where a thing's number is asked for.
local CREATURE_ID = 99
local IN_INVENTORY = { x = 65535, y = 0, z = 0 }

return function(engine, game)
    local state, thing, position = game.state, game.thing, game.position

    local function free_container_id()
        local id = 0
        while game.containers[id] do
            id = id + 1
        end
        return id
    end

    -- As the server has it: an item without a place is one that the player carries.
    local function place_of(record)
        local pos = thing.position(record)
        return position.valid(pos) and pos or IN_INVENTORY
    end

    local function number_of(record)
        return record.sort == "creature" and CREATURE_ID or thing.id(record)
    end

    local function told(event, ...)
        if not engine.edubart then
            engine:emit_global("g_game", event, ...)
        end
    end

    local function use_on(pos, id, stack_pos, target)
        if target.sort == "creature" then
            game.send("UseOnCreature", pos, id, stack_pos, target.id)
        else
            local to = thing.position(target)
            game.send("UseItemWith", pos, id, stack_pos, to, thing.id(target), thing.stack_pos(target))
        end
        told("onUseWith", game.give_position(pos), id, target.object, stack_pos)
    end

    local function move(record, to, count)
        count = count <= 0 and 1 or count
        if game.can_act() and record and not position.same(thing.position(record), to) then
            local from = thing.position(record)
            game.send("Move", from, number_of(record), thing.stack_pos(record), to, count)
        end
    end

    -- A packet that names one thing by place, number and stack position.
    local function pointing(packet)
        return function(record)
            if game.can_act() and record then
                game.send(packet, thing.position(record), thing.id(record), thing.stack_pos(record))
            end
        end
    end

    -- A packet that names one container.
    local function on_container(packet)
        return function(container)
            if game.can_act() and container then
                game.send(packet, container.id)
            end
        end
    end

    local function equip(id, count, tier, classified)
        if game.features.GameThingUpgradeClassification and classified then
            game.send("EquipItemWithTier", id, tier)
        else
            game.send(engine.edubart and "EquipItem" or "EquipItemWithCountOrSubType", id, count)
        end
    end

    engine:singleton("g_game", {
        look = function(record, in_battle_list)
            if not game.can_act() or not record then
                return
            elseif record.sort == "creature" and in_battle_list and state.protocol_version >= 961 then
                game.send("LookCreature", record.id)
            else
                local id = engine.edubart and thing.id(record) or number_of(record)
                game.send("Look", thing.position(record), id, thing.stack_pos(record))
            end
        end,
        move = move,
        moveToParentContainer = function(record, count)
            if game.can_act() and record and count > 0 then
                local pos = thing.position(record)
                move(record, { x = pos.x, y = pos.y, z = 254 }, count)
            end
        end,
        rotate = pointing("RotateItem"),
        wrap = pointing("OnWrapItem"),
        use = function(record)
            if game.can_act() and record then
                local pos, id, stack_pos = place_of(record), thing.id(record), thing.stack_pos(record)
                game.send("UseItem", pos, id, stack_pos, free_container_id())
                told("onUse", game.give_position(pos), id, stack_pos, 0)
            end
        end,
        useInventoryItem = function(id)
            if game.can_act() and game.things.valid(id, 0) then
                game.send("UseItem", IN_INVENTORY, id, 0, 0)
                told("onUse", game.give_position(IN_INVENTORY), id, 0, 0)
            end
        end,
        useWith = function(item, target)
            if game.can_act() and item and target then
                use_on(place_of(item), item.client_id, thing.stack_pos(item), target)
            end
        end,
        useInventoryItemWith = function(id, target)
            if game.can_act() and target then
                use_on(IN_INVENTORY, id, 0, target)
            end
        end,
        findItemInContainers = function(id, sub_type, tier)
            for _, index in raw.ipairs(game.container.ids()) do
                local found = game.container.find(game.containers[index], id, sub_type, tier)
                if found then
                    return found
                end
            end
        end,
        open = function(item, previous)
            if not game.can_act() or not item then
                return -1
            end
            local id = previous and previous.id or free_container_id()
            game.send("UseItem", thing.position(item), item.client_id, thing.stack_pos(item), id)
            return id
        end,
        openParent = on_container("UpContainer"),
        close = on_container("CloseContainer"),
        refreshContainer = on_container("RefreshContainer"),
        inspectNpcTrade = function(item)
            if game.can_act() and item then
                game.send("InspectNpcTrade", item.client_id, game.item.count(item))
            end
        end,
        buyItem = function(item, amount, ignore_capacity, with_backpack)
            if game.can_act() and item then
                local count = game.item.count_or_sub_type(item)
                game.send("BuyItem", item.client_id, count, amount, ignore_capacity, with_backpack)
            end
        end,
        sellItem = function(item, amount, ignore_equipped)
            if game.can_act() and item then
                game.send("SellItem", item.client_id, game.item.sub_type(item), amount, ignore_equipped)
            end
        end,
        requestTrade = function(item, creature)
            if game.can_act() and item and creature then
                game.send("RequestTrade", thing.position(item), item.client_id, thing.stack_pos(item), creature.id)
            end
        end,
        requestItemInfo = function(item, index)
            if game.can_act() and item then
                game.send("RequestItemInfo", item.client_id, game.item.sub_type(item), index)
            end
        end,
        equipItem = function(item)
            if game.can_act() and item then
                local classified = thing.figure(item, "classification") > 0
                equip(item.client_id, game.item.count_or_sub_type(item), item.tier, classified)
            end
        end,
        equipItemId = function(id, tier)
            if game.can_act() then
                equip(id, tier, tier, game.things.get(id, 0).classification > 0)
            end
        end,
        sendQuickLoot = function(variant, item)
            if game.can_act() then
                local placed = item and position.valid(thing.position(item))
                local pos = placed and thing.position(item) or { x = 0, y = 0, z = 0 }
                game.send("QuickLoot", variant, pos, item and item.client_id or 0, item and thing.stack_pos(item) or 0)
            end
        end,
    })
end
