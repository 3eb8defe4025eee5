--- Nodes of OTML as scripts see them: tables of strings, numbers, booleans and tables.

local context = ...
local raw = context.raw
local node = context.use("otclient/otml_node")
local casts = context.use("otclient/otml_casts")
local next, sort, tostring, type = raw.next, raw.table.sort, raw.tostring, raw.type

local function plain(value)
    local result = casts.bool(value)
    if result == nil then
        result = casts.long(value)
        if result == nil then
            result = casts.double(value)
            if result == nil then
                result = value
            end
        end
    end
    return result
end

local function less(a, b)
    return a < b
end

-- Keys in an order that does not depend on where tables lie: those of a list, then numbers, then strings.
local function keys_of(list)
    local numbers, strings, others = {}, {}, {}
    for key in next, list do
        local kind = type(key)
        if kind == "number" then
            numbers[#numbers + 1] = key
        elseif kind == "string" then
            strings[#strings + 1] = key
        else
            others[#others + 1] = key
        end
    end
    sort(numbers, less)
    sort(strings, less)
    for _, from in raw.ipairs({ strings, others }) do
        for index = 1, #from do
            numbers[#numbers + 1] = from[index]
        end
    end
    return numbers
end

return function(engine)
    local convert = engine.convert
    -- Of one engine the first item of a list is at 2.
    local first = engine.edubart and 1 or 2

    local function value_of(self)
        if self.value then
            return plain(self.value)
        elseif not node.has_children(self) then
            return nil
        end
        local result, at, any = {}, first, false
        for index = 1, #self do
            local child = self[index]
            local value
            if not child.null then
                value = value_of(child)
            end
            if value ~= nil then
                any = true
                if child.unique then
                    result[child.tag] = value
                else
                    result[at] = value
                    at = at + 1
                end
            end
        end
        return any and result or nil
    end

    --- A node as scripts get it.
    ---@param self table|nil
    ---@return table|nil
    local function to_lua(self)
        if not self then
            return nil
        end
        local result, at = {}, first
        for index = 1, #self do
            local child = self[index]
            if not child.null then
                local value = value_of(child)
                if child.unique and child.tag ~= "" then
                    result[child.tag] = value
                else
                    result[at] = value
                    at = at + 1
                end
            end
        end
        return result
    end

    local function text_of(value)
        local kind = type(value)
        if kind == "string" then
            return value
        elseif kind == "number" or kind == "boolean" then
            return tostring(value)
        end
        return ""
    end

    local function from_table(list)
        local self = node.new("", nil, true)
        for _, key in raw.ipairs(keys_of(list)) do
            local value = list[key]
            -- A number counts as a string here, so items of a list become nodes named "1", "2", …
            local name = (type(key) == "string" or type(key) == "number") and tostring(key) or ""
            if type(value) == "table" then
                local child = from_table(value)
                if name == "" then
                    child.unique = false
                else
                    child.tag = name
                end
                node.add(self, child)
            elseif name == "" then
                node.write_in(self, text_of(value))
            else
                node.write_at(self, name, text_of(value))
            end
        end
        return self
    end

    --- What scripts give, as a node; anything but a table is refused.
    ---@param value any
    ---@return table
    local function from_lua(value)
        if type(value) ~= "table" then
            convert.refuse(value, convert.pointer .. "OTMLNode>")
        end
        return from_table(value)
    end

    convert.take.OTMLNode = from_lua
    convert.give.OTMLNode = to_lua
    return to_lua, from_lua
end
