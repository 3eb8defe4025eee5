--- The class Condition of scripts.

local context = ...
local raw = context.raw
local ceil, floor, type = raw.math.ceil, raw.math.floor, raw.type

return function(server, conditions)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local get, push = userdata.get, userdata.push
    local i32, number = arguments.i32, arguments.number

    -- Each integer type is read as C++ does; enums are numbers cut to 32 bits.
    local function given(value, default, cast)
        local kind = type(value)
        if kind == "number" or (kind == "string" and raw.tonumber(value)) then
            return cast(value)
        end
        return default
    end

    userdata.class("Condition", nil, function(_, ...)
        local kind, id, sub_id, persistent = ...
        -- What is behind the point is cut off, and what is too much for the enum's type.
        local which = number(kind)
        which = (which < 0 and ceil(which) or floor(which)) % (tfs and 2 ^ 32 or 256)
        if not tfs and which == 0 then
            server:report("Invalid condition type")
            -- Nothing is pushed: the last argument is what the caller finds.
            return arguments.last(userdata.classes.Condition, ...)
        end
        if not tfs then
            sub_id = given(sub_id, 0, arguments.u32)
            if raw.select("#", ...) < 4 then
                persistent = false
            end
        else
            sub_id, persistent = 0, false
        end
        local own_id = given(id, 0, arguments.i8)
        local condition = conditions.make(own_id, which, 0, 0, false, sub_id, persistent and true or false)
        return condition and push(condition) or nil
    end)
    userdata.metamethod("Condition", "__eq")

    local function delete(self)
        local condition = get(self, "Condition")
        if condition then
            userdata.drop(condition)
        end
    end
    userdata.metamethod("Condition", "__gc", delete)

    local function field(name)
        return function(self)
            local condition = get(self, "Condition")
            return condition and condition[name] or nil
        end
    end

    local function param_value(value)
        if type(value) == "boolean" then
            return value and 1 or 0
        end
        return i32(value)
    end

    local methods = {
        delete = not tfs and delete or nil,
        getId = field("id"),
        getSubId = field("sub_id"),
        getType = field("type"),
        getTicks = field("ticks"),
        getEndTime = field("end_time"),
        getIcons = function(self)
            local condition = get(self, "Condition")
            return condition and conditions.icons(condition) or nil
        end,
        clone = function(self)
            local condition = get(self, "Condition")
            return condition and push(conditions.clone(condition)) or nil
        end,
        setTicks = function(self, ticks)
            local condition = get(self, "Condition")
            if not condition then
                return nil
            end
            conditions.set_ticks(condition, i32(ticks))
            return true
        end,
        setParameter = function(self, key, value)
            local condition = get(self, "Condition")
            if not condition then
                return nil
            end
            conditions.set_param(condition, arguments.enum32(key), param_value(value))
            return true
        end,
        setFormula = function(self, min_a, min_b, max_a, max_b)
            local condition = get(self, "Condition")
            if not condition or condition.kind ~= conditions.kinds.speed then
                return nil
            end
            conditions.set_formula(condition, number(min_a), number(min_b), number(max_a), number(max_b))
            return true
        end,
        setOutfit = function(self, outfit, ...)
            local condition = get(self, "Condition")
            local made = conditions.world.take_outfit(outfit, ...)
            if not condition or condition.kind ~= conditions.kinds.outfit then
                return nil
            end
            condition.outfit = made
            return true
        end,
        addDamage = function(self, rounds, time, value)
            local condition = get(self, "Condition")
            if not condition or condition.kind ~= conditions.kinds.damage then
                return nil
            end
            return conditions.add_damage(condition, i32(rounds), i32(time), i32(value))
        end,
    }
    if tfs then
        function methods.getParameter(self, key)
            local condition = get(self, "Condition")
            if not condition then
                return nil
            end
            local value = condition.kind.get_param(condition, conditions.params[arguments.enum32(key)])
            return value
        end
    end
    userdata.methods("Condition", methods)
end
