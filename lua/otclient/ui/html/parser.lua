--- A tolerant parser of HTML: elements, texts, `{{expressions}}`, comments.
---
--- A node is `{ kind = "element"|"text"|"comment", tag, attributes, names, classes, children, text, parent,
--- expression }`; `names` has the attributes in the order of the source.

local context = ...
local raw = context.raw
local char, find, gsub, lower, match, sub =
    raw.string.char, raw.string.find, raw.string.gsub, raw.string.lower, raw.string.match, raw.string.sub
local floor, tonumber = raw.math.floor, raw.tonumber

local function set_of(text)
    local set = {}
    for word in raw.string.gmatch(text, "%S+") do
        set[word] = true
    end
    return set
end

local VOID = set_of("area base br col embed hr img input link meta source track wbr")
local RAW = set_of("script style")
local TEXT_ONLY = set_of("script style title textarea option")
local ENDS_PARAGRAPH = set_of(
    "address article aside blockquote div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hgroup hr main nav ol p "
        .. "pre section table ul figure figcaption menu"
)
-- An open tag to the tags whose start closes it.
local CLOSED_BY = {
    p = ENDS_PARAGRAPH,
    li = set_of("li"),
    dt = set_of("dt dd"),
    dd = set_of("dt dd"),
    tr = set_of("tr tbody thead tfoot"),
    th = set_of("th td"),
    td = set_of("th td"),
    option = set_of("option optgroup"),
    optgroup = set_of("optgroup"),
}
local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }

local function utf8(code)
    if code <= 0x7F then
        return char(code)
    elseif code <= 0x7FF then
        return char(0xC0 + floor(code / 64), 0x80 + code % 64)
    elseif code <= 0xFFFF then
        return char(0xE0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
    end
    local first = 0xF0 + floor(code / 262144)
    return char(first, 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
end

local function decode(text)
    if not find(text, "&", 1, true) then
        return text
    end
    return (gsub(text, "&([^;&]*);", function(name)
        local hex, digits = match(name, "^#[xX](%x+)"), match(name, "^#(%d+)")
        local code = hex and tonumber(hex, 16) or digits and tonumber(digits) or nil
        if code and code > 0 and code <= 0x10FFFF then
            return utf8(code)
        end
        return ENTITIES[name]
    end))
end

local function element(tag)
    return { kind = "element", tag = tag, attributes = {}, names = {}, classes = {}, children = {}, text = "" }
end

local function text_node(text, expression)
    local node = element("")
    node.kind, node.text, node.expression = "text", text, expression
    return node
end

-- Reads the attributes of a tag; gives where they end.
local function read_attributes(node, text, at)
    while true do
        at = find(text, "%S", at) or #text + 1
        if at > #text or find(text, "^/?>", at) then
            return at
        end
        local name = match(text, "^[%w%-:_*@.%[%]()#]+", at)
        if not name then
            at = at + 1
        else
            at = at + #name
            name = lower(name)
            local value = ""
            local equals = match(text, "^%s*=%s*()", at)
            if equals then
                local quote = match(text, "^[\"']", equals)
                if quote then
                    local stop = find(text, quote, equals + 1, true) or #text + 1
                    value, at = sub(text, equals + 1, stop - 1), stop + 1
                else
                    value = match(text, "^[^%s>/]*", equals)
                    at = equals + #value
                end
            end
            if node.attributes[name] == nil then
                node.names[#node.names + 1] = name
            end
            node.attributes[name] = decode(value)
            if name == "class" then
                for class in raw.string.gmatch(node.attributes[name], "%S+") do
                    node.classes[#node.classes + 1] = class
                end
            end
        end
    end
end

local function push(parent, node)
    local children = parent.children
    local last = children[#children]
    if node.kind == "text" and not node.expression and last and last.kind == "text" and not last.expression then
        last.text = last.text .. node.text
        return
    end
    node.parent = parent
    children[#children + 1] = node
end

-- Blanks alone are no node of their own; behind a text they belong to it.
local function push_literal(parent, text)
    if find(text, "%S") then
        push(parent, text_node(text, false))
    else
        local last = parent.children[#parent.children]
        if last and last.kind == "text" and not last.expression then
            last.text = last.text .. text
        end
    end
end

local function push_text(parent, text)
    if parent.kind == "element" and TEXT_ONLY[parent.tag] then
        parent.text = parent.text .. text
        return
    end
    local at = 1
    while at <= #text do
        local open = find(text, "{{", at, true)
        local close = open and find(text, "}}", open + 2, true)
        if not close then
            if open and open > at then
                push_literal(parent, sub(text, at, open - 1))
                at = open
            end
            push_literal(parent, sub(text, at))
            return
        end
        if open > at then
            push_literal(parent, sub(text, at, open - 1))
        end
        local expression = match(sub(text, open + 2, close - 1), "^%s*(.-)%s*$")
        if expression ~= "" then
            push(parent, text_node(expression, true))
        end
        at = close + 2
    end
end

--- Parses a text.
---@param text string
---@return table root element "root"
return function(text)
    local root = element("root")
    local stack, raws, at = { root }, {}, 1
    local function close(tag)
        while #stack > 1 do
            local top = stack[#stack]
            stack[#stack] = nil
            if top.tag == tag then
                return
            end
        end
    end
    while at <= #text do
        local top = stack[#stack]
        if not find(text, "^<", at) then
            local stop = find(text, "<", at, true) or #text + 1
            push_text(top, decode(sub(text, at, stop - 1)))
            at = stop
        elseif find(text, "^<!", at) then
            local comment = find(text, "^<!%-%-", at) ~= nil
            local ending = comment and "-->" or ">"
            local stop = find(text, ending, at + (comment and 4 or 2), true) or #text + 1
            local node = element("")
            node.kind, node.text = "comment", sub(text, at + (comment and 4 or 2), stop - 1)
            push(top, node)
            at = stop + #ending
        elseif find(text, "^</", at) then
            local tag = lower(match(text, "^[%w%-:_]*", at + 2))
            at = (find(text, ">", at, true) or #text) + 1
            close(tag)
        else
            local tag = lower(match(text, "^[%w%-:_]*", at + 1))
            while #stack > 1 and CLOSED_BY[stack[#stack].tag] and CLOSED_BY[stack[#stack].tag][tag] do
                stack[#stack] = nil
            end
            top = stack[#stack]
            local node = element(tag)
            at = read_attributes(node, text, at + 1 + #tag)
            local self_closing = sub(text, at, at) == "/"
            at = self_closing and at + 1 or at
            at = sub(text, at, at) == ">" and at + 1 or at
            if self_closing or VOID[tag] then
                push(top, node)
            elseif RAW[tag] then
                local ending = "</" .. tag .. ">"
                local stop = find(text, ending, at, true) or #text + 1
                node.text = sub(text, at, stop - 1)
                at = stop + #ending
                if top == root then
                    push(root, node)
                else
                    raws[#raws + 1] = node
                end
            else
                push(top, node)
                stack[#stack + 1] = node
            end
        end
    end
    -- Scripts and styles from inside belong to the whole.
    for index = #raws, 1, -1 do
        raws[index].parent = root
        raw.table.insert(root.children, 1, raws[index])
    end
    return root
end
