--- The class Item: what it is, where it is, changing and moving it.

local context = ...
local raw = context.raw
local min, type = raw.math.min, raw.type

local DATA_ITEM = 1
local MOVE_FLAGS = 1 + 2 + 4 + 64

return function(server, items)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local item_types = server.parts.item_types
    local methods = {}

    userdata.class("Item", nil, function(_, uid)
        return userdata.push(items.by_uid(arguments.u32(uid)))
    end, DATA_ITEM)
    userdata.metamethod("Item", "__eq")

    local function item_of(object)
        return userdata.get(object, "Item")
    end
    items.of_script = item_of

    --- Methods that give what a function tells of the item; nil without an item.
    local function getters(list)
        for name, get in raw.pairs(list) do
            methods[name] = function(object)
                local item = item_of(object)
                if item then
                    return get(item)
                end
                return nil
            end
        end
    end

    getters({
        getId = function(item)
            return item.id
        end,
        getUniqueId = function(item)
            local own = items.number(item, "uniqueid") % 65536
            return own ~= 0 and own or items.uid(item)
        end,
        getActionId = function(item)
            return items.number(item, "actionid") % 65536
        end,
        getCount = function(item)
            return item.count
        end,
        getCharges = function(item)
            return items.number(item, "charges") % 65536
        end,
        getFluidType = function(item)
            return items.number(item, "fluidtype") % 65536
        end,
        getWeight = items.weight,
        getSubType = items.sub_type,
        getName = items.name,
        getPluralName = items.plural,
        getArticle = items.article,
        getPosition = function(item)
            local x, y, z = items.position(item)
            return server.parts.map.push_position(x, y, z)
        end,
        getTile = function(item)
            return userdata.push(items.tile(item))
        end,
        getParent = function(item)
            if item.virtual then
                return true
            end
            return userdata.push(items.parent_of(item))
        end,
        getTopParent = function(item)
            local top = items.top_parent(item)
            if not top and item.virtual then
                return true
            end
            return userdata.push(top)
        end,
    })

    function methods.isItem(object)
        return item_of(object) ~= nil
    end

    function methods.setActionId(object, id)
        local action = arguments.u16(id)
        local item = item_of(object)
        if not item then
            return nil
        end
        -- TFS keeps the lowest numbers for itself.
        items.set_attribute(item, "actionid", tfs and action < 100 and 100 or action)
        return true
    end

    function methods.clone(object)
        local item = item_of(object)
        local copy = item and items.clone(item)
        if not copy then
            return nil
        end
        copy.virtual = not tfs or nil
        return userdata.push(copy)
    end

    -- What a script holds for an item that became another one is that other one now.
    local function rebind(object, item, new)
        if new ~= item then
            userdata.rebind(object, new)
        end
    end

    function methods.split(object, ...)
        local item = item_of(object)
        if not item or not item.type.stackable or (not tfs and items.is_removed(item)) then
            return nil
        end
        local part = min(arguments.given(arguments.u16, 1, 1, ...), item.count)
        local copy = items.clone(item)
        if not copy then
            return nil
        end
        copy.count = part
        items.uid(item)
        local new = items.transform(item, item.id, item.count - part)
        items.pass_uid(item, new)
        rebind(object, item, new)
        copy.virtual = not tfs or nil
        return userdata.push(copy)
    end

    function methods.remove(object, ...)
        local item = item_of(object)
        if not item then
            return nil
        end
        return items.remove(item, arguments.given(arguments.i32, -1, 1, ...)) == 0
    end

    -- Where a script wants an item: the record; nil for nowhere.
    local function target_of(value)
        if type(value) == "userdata" then
            local record = userdata.record(value)
            local class = record and record.class_name
            if class == "Container" or class == "Player" or class == "Tile" then
                return record
            end
            return nil
        end
        local x, y, z = server.parts.map.take_position(value)
        return server.parts.map.tile(x, y, z)
    end

    function methods.moveTo(object, to, ...)
        local item = item_of(object)
        if not item or (not tfs and items.is_removed(item)) then
            return nil
        end
        local target = target_of(to)
        if not target then
            return nil
        elseif item.parent == target then
            return true
        end
        local flags = arguments.given(arguments.u32, MOVE_FLAGS, 1, ...)
        if not item.parent then
            return items.add(target, item, -1, flags) == 0
        end
        local ret, moved = items.move(item, target, item.count, flags)
        if moved then
            rebind(object, item, moved)
        end
        return ret == 0
    end

    function methods.transform(object, id, ...)
        local item = item_of(object)
        if not item then
            return nil
        end
        local kind_id, unknown = item_types.id_from(id)
        if unknown then
            return nil
        end
        local sub_type = arguments.given(arguments.i32, -1, 1, ...)
        if item.id == kind_id and (sub_type == -1 or sub_type == items.sub_type(item)) then
            return true
        end
        local kind = item_types.of(kind_id)
        if kind.stackable then
            sub_type = min(sub_type, tfs and 100 or kind.stack_size)
        end
        items.uid(item)
        local new = items.transform(item, kind_id, sub_type)
        items.pass_uid(item, new)
        rebind(object, item, new)
        return true
    end

    function methods.decay(object, id)
        local item = item_of(object)
        if not item then
            return nil
        end
        if type(id) == "number" then
            if tfs then
                items.set_attribute(item, "decayto", arguments.i32(id))
            else
                -- All items of the kind decay so from now on.
                item.type.decay_to = arguments.i32(id)
            end
        end
        items.start_decay(item)
        return true
    end

    function methods.hasProperty(object, property)
        local item = item_of(object)
        if not item then
            return nil
        end
        return items.has_property(item, arguments.enum32(property))
    end

    if tfs then
        getters({
            hasParent = function(item)
                return item.parent ~= nil
            end,
            getWorth = items.worth,
            getSpecialDescription = function(item)
                return items.text(item, "description")
            end,
            isLoadedFromMap = function(item)
                return item.loaded_from_map == true
            end,
            isStoreItem = items.is_store_item,
        })
    end

    userdata.methods("Item", methods)
end
