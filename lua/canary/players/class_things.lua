--- Player: items and money.

local context = ...
local raw = context.raw
local max, min = raw.math.max, raw.math.min

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs, env = server.userdata, server.arguments, server.tfs, server.env
    local function of(fn)
        return bind.of("Player", fn)
    end

    -- An item's id, given as such or as a name.
    local function item_id(value)
        if raw.type(value) == "number" then
            return bind.u16(value, 2)
        end
        local found = server.parts.item_types.by_name(arguments.string(value))
        local id = raw.type(found) == "table" and found.id or found or 0
        return id ~= 0 and id or nil
    end
    players.item_id = item_id

    local function make_and_give(player, id, stack, drop, slot, tier)
        local items = server.parts.items
        local item = items.create(id, stack)
        if not item then
            return nil
        end
        if tier > 0 then
            items.set_attribute(item, "tier", tier)
        end
        local problem = items.give(player, item, drop, slot)
        if problem ~= 0 then
            if not tfs then
                players.cancel(player, problem)
            end
            return nil
        end
        return item
    end

    local function add_item(self, ...)
        local player = userdata.get(self, "Player")
        if not player then
            return false
        end
        local value, _, _, _, _, tier = ...
        local id = item_id(value)
        if not id then
            return nil
        end
        local count = arguments.given(arguments.i32, 1, 2, ...)
        local sub_type = arguments.given(arguments.i32, 1, 4, ...)
        local kind = server.parts.item_types.of(id)
        local many = max(1, count)
        if raw.select("#", ...) < (tfs and 4 or 3) then
            many, sub_type = server.parts.item_types.pieces(kind, count)
        end
        if many == 0 then
            return nil
        elseif many < 0 then
            return arguments.last(...)
        end
        local list = many > 1 and {} or nil
        local drop = arguments.flag(true, 3, ...)
        local slot = arguments.given(arguments.enum8, env.CONST_SLOT_WHEREEVER or 0, 5, ...)
        for at = 1, many do
            local stack = sub_type
            if kind.stackable then
                stack = min(stack, kind.stack_size)
                sub_type = sub_type - stack
            end
            local item = make_and_give(player, id, stack, drop, slot, arguments.u8(tier))
            if not item then
                return list
            elseif not list then
                return userdata.push(item)
            end
            list[at] = userdata.push(item)
        end
        return list
    end

    local function add_item_ex(self, ...)
        local value, drop, _, flags = ...
        local item = userdata.get(value, "Item")
        if not item then
            server:report("Item not found")
            return false
        end
        local player = userdata.get(self, "Player")
        if not player then
            return nil
        end
        local items = server.parts.items
        if item.parent then
            server:report("Item already has a parent")
            return false
        end
        if arguments.boolean(drop, false) then
            return items.give(player, item, true, arguments.given(arguments.enum8, 0, 3, ...))
        end
        return (items.add(player, item, arguments.given(arguments.i32, -1, 3, ...), bind.u32(flags, 5, 0)))
    end

    local function counted(fn)
        return of(function(player, value, ...)
            local id = item_id(value)
            if not id then
                return nil
            end
            return fn(player, id, ...)
        end)
    end

    local function text_dialog(player, ...)
        local what, given_text, can_write = ...
        local items = server.parts.items
        local longest = arguments.given(arguments.i32, -1, 4, ...)
        local item
        if raw.type(what) == "number" then
            item = items.create(bind.u16(what, 2), 0)
        elseif raw.type(what) == "string" then
            item = items.create(item_id(what) or 0, 0)
        elseif raw.type(what) == "userdata" then
            local record = userdata.record(what)
            if not record or record.class_name ~= "Item" then
                return false
            end
            item = record
        end
        if not item then
            server:report("Item not found")
            return false
        end
        if longest < 0 then
            longest = item.type.max_text_length or 0
        end
        local text = raw.select("#", ...) >= 2 and arguments.string(given_text) or ""
        if text ~= "" then
            items.set_attribute(item, "text", text)
            longest = max(#text, longest)
        end
        players.use_text(player, item, arguments.boolean(can_write, false), longest)
        return not tfs or player.window_id
    end

    local function missing_money()
        if tfs then
            return nil
        end
        return nil, nil, nil
    end

    userdata.methods("Player", {
        addItem = add_item,
        addItemEx = add_item_ex,
        getItemCount = counted(function(player, id, ...)
            return server.parts.items.player_count(player, id, arguments.given(arguments.i32, -1, 1, ...))
        end),
        getItemById = counted(function(player, id, ...)
            local found = server.parts.items.find(player, id, arguments.boolean((...)),
                arguments.given(arguments.i32, -1, 2, ...))
            return userdata.push(found)
        end),
        removeItem = counted(function(player, id, ...)
            return server.parts.items.player_take(player, id, bind.u32((...), 3),
                arguments.given(arguments.i32, -1, 2, ...), arguments.flag(false, 3, ...))
        end),
        getMoney = of(function(player)
            return server.parts.items.money(player)
        end),
        addMoney = function(self, money, flags)
            local amount = bind.u64(money, 2)
            local player = userdata.get(self, "Player")
            if not player then
                return missing_money()
            end
            local added, result = server.parts.items.add_money(player, amount, bind.u32(flags, 3, 0))
            if tfs then
                return true
            end
            return added == amount, added, result
        end,
        removeMoney = of(function(player, ...)
            local money, flags = ...
            return players.remove_money(player, bind.u64(money, 2), tfs and 0 or arguments.i32(flags),
                arguments.flag(true, 3, ...))
        end),
        showTextDialog = of(text_dialog),
        getSlotItem = of(function(player, slot)
            return userdata.push(player.inventory[bind.u32(slot, 2)])
        end),
        getContainerId = of(function(player, value)
            local container = userdata.get(value, "Container")
            return container and players.container_id(player, container) or nil
        end),
        getContainerById = of(function(player, id)
            return userdata.push((players.open_container(player, arguments.u8(id))))
        end),
        getContainerIndex = of(function(player, id)
            local _, first = players.open_container(player, arguments.u8(id))
            return first
        end),
        getDepotChest = of(function(player, depot, create)
            local chest = players.depot_chest(player, bind.u32(depot, 2), arguments.boolean(create, false))
            if not chest then
                return false
            end
            player.last_depot = arguments.number(depot)
            return userdata.push(chest)
        end),
        getInbox = of(function(player)
            return userdata.push(players.inbox(player)) or false
        end),
        getStoreInbox = of(function(player)
            return userdata.push(players.store_inbox(player)) or (not tfs and false or nil)
        end),
    })
end
