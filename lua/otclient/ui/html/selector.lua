--- Selectors of CSS: which nodes of HTML they fit.

local context = ...
local raw = context.raw
local insert = raw.table.insert
local find, gmatch, lower, match, sub =
    raw.string.find, raw.string.gmatch, raw.string.lower, raw.string.match, raw.string.sub
local tonumber = raw.tonumber

local selector = {}

--- Splits at the commas outside of brackets and quotes.
function selector.split_list(text)
    local parts, depth, from, quote = {}, 0, 1, nil
    for at = 1, #text + 1 do
        local char = sub(text, at, at)
        if quote then
            quote = char ~= quote and quote or nil
        elseif char == '"' or char == "'" then
            quote = char
        elseif char == "(" or char == "[" then
            depth = depth + 1
        elseif char == ")" or char == "]" then
            depth = depth - 1
        end
        if at > #text or char == "," and depth == 0 and not quote then
            local part = match(sub(text, from, at - 1), "^%s*(.-)%s*$")
            if part ~= "" then
                parts[#parts + 1] = part
            end
            from = at + 1
        end
    end
    return parts
end

-- One step: `tag#id.class[attribute=value]:pseudo(…)`; gives where it ends.
local function read_simple(text, at)
    local simple = { classes = {}, attributes = {}, pseudos = {} }
    local start = at
    local tag = match(text, "^[%w%-_*]+", at)
    if tag then
        simple.tag = tag ~= "*" and lower(tag) or nil
        at = at + #tag
    end
    while at <= #text do
        local mark, name = match(text, "^([#.])([%w%-_]+)", at)
        if mark then
            if mark == "#" then
                simple.id = name
            else
                simple.classes[#simple.classes + 1] = name
            end
            at = at + 1 + #name
        elseif find(text, "^%[", at) then
            local stop = find(text, "]", at, true) or #text
            local inside = sub(text, at + 1, stop - 1)
            local key, operator, value = match(inside, "^%s*([%w%-_*:]+)%s*([~|^$*]?=)%s*(.-)%s*$")
            key = key or match(inside, "^%s*([%w%-_*:]+)")
            value = value and (match(value, "^\"(.*)\"$") or match(value, "^'(.*)'$") or value)
            simple.attributes[#simple.attributes + 1] = { key = lower(key or ""), operator = operator, value = value }
            at = stop + 1
        elseif find(text, "^:", at) then
            local pseudo = match(text, "^::?([%w%-_]+)", at) or ""
            at = at + #match(text, "^::?", at) + #pseudo
            local arguments = match(text, "^%b()", at)
            if arguments then
                at = at + #arguments
            end
            simple.pseudos[#simple.pseudos + 1] = { lower(pseudo), arguments and sub(arguments, 2, -2) or "" }
        else
            break
        end
    end
    return simple, at > start and at or at + 1
end

local parsed = {}

-- The steps of a selector, the last first, each with what joins it to the one before.
local function parse(text)
    local steps = parsed[text]
    if steps then
        return steps
    end
    steps = {}
    local at, joint = 1, " "
    while true do
        local blanks = match(text, "^%s*", at)
        at = at + #blanks
        local mark = match(text, "^[>+~]", at)
        if mark then
            joint = mark
            at = at + 1
        elseif at > #text then
            break
        else
            local simple
            simple, at = read_simple(text, at)
            insert(steps, 1, { simple = simple, joint = joint })
            joint = " "
        end
    end
    parsed[text] = steps
    return steps
end

local function attribute_fits(value, test)
    if not test.operator then
        return value ~= nil
    elseif value == nil then
        return false
    end
    local wanted, operator = test.value, test.operator
    if operator == "=" then
        return value == wanted
    elseif operator == "^=" then
        return sub(value, 1, #wanted) == wanted
    elseif operator == "$=" then
        return wanted == "" or sub(value, -#wanted) == wanted
    elseif operator == "*=" then
        return find(value, wanted, 1, true) ~= nil
    elseif operator == "|=" then
        return value == wanted or sub(value, 1, #wanted + 1) == wanted .. "-"
    end
    for word in gmatch(value, "%S+") do
        if word == wanted then
            return true
        end
    end
    return false
end

-- The place of a node among the elements of its parent, and their count; of its own tag when `alike` is set.
local function place_among(self, alike)
    local place, count = 0, 0
    for _, child in raw.ipairs(self.parent and self.parent.children or {}) do
        if child.kind == "element" and (not alike or child.tag == self.tag) then
            count = count + 1
            if child == self then
                place = count
            end
        end
    end
    return place, count
end

local function nth_fits(place, text)
    text = lower((raw.string.gsub(text, "%s", "")))
    if text == "odd" then
        return place % 2 == 1
    elseif text == "even" then
        return place % 2 == 0
    end
    local step, offset = match(text, "^([+-]?%d*)n([+-]?%d*)$")
    if not step then
        return place == tonumber(text)
    end
    step = step == "" and 1 or step == "+" and 1 or step == "-" and -1 or tonumber(step)
    offset = tonumber(offset) or 0
    if step == 0 then
        return place == offset
    end
    return (place - offset) % step == 0 and (place - offset) / step >= 0
end

local fits_simple, fits_from

local function fits_any(self, text)
    for _, part in raw.ipairs(selector.split_list(text)) do
        local steps = parse(part)
        if steps[1] and fits_simple(self, steps[1].simple) then
            return true
        end
    end
    return false
end

local function contains(self, steps)
    for _, child in raw.ipairs(self.children) do
        if child.kind == "element" and (fits_from(child, steps, 1) or contains(child, steps)) then
            return true
        end
    end
    return false
end

local PSEUDOS = {
    ["node-all"] = function()
        return true
    end,
    disabled = function(self)
        return self.attributes.disabled ~= nil
    end,
    enabled = function(self)
        return self.attributes.disabled == nil
    end,
    checked = function(self)
        return self.attributes.checked ~= nil
    end,
    root = function(self)
        return self.parent == nil
    end,
    empty = function(self)
        return #self.children == 0
    end,
    ["first-child"] = function(self)
        return place_among(self) == 1
    end,
    ["last-child"] = function(self)
        local place, count = place_among(self)
        return place == count and count > 0
    end,
    ["only-child"] = function(self)
        local _, count = place_among(self)
        return count == 1
    end,
    ["only-of-type"] = function(self)
        local _, count = place_among(self, true)
        return count == 1
    end,
    ["first-of-type"] = function(self)
        return place_among(self, true) == 1
    end,
    ["last-of-type"] = function(self)
        local place, count = place_among(self, true)
        return place == count and count > 0
    end,
    ["nth-child"] = function(self, text)
        return nth_fits(place_among(self), text)
    end,
    ["nth-last-child"] = function(self, text)
        local place, count = place_among(self)
        return nth_fits(count - place + 1, text)
    end,
    ["nth-of-type"] = function(self, text)
        return nth_fits(place_among(self, true), text)
    end,
    ["not"] = function(self, text)
        return not fits_any(self, text)
    end,
    is = fits_any,
    where = fits_any,
    has = function(self, text)
        return contains(self, parse(text))
    end,
}

function fits_simple(self, simple)
    local all = simple.pseudos[1] and simple.pseudos[1][1] == "node-all"
    if self.kind ~= "element" and not (all and self.kind == "text") then
        return false
    elseif simple.tag and self.tag ~= simple.tag or simple.id and self.attributes.id ~= simple.id then
        return false
    end
    for _, class in raw.ipairs(simple.classes) do
        local found = false
        for _, own in raw.ipairs(self.classes) do
            found = found or own == class
        end
        if not found then
            return false
        end
    end
    for _, test in raw.ipairs(simple.attributes) do
        if not attribute_fits(self.attributes[test.key], test) then
            return false
        end
    end
    for _, pseudo in raw.ipairs(simple.pseudos) do
        local test = PSEUDOS[pseudo[1]]
        if test and not test(self, pseudo[2]) then
            return false
        end
    end
    return true
end

function fits_from(self, steps, index)
    local step = steps[index]
    if not self or not fits_simple(self, step.simple) then
        return false
    elseif index == #steps then
        return true
    end
    local joint = step.joint
    if joint == " " or joint == ">" then
        local parent = self.parent
        while parent do
            if fits_from(parent, steps, index + 1) then
                return true
            end
            parent = joint == " " and parent.parent or nil
        end
        return false
    end
    local before = {}
    for _, child in raw.ipairs(self.parent and self.parent.children or {}) do
        if child == self then
            break
        elseif child.kind == "element" then
            insert(before, 1, child)
        end
    end
    for place, child in raw.ipairs(before) do
        if fits_from(child, steps, index + 1) then
            return true
        elseif joint == "+" and place == 1 then
            return false
        end
    end
    return false
end

--- All nodes below one that a list of selectors fits.
---@param self table
---@param text string
---@return table[]
function selector.select_all(self, text)
    local found, seen = {}, {}
    for _, part in raw.ipairs(selector.split_list(text)) do
        local steps = parse(part)
        local function look(parent)
            for _, child in raw.ipairs(parent.children) do
                if #steps > 0 and not seen[child] and fits_from(child, steps, 1) then
                    seen[child] = true
                    found[#found + 1] = child
                end
                look(child)
            end
        end
        look(self)
    end
    return found
end

--- The first node below one that a list of selectors fits.
function selector.select(self, text)
    return selector.select_all(self, text)[1]
end

return selector
