--- Making an item another one, in its place.

return function(server, items)
    local tfs = server.tfs
    local item_types = server.parts.item_types
    local ANY = -1

    local function is_on_top(kind)
        if tfs then
            return kind.always_on_top == true
        end
        return kind.always_on_top_order ~= 0
    end

    -- From what is laid down to what lies on top, or back: it changes its place in the tile's order.
    local function replace_on_tile(holder, item, index, id, count)
        items.remove_thing(holder, item, item.count)
        items.post_remove(holder, item, holder, index)
        items.set_id(item, id)
        if count ~= ANY then
            items.set_sub_type(item, count)
        end
        items.add_thing(holder, 0, item)
        local now = item.parent
        if not now then
            items.stop_decay(item)
            return nil
        end
        items.post_add(now, item, holder, items.thing_index(now, item))
        if not tfs then
            items.start_decay(item)
        end
        return item
    end

    -- Another item takes its place.
    local function replace(holder, item, index, id, count)
        local new
        if tfs then
            new = items.create(id, count == ANY and 0 or count)
        else
            new = items.create(id, count == 0 and 1 or count % 65536)
        end
        if not new then
            return nil
        end
        if not tfs then
            local duration = items.duration(item)
            if duration > 0 then
                items.set_duration(new, duration)
            end
        end
        items.replace_thing(holder, index, new)
        items.post_add(holder, new, holder, index)
        item.parent = nil
        items.post_remove(holder, item, holder, index)
        if tfs then
            items.release(item)
            if items.number(new, "duration") > 0 then
                items.decay_begun(new)
            end
        else
            items.stop_decay(item)
            items.start_decay(new)
        end
        return new
    end

    -- The last charge is used: the item decays, or is gone.
    local function used_up(holder, item, index, id)
        local kind = item.type
        local into = id
        if kind.id == id then
            into = tfs and items.decay_to(item) or kind.decay_to
        end
        if into < 0 or (tfs and into == 0) then
            items.remove(item)
            return nil
        elseif into ~= id then
            return replace(holder, item, index, into, 1)
        end
        return items.transform(item, into)
    end

    local function update(holder, item, index, kind, count)
        items.post_remove(holder, item, holder, index)
        local id, sub_type = item.id, items.sub_type(item)
        local state = items.number(item, "decaystate")
        if not tfs and state > 0 and items.duration(item) <= 1 and kind.decay_to ~= 0 then
            id = kind.decay_to % 65536
        elseif item.type.id ~= kind.id then
            if kind.group ~= item.type.group then
                items.set_default_sub_type(item)
            end
            id = kind.id
        end
        if count ~= ANY and item_types.has_sub_type(kind) then
            sub_type = count
        end
        items.update_thing(holder, item, id, sub_type)
        items.post_add(holder, item, holder, index)
        if not tfs then
            items.start_decay(item)
        end
        return item
    end

    --- Makes an item one of another kind, or changes its count. Its attributes stay when the kinds have one type.
    ---@param item table
    ---@param id number
    ---@param count number|nil count, charges or fluid; as it is unless given, or with -1
    ---@return table|nil item what is there now; nil when nothing is
    function items.transform(item, id, count)
        count = count or ANY
        if item.id == id and (count == ANY or (count == items.sub_type(item) and count ~= 0)) then
            return item
        end
        local holder = item.parent
        if not holder then
            return nil
        end
        local index = items.thing_index(holder, item)
        local kind = item_types.of(id)
        if index == -1 or items.cannot_remove(item) or kind.id == 0 then
            return item
        elseif is_on_top(item.type) ~= is_on_top(kind) then
            return replace_on_tile(holder, item, index, id, count)
        elseif item.type.type ~= kind.type then
            return replace(holder, item, index, id, count)
        elseif count == 0 and item.type.stackable then
            items.remove(item)
            return nil
        elseif count == 0 and items.has_attribute(item, "charges") then
            return used_up(holder, item, index, id)
        end
        return update(holder, item, index, kind, count)
    end
end
