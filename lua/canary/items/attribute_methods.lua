--- The methods of Item for attributes: those of the server, custom ones, and what TFS keeps beside them.

local context = ...
local raw = context.raw
local floor, format, type = raw.math.floor, raw.string.format, raw.type

return function(server, items)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local item_of = items.of_script
    local methods = {}

    function methods.hasAttribute(object, key)
        local item = item_of(object)
        if not item then
            return nil
        end
        return items.has_attribute(item, items.attribute_named(key))
    end

    function methods.getAttribute(object, key)
        local item = item_of(object)
        if not item then
            return nil
        end
        local name = items.attribute_named(key)
        local kind = items.attribute_kind(name)
        if kind == "number" then
            if name == "duration" then
                return items.duration(item)
            end
            return items.number(item, name)
        elseif kind == "text" then
            return items.text(item, name)
        end
        return nil
    end

    local function set_number_canary(item, name, value)
        if name == "decaystate" then
            local state = arguments.u8(value)
            if state == 0 or state == 3 then
                items.stop_decay(item)
            else
                items.start_decay(item)
            end
            return true
        elseif name == "duration" then
            items.set_decaying(item, 2)
            items.set_duration(item, arguments.i32(value))
            items.start_decay(item)
            return true
        elseif name == "duration_timestamp" then
            server:report('Attempt to set protected key "duration timestamp"')
            return false
        end
        items.set_attribute(item, name, arguments.i64(value))
        items.tell_change(item)
        return true
    end

    local function set_number_tfs(item, name, value)
        if name == "uniqueid" then
            server:report('Attempt to set protected key "uid"')
            return false
        end
        local number = arguments.i32(value)
        items.set_attribute(item, name, number)
        if name == "duration" and item.decay_start then
            items.stop_decay(item)
            items.set_attribute(item, name, number)
            items.decay_begun(item)
        end
        return true
    end

    function methods.setAttribute(object, key, value)
        local item = item_of(object)
        if not item then
            return nil
        end
        local name = items.attribute_named(key)
        local kind = items.attribute_kind(name)
        if kind == "number" then
            return (tfs and set_number_tfs or set_number_canary)(item, name, value)
        elseif kind == "text" then
            items.set_attribute(item, name, arguments.string(value))
            items.tell_change(item)
            return true
        end
        return nil
    end

    function methods.removeAttribute(object, key)
        local item = item_of(object)
        if not item then
            return nil
        end
        local name = items.attribute_named(key)
        if name == "uniqueid" then
            server:report('Attempt to erase protected key "uid"')
            return false
        elseif name == "duration_timestamp" then
            server:report('Attempt to erase protected key "duration timestamp"')
            return false
        end
        items.remove_attribute(item, name)
        return true
    end

    -- The name of a custom attribute; nil for what can't be one.
    local function custom_key(key)
        if type(key) == "number" then
            return format("%.0f", arguments.i64(key))
        elseif type(key) == "string" then
            return key
        end
    end

    function methods.getCustomAttribute(object, key)
        local item = item_of(object)
        local name = custom_key(key)
        if not item or not name then
            return nil
        end
        return items.custom(item, name)
    end

    function methods.setCustomAttribute(object, key, value)
        local item = item_of(object)
        local name = custom_key(key)
        local kind = type(value)
        if not item or not name or not (kind == "number" or kind == "string" or kind == "boolean") then
            return nil
        end
        if kind == "number" and floor(value) == value then
            value = arguments.i64(value)
        end
        items.set_custom(item, name, value)
        return true
    end

    function methods.removeCustomAttribute(object, key)
        local item = item_of(object)
        local name = custom_key(key)
        if not item or not name then
            return nil
        end
        return items.remove_custom(item, name)
    end

    if tfs then
        local function index_of(combat)
            local index = 0
            while combat > 1 do
                combat, index = combat / 2, index + 1
            end
            return index
        end

        -- Of the item itself, and with what its kind has.
        local function value_of(item, own, field, combat, total)
            local value = own or 0
            local abilities = item.type.abilities
            if total and abilities and abilities[field] then
                value = value + (abilities[field][index_of(combat)] or 0)
            end
            return value % 65536
        end

        function methods.setStoreItem(object, ...)
            local item = item_of(object)
            if not item then
                return nil
            end
            items.set_attribute(item, "storeitem", arguments.boolean((...), false) and 1 or 0)
            -- The server gives back what is uppermost: the last argument.
            return arguments.last(object, ...)
        end

        function methods.setReflect(object, combat, reflect)
            local item = item_of(object)
            if not item then
                return nil
            end
            local percent, chance = arguments.field(reflect, "percent"), arguments.field(reflect, "chance")
            item.reflects = item.reflects or {}
            item.reflects[arguments.enum16(combat)] = {
                percent = arguments.u16(percent),
                chance = arguments.u16(chance),
            }
            return true
        end

        function methods.getReflect(object, combat, total)
            local item = item_of(object)
            if not item then
                return nil
            end
            combat, total = arguments.enum16(combat), arguments.boolean(total, true)
            local own = item.reflects and item.reflects[combat] or {}
            return {
                percent = value_of(item, own.percent, "reflect_percent", combat, total),
                chance = value_of(item, own.chance, "reflect_chance", combat, total),
            }
        end

        function methods.setBoostPercent(object, combat, percent)
            local item = item_of(object)
            if not item then
                return nil
            end
            item.boosts = item.boosts or {}
            item.boosts[arguments.enum16(combat)] = arguments.u16(percent)
            return true
        end

        function methods.getBoostPercent(object, combat, total)
            local item = item_of(object)
            if not item then
                return nil
            end
            combat = arguments.enum16(combat)
            local own = item.boosts and item.boosts[combat]
            return value_of(item, own, "boost", combat, arguments.boolean(total, true))
        end
    end

    userdata.methods("Item", methods)
end
