--- Adding, removing and moving items, with the servers' checks, stacking and exchanges. Answers are RETURNVALUE_*.

local context = ...
local raw = context.raw
local bor = raw.bit.bor
local min = raw.math.min

local WHEREEVER = -1
local MAP_LAYERS, STACK = 16, 100
local REWARD_CONTAINER = 19202

return function(server, items)
    local tfs = server.tfs
    local enum = server.parts.enums.get
    local FLAG = items.FLAG
    local NOERROR, NOTPOSSIBLE = enum("RETURNVALUE_NOERROR"), enum("RETURNVALUE_NOTPOSSIBLE")
    local NEEDEXCHANGE, NOROOM = enum("RETURNVALUE_NEEDEXCHANGE"), enum("RETURNVALUE_NOTENOUGHROOM")
    local IMPOSSIBLE = enum("RETURNVALUE_THISISIMPOSSIBLE")

    -- An item that is no more: uids and decay are given up.
    local function gone(item)
        local unique = item.attributes and item.attributes.uniqueid
        if unique then
            items.forget_unique(unique, item)
        end
        items.stop_decay(item)
        item.virtual = nil
    end

    --- What becomes of an item that was taken off the map and put nowhere.
    items.release = gone

    local function notify_added(holder, item, from)
        local index = items.thing_index(holder, item)
        if index ~= -1 then
            items.post_add(holder, item, from, index)
        end
    end

    local add

    -- Fills up the stack that is there; what is left over is put elsewhere. Returns how many found no place.
    local function add_to_stack(origin, holder, index, item, there, most, flags)
        local amount = min(item.count, most)
        local taken = min(items.stack_size(there) - there.count, amount)
        items.update_thing(holder, there, there.id, there.count + taken)
        local rest = amount - taken
        if rest <= 0 then
            gone(item)
            notify_added(holder, there, nil)
            return 0
        elseif item.count == rest then
            items.add_thing(holder, index, item)
            notify_added(holder, item, nil)
            return 0
        end
        local remainder = items.clone(item)
        remainder.count = rest
        return add(origin, remainder, WHEREEVER, flags) == NOERROR and 0 or rest
    end

    --- Puts an item that nothing holds into a holder.
    ---@param holder table tile, container or player
    ---@param item table
    ---@param index number|nil place; anywhere unless given
    ---@param flags number|nil FLAG_*
    ---@param test boolean|nil only asks
    ---@return number result RETURNVALUE_*
    ---@return number remainder how many of a stack found no place
    function add(holder, item, index, flags, test)
        index, flags = index or WHEREEVER, flags or 0
        if not holder or not item then
            return NOTPOSSIBLE, 0
        end
        local where, place, there, changed = items.query_destination(holder, index, item, flags)
        flags = changed
        local ret = items.query_add(where, place, item, item.count, flags)
        if ret ~= NOERROR then
            return ret, 0
        end
        local most
        ret, most = items.query_max_count(holder, WHEREEVER, item, item.count, flags)
        if ret ~= NOERROR and (tfs or (holder.class_name == "Container" and holder.id ~= REWARD_CONTAINER)) then
            return ret, 0
        elseif test then
            return NOERROR, 0
        end
        local remainder = 0
        if item.type.stackable and there and items.equal(item, there) then
            remainder = add_to_stack(holder, where, place, item, there, most, flags)
        else
            items.add_thing(where, place, item)
            notify_added(where, item, nil)
        end
        if tfs and items.number(item, "duration") > 0 and not items.is_removed(item) then
            items.decay_begun(item)
        end
        return NOERROR, remainder
    end
    items.add = add

    --- Puts an item onto a tile, whatever is there.
    function items.add_to_tile(tile, item)
        return add(tile, item, WHEREEVER, FLAG.NOLIMIT)
    end

    --- Takes an item, or so many of a stack, out of the world.
    ---@param item table
    ---@param count number|nil all unless given, or with -1
    ---@param flags number|nil FLAG_*
    ---@param test boolean|nil only asks
    ---@param force boolean|nil whatever its holder says (Canary)
    ---@return number result RETURNVALUE_*
    function items.remove(item, count, flags, test, force)
        local holder = item.parent
        if not holder then
            return NOTPOSSIBLE
        end
        if not count or count == -1 then
            count = item.count
        end
        count = count % 4294967296
        local ret = items.query_remove(holder, item, count, bor(flags or 0, FLAG.IGNORENOTMOVABLE))
        if ret ~= NOERROR and not force then
            return ret
        elseif items.cannot_remove(item) and not force then
            return NOTPOSSIBLE
        elseif not tfs and not force and item.loaded_from_map and holder.class_name == "Tile"
            and items.can_decay(item) then
            items.stop_decay(item)
            return IMPOSSIBLE
        elseif test then
            return NOERROR
        end
        local index = items.thing_index(holder, item)
        items.remove_thing(holder, item, count)
        if items.is_removed(item) then
            gone(item)
        end
        items.post_remove(holder, item, nil, index)
        return NOERROR
    end

    --- Items that can't be taken away as long as they are used: beds that are slept in, doors of houses.
    function items.cannot_remove(item)
        return item.sleeper ~= nil
    end

    -- Follows what the destination of an item leads to: from a container to one in it, down a hole.
    local function destination(to, index, item, flags)
        local there, changed
        for _ = 1, MAP_LAYERS do
            local where
            where, index, there, changed = items.query_destination(to, index, item, flags)
            if where == to then
                return to, index, there, changed
            end
            to, flags = where, tfs and changed or 0
        end
        return to, index, there, flags
    end

    -- Makes room by giving the item that is in the way to where the other one comes from.
    local function exchange(from, to, index, item, there, count, flags, options)
        local ret = items.query_add(from, items.thing_index(from, item), there, there.count, 0)
        if ret ~= NOERROR then
            return ret, there
        end
        if tfs then
            local denied = items.move_denied(options, there, there.count, true)
            if denied then
                return denied, there
            end
        end
        local room, most = items.query_max_count(from, WHEREEVER, there, there.count, 0)
        if room ~= NOERROR and most == 0 then
            return room, there
        elseif items.query_remove(to, there, there.count, flags, options.actor) ~= NOERROR then
            return ret, there
        end
        local old_index = items.thing_index(to, there)
        items.remove_thing(to, there, there.count)
        items.add_thing(from, 0, there)
        if old_index ~= -1 then
            items.post_remove(to, there, from, old_index)
        end
        notify_added(from, there, to)
        return items.query_add(to, index, item, count, flags), nil
    end

    --- What the scripts of TFS say to a move that a player makes: nil when it may be.
    function items.move_denied(options, item, count, back)
        local ask = server.parts.events.move_item_code
        local actor = options.actor
        if not ask or not (options.from and options.to and actor and actor.class_name == "Player") then
            return nil
        end
        local from, to = options.from, options.to
        local source, target = options.source, options.target
        if back then
            from, to, source, target = to, from, target, source
        end
        local answer = ask(actor, item, count, from, to, source, target)
        if answer ~= NOERROR then
            return answer
        end
    end

    -- Whether an item is, or is in, what is offered in a trade.
    local function in_trade(holder, traded)
        while holder do
            if holder == traded then
                return true
            end
            holder = items.parent_of(holder)
        end
        return false
    end

    -- Takes the items over, as Canary does: first off, then to the stack there, the rest as a new item.
    local function carry_canary(from, to, index, item, there, amount)
        items.remove_thing(from, item, amount)
        if not item.type.stackable then
            items.add_thing(to, index, item)
            return item, nil
        end
        local merged, updated = 0, nil
        if there and items.equal(item, there) then
            merged = min(items.stack_size(there) - there.count, amount)
            items.update_thing(to, there, there.id, there.count + merged)
            updated = there
        end
        local moved
        if amount - merged > 0 then
            moved = items.clone(item)
            moved.count = amount - merged
        end
        if items.is_removed(item) then
            items.stop_decay(item)
        end
        if moved then
            items.add_thing(to, index, moved)
        end
        return moved, updated
    end

    -- As TFS does: a whole stack stays the same item.
    local function carry_tfs(from, to, index, item, there, amount)
        local moved, updated = item, nil
        if item.type.stackable then
            if there and items.equal(item, there) and amount ~= STACK then
                local merged = min(STACK - there.count, amount)
                if merged > 0 then
                    items.remove_thing(from, item, merged)
                    items.update_thing(to, there, there.id, there.count + merged)
                    updated = there
                    amount = amount - merged
                    if amount == 0 then
                        moved = nil
                    end
                end
            end
            -- A part of a stack is another item: what is left of the stack stays where it is.
            if moved and amount ~= item.count and amount > 0 then
                moved = items.clone(item)
                moved.count = amount
            end
        end
        if moved then
            items.remove_thing(from, item, amount)
            items.add_thing(to, index, moved)
        end
        return moved, updated
    end

    --- Moves an item, or so many of a stack, from a holder to another one.
    ---@param from table what holds it
    ---@param to table tile, container or player
    ---@param item table
    ---@param options table|nil index, count, flags, actor, trade_item; from and to: where the actor took and put it
    ---@return number result RETURNVALUE_*
    ---@return table|nil moved the item as it is now: another record when a stack was split
    function items.move_item(from, to, item, options)
        options = options or {}
        if not from or not to then
            return NOTPOSSIBLE, nil
        end
        local count, flags = options.count or item.count, options.flags or 0
        local actor, index = options.actor, options.index or WHEREEVER
        if tfs then
            options.source, options.target = from, to
            local denied = items.move_denied(options, item, count)
            if denied then
                return denied, nil
            end
        end
        local there
        to, index, there, flags = destination(to, index, item, flags)
        if item == there then
            return NOERROR, nil
        end
        local ret
        if not tfs then
            if item.type.stackable and count == 255 and items.parent_of(from) == to then
                count = item.count
            end
            ret = items.query_remove(from, item, 1, flags, actor)
            if ret ~= NOERROR then
                return ret, nil
            end
        end
        ret = items.query_add(to, index, item, count, flags, actor)
        if ret == NEEDEXCHANGE then
            ret, there = exchange(from, to, index, item, there, count, flags, options)
        end
        if ret ~= NOERROR then
            return ret, nil
        end
        local room, most = items.query_max_count(to, index, item, count, flags)
        if room ~= NOERROR and most == 0 then
            return room, nil
        end
        local amount = item.type.stackable and min(count, most) or most
        ret = items.query_remove(from, item, amount, flags, actor)
        if ret ~= NOERROR then
            return ret, nil
        elseif options.trade_item and in_trade(to, options.trade_item) then
            return NOROOM, nil
        end
        local old_index = items.thing_index(from, item)
        local moved, updated = (tfs and carry_tfs or carry_canary)(from, to, index, item, there, amount)
        if old_index ~= -1 then
            items.post_remove(from, item, to, old_index)
        end
        if moved then
            notify_added(to, moved, from)
            items.moved_on(moved)
        end
        if updated then
            notify_added(to, updated, from)
            items.moved_on(updated)
        end
        if item.type.stackable and most < count then
            return room, moved or item
        end
        local after = tfs and server.parts.events.player_item_moved
        if after and actor and actor.class_name == "Player" and options.from and options.to then
            after(actor, updated or moved or item, count, options.from, options.to, options.source, options.target)
        end
        return ret, moved or item
    end

    --- What goes on with an item that came somewhere: it decays on.
    function items.moved_on(item)
        if not tfs then
            items.start_decay(item)
        elseif items.number(item, "duration") > 0 and not items.is_removed(item) then
            items.decay_begun(item)
        end
    end

    --- Moves an item to a holder, from wherever it is.
    ---@param item table
    ---@param to table
    ---@param count number|nil
    ---@param flags number|nil
    ---@return number result
    ---@return table|nil moved
    function items.move(item, to, count, flags)
        return items.move_item(item.parent, to, item, { count = count, flags = flags })
    end

    --- Gives an item to a player; what he can't take falls to his feet when it may.
    ---@param player table
    ---@param item table
    ---@param drop boolean|nil
    ---@param slot number|nil
    ---@return number result
    function items.give(player, item, drop, slot)
        local ret, remainder = add(player, item, slot or 0)
        if remainder and remainder > 0 then
            add(player.tile, items.create(item.id, remainder), WHEREEVER, FLAG.NOLIMIT)
        end
        if ret ~= NOERROR and drop then
            ret = add(player.tile, item, WHEREEVER, FLAG.NOLIMIT)
        end
        return ret
    end
end
