--- `expect(value).to_be(other)`: what tests in Lua say of a value. A failure shows both, and where.

local context = ...
local raw = context.raw
local format, find, concat, sort = raw.string.format, raw.string.find, raw.table.concat, raw.table.sort
local pairs, type, tostring = raw.pairs, raw.type, raw.tostring

local DEEPEST = 6

--- Makes `expect`.
---@param name_of function what to show of an object of the realm; nil for what is none
return function(name_of)
    local function show(value, depth)
        if type(value) == "string" then
            return format("%q", value)
        elseif type(value) ~= "table" then
            return name_of(value) or tostring(value)
        elseif depth > DEEPEST then
            return "{...}"
        end
        local parts, count = {}, #value
        for index = 1, count do
            parts[index] = show(value[index], depth + 1)
        end
        local named = {}
        for key, each in pairs(value) do
            local listed = type(key) == "number" and key >= 1 and key <= count and key % 1 == 0
            if not listed then
                named[#named + 1] = tostring(key) .. " = " .. show(each, depth + 1)
            end
        end
        sort(named)
        for _, each in raw.ipairs(named) do
            parts[#parts + 1] = each
        end
        return "{" .. concat(parts, ", ") .. "}"
    end

    local function equal(a, b, depth)
        if a == b then
            return true
        elseif type(a) ~= "table" or type(b) ~= "table" or depth > 64 then
            return false
        end
        for key, value in pairs(a) do
            if not equal(value, b[key], depth + 1) then
                return false
            end
        end
        for key in pairs(b) do
            if a[key] == nil then
                return false
            end
        end
        return true
    end

    local function contains(whole, part)
        if type(whole) == "string" then
            return find(whole, part, 1, true) ~= nil
        end
        for _, each in pairs(whole) do
            if equal(each, part, 0) then
                return true
            end
        end
        return false
    end

    local function raises(fn, pattern)
        local ok, err = raw.pcall(fn)
        return not ok and (pattern == nil or find(tostring(err), pattern) ~= nil), ok and "no error" or tostring(err)
    end

    -- Each answers whether it holds, and what to show instead of the value.
    local CHECKS = {
        to_be = function(value, other)
            return raw.rawequal(value, other) or value == other
        end,
        to_equal = function(value, other)
            return equal(value, other, 0)
        end,
        to_be_nil = function(value)
            return value == nil
        end,
        to_be_truthy = function(value)
            return value ~= nil and value ~= false
        end,
        to_match = function(value, pattern)
            return find(tostring(value), pattern) ~= nil
        end,
        to_contain = contains,
        to_raise = raises,
    }

    local function checks_of(value, wanted)
        local checks = {}
        for name, holds in pairs(CHECKS) do
            checks[name] = function(...)
                local held, shown = holds(value, ...)
                if held ~= wanted then
                    local other = raw.select("#", ...) > 0 and " " .. show((...), 0) or ""
                    local words = (wanted and "" or "not ") .. raw.string.gsub(name, "_", " ")
                    raw.error(format("expected %s %s%s", shown or show(value, 0), words, other), 2)
                end
            end
        end
        return checks
    end

    return function(value)
        local checks = checks_of(value, true)
        checks.never = checks_of(value, false)
        return checks
    end
end
