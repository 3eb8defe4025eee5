--- Style sheets of html widgets: rules with selectors, the states that these ask for, and properties.

local context = ...
local raw = context.raw
local selector = context.use("otclient/ui/html/selector")
local find, gmatch, gsub, lower, match, sub =
    raw.string.find, raw.string.gmatch, raw.string.gsub, raw.string.lower, raw.string.match, raw.string.sub

-- Pseudo-classes that are states of widgets; the rest of a selector says which.
local STATES = {}
for word in gmatch("hover focus active focus-visible focus-within checked disabled enabled pressed dragging", "%S+") do
    STATES[word] = true
end
local STRUCTURE = { root = true, scope = true, empty = true }

local function is_structure(name)
    return STRUCTURE[name] or find(name, "%-child$") ~= nil or find(name, "%-of%-type$") ~= nil
end

local strip

-- What is in the brackets of a `:not(…)`, without states.
local function strip_list(text, states, negated)
    local kept = {}
    for _, part in raw.ipairs(selector.split_list(text)) do
        local plain = strip(part, states, negated)
        if plain ~= "*" then
            kept[#kept + 1] = plain
        end
    end
    return raw.table.concat(kept, ",")
end

--- Takes the states out of a selector and puts them into a list.
function strip(text, states, negated)
    local out, at = "", 1
    while at <= #text do
        local name = match(text, "^:([%w%-_]+)", at)
        if name then
            at = at + 1 + #name
            name = lower(name)
            local arguments = match(text, "^%b()", at)
            at = at + (arguments and #arguments or 0)
            local inside = arguments and sub(arguments, 2, -2)
            if inside and (name == "not" or name == "is" or name == "has" or name == "where") then
                local plain = strip_list(inside, states, name == "not" or negated)
                out = out .. (plain ~= "" and ":" .. name .. "(" .. plain .. ")" or "")
            elseif STATES[name] then
                states[#states + 1] = { name = name, negated = negated }
            elseif is_structure(name) then
                out = out .. ":" .. name .. (arguments or "")
            end
        else
            out = out .. sub(text, at, at)
            at = at + 1
        end
    end
    out = match(out, "^%s*(.-)%s*$")
    return out == "" and "*" or out
end

-- `property: value; …`; a property of the engine's own is written `--name`.
local function declarations(block)
    local list = {}
    for part in gmatch(block, "[^;]+") do
        local property, value = match(part, "^%s*([^:]-)%s*:%s*(.-)%s*$")
        if property and property ~= "" then
            local plain = match(value, "^(.-)%s*![iI][mM][pP][oO][rR][tT][aA][nN][tT]$")
            list[#list + 1] = {
                property = gsub(lower(property), "^%-%-", ""),
                value = plain or value,
                important = plain ~= nil,
            }
        end
    end
    return list
end

local function read_rules(text, rules)
    local at = 1
    while true do
        local open = find(text, "[{;]", at)
        if not open then
            return rules
        end
        local head = match(sub(text, at, open - 1), "^%s*(.-)%s*$")
        if sub(text, open, open) == ";" then
            at = open + 1
        else
            local block = match(text, "^%b{}", open) or sub(text, open)
            at = open + #block
            block = sub(block, 2, -2)
            if sub(head, 1, 1) == "@" then
                -- What holds for some media only holds here too.
                read_rules(block, rules)
            else
                local selectors, states = {}, {}
                for index, part in raw.ipairs(selector.split_list(head)) do
                    selectors[index] = strip(part, states, false)
                end
                if #selectors > 0 then
                    rules[#rules + 1] = {
                        selector = raw.table.concat(selectors, ", "),
                        states = states,
                        declarations = declarations(block),
                    }
                end
            end
        end
    end
end

--- Parses a style sheet.
---@param text string
---@return table[] rules { selector, states, declarations }
return function(text)
    return read_rules(gsub(text, "/%*.-%*/", ""), {})
end
