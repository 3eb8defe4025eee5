--- Bound functions: the engine's own as scripts call them, with arguments and results cast.
---
--- As in the engine a missing argument is nil, one too many is dropped, and each is cast to its parameter's type;
--- a cast that fails raises the text that scripts know.

local context = ...
local raw = context.raw
local concat, format = raw.table.concat, raw.string.format
local getmetatable, type = raw.getmetatable, raw.type

local METHOD = [[
local fn, class, getmetatable, type, skipped, give%s = ...
return function(self%s)
    local record = type(self) == "userdata" and getmetatable(self)
    if not record or not record.kinds or not record.kinds[class] then
        return skipped(self)
    end
    %s
end]]

local FUNCTION = [[
local fn, class, getmetatable, type, skipped, give%s = ...
return function(%s)
    %s
end]]

-- Types of a signature are compiled once: `UIWidget` methods alone are 345, their signatures some 60.
local compiled = {}

--- Splits `string,map<int,string>` at the commas outside of brackets.
local function split(types)
    local list, depth, from = {}, 0, 1
    for at = 1, #types do
        local byte = raw.string.byte(types, at)
        if byte == 60 then
            depth = depth + 1
        elseif byte == 62 then
            depth = depth - 1
        elseif byte == 44 and depth == 0 then
            list[#list + 1] = raw.string.sub(types, from, at - 1)
            from = at + 1
        end
    end
    if from <= #types then
        list[#list + 1] = raw.string.sub(types, from)
    end
    return list
end

local function compile(parameters, result, gives, is_method)
    local key = (is_method and "m" or "f") .. (result == "" and "" or gives and "g" or "v") .. result .. ":"
    local kinds, takers = split(parameters), {}
    key = key .. #kinds .. (kinds[#kinds] == "..." and "+" or "")
    local names, values = {}, {}
    for index, kind in raw.ipairs(kinds) do
        if kind == "..." then
            names[index], values[index] = "...", "..."
        else
            names[index], takers[index] = "a" .. index, "t" .. index
            values[index] = format("t%d(a%d)", index, index)
        end
    end
    if not compiled[key] then
        local arguments = concat(values, ", ")
        if is_method then
            arguments = "record" .. (arguments == "" and "" or ", " .. arguments)
        end
        local call = "fn(" .. arguments .. ")"
        if result == "..." then
            call = "return " .. call
        elseif result ~= "" then
            call = gives and "return (give(" .. call .. "))" or "return (" .. call .. ")"
        end
        local upvalues = #takers > 0 and ", " .. concat(takers, ", ") or ""
        local parameters_text = concat(names, ", ")
        local source
        if is_method then
            source = format(METHOD, upvalues, parameters_text == "" and "" or ", " .. parameters_text, call)
        else
            source = format(FUNCTION, upvalues, parameters_text, call)
        end
        compiled[key] = raw.assert(raw.load(source, "=tibicen/otclient/bound", "t", {}))
    end
    return compiled[key], kinds
end

--- Makes the binder of one client.
---@param convert table see convert.lua
---@param warn fun(text: string) takes a warning for the log
return function(convert, warn)
    local bind = {}

    --- A function as scripts call it.
    ---@param signature string `string,int>UIWidget`: types of the parameters, then of the result
    ---@param fn function gets the record of `self` first when `class` is given, and cast arguments
    ---@param class string|nil for a method: the class that `self` must be of
    ---@return function
    function bind.wrap(signature, fn, class)
        local split_at = bind.border(signature)
        local parameters = raw.string.sub(signature, 1, split_at - 1)
        local result = raw.string.sub(signature, split_at + 1)
        local give = result ~= "" and result ~= "..." and convert.giver(result) or nil
        local shape = (result == "" or result == "...") and result or "v"
        local template, kinds = compile(parameters, shape, give, class)
        local takers = {}
        for index, kind in raw.ipairs(kinds) do
            if kind ~= "..." then
                takers[index] = convert.taker(kind)
            end
        end
        local function skipped(self)
            if self ~= nil and not (type(self) == "userdata" and getmetatable(self) and getmetatable(self).kinds) then
                convert.refuse(self, convert.pointer .. class .. ">")
            end
            if convert.no_object then
                convert.fail(convert.no_object)
            end
            warn("Lua warning: member function call skipped because the passed object is nil")
            if result ~= "" then
                return convert.zero(result)
            end
        end
        return template(fn, class, getmetatable, type, skipped, give, raw.unpack(takers))
    end

    --- Where the parameters of a signature end: the `>` outside of brackets.
    function bind.border(signature)
        local depth = 0
        for at = 1, #signature do
            local byte = raw.string.byte(signature, at)
            if byte == 60 then
                depth = depth + 1
            elseif byte == 62 then
                if depth == 0 then
                    return at
                end
                depth = depth - 1
            end
        end
        raw.error("lua/otclient: no signature: " .. signature, 0)
    end

    --- A function that takes what the signature says and does nothing: graphics and sound.
    ---@param signature string
    ---@param class string|nil
    function bind.ignore(signature, class)
        local result = raw.string.sub(signature, bind.border(signature) + 1)
        return bind.wrap(signature, function()
            if result ~= "" and result ~= "..." then
                return convert.zero(result)
            end
        end, class)
    end

    return bind
end
