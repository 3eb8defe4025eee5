--- Nodes of OTML: `{tag=, value= (string or nil), unique=, null=, source="file:line", [1..n]=children}`.

local context = ...
local raw = context.raw
local error, find, gsub, sub = raw.error, raw.string.find, raw.string.gsub, raw.string.sub
local remove = raw.table.remove
local casts = context.use("otclient/otml_casts")

local node = {}

--- Makes a node.
---@param tag string
---@param value string|nil
---@param unique boolean|nil
function node.new(tag, value, unique)
    return { tag = tag, value = value ~= "" and value or nil, unique = unique or false, null = false, source = "" }
end

--- Makes a document: what has nodes, and is none that is written.
---@param source string|nil
function node.document(source)
    return { tag = source and "" or "doc", unique = false, null = false, source = source or "", is_document = true }
end

--- Raises an error of a node.
---@param at table
---@param text string
function node.fail(at, text)
    error("OTML error" .. (at.source ~= "" and " in '" .. at.source .. "'" or "") .. ": " .. text, 0)
end

--- The first child with a tag; null ones are none.
---@return table|nil
function node.get(self, tag)
    for index = 1, #self do
        local child = self[index]
        if child.tag == tag and not child.null then
            return child
        end
    end
end
local get = node.get

--- The first child with a tag; raises when there is none.
function node.at(self, tag)
    return get(self, tag) or node.fail(self, "child node with tag '" .. tag .. "' not found")
end

--- A child by its index from 1; raises when there is none.
function node.at_index(self, index)
    return self[index] or node.fail(self, "child node with index '" .. (index - 1) .. "' not found")
end

--- Whether any child is not null.
function node.has_children(self)
    for index = 1, #self do
        if not self[index].null then
            return true
        end
    end
    return false
end
local has_children = node.has_children

--- Children that are not null.
---@return table[]
function node.children(self)
    local list, count = {}, 0
    for index = 1, #self do
        local child = self[index]
        if not child.null then
            count = count + 1
            list[count] = child
        end
    end
    return list
end

local function clone(self)
    local copy = {
        tag = self.tag,
        value = self.value,
        unique = self.unique,
        null = self.null,
        source = self.source,
    }
    for index = 1, #self do
        copy[index] = clone(self[index])
    end
    return copy
end
--- A copy with copies of all below.
node.clone = clone

local add

--- Puts copies of another's children into a node, as `add` does, and takes its tag and source.
local function merge(self, other)
    for index = 1, #other do
        add(self, clone(other[index]))
    end
    self.tag, self.source = other.tag, other.source
end
node.merge = merge

-- Gives a node what another one has.
local function copy(self, other)
    for index = #self, 1, -1 do
        self[index] = nil
    end
    self.tag, self.value, self.unique, self.null, self.source =
        other.tag, other.value, other.unique, other.null, other.source
    for index = 1, #other do
        self[index] = clone(other[index])
    end
end

--- Adds a child. Where one of two with the same tag is unique the new one takes the place of the old, and what the
--- old one holds is merged into it.
function add(self, child)
    local tag, count = child.tag, #self
    if tag ~= "" then
        for index = 1, count do
            local old = self[index]
            if old.tag == tag and (old.unique or child.unique) then
                child.unique = true
                if has_children(old) and has_children(child) then
                    local merged = clone(old)
                    merge(merged, child)
                    copy(child, merged)
                end
                self[index] = child
                for other = count, 1, -1 do
                    if other ~= index and self[other].tag == tag then
                        remove(self, other)
                    end
                end
                return
            end
        end
    end
    self[count + 1] = child
end
node.add = add

--- Takes a child out.
function node.remove(self, child)
    for index = 1, #self do
        if self[index] == child then
            remove(self, index)
            return true
        end
    end
    return false
end

--- Takes all children out.
function node.clear(self)
    for index = #self, 1, -1 do
        self[index] = nil
    end
end

--- Adds an item of a list.
---@param value string
function node.write_in(self, value)
    add(self, node.new("", value))
end

--- Sets a child's value.
---@param tag string
---@param value string
function node.write_at(self, tag, value)
    add(self, node.new(tag, value, true))
end

--- The value as text: without the quotes around it, and what was escaped in them.
---@return string
function node.text(self)
    local value = self.value
    if not value then
        return ""
    end
    -- One quote alone begins and ends with a quote; C++ leaves nothing of it.
    if sub(value, 1, 1) == '"' and sub(value, -1) == '"' then
        value = sub(value, 2, -2)
        if find(value, "\\", 1, true) then
            value = gsub(value, "\\\\", "\\")
            value = gsub(value, '\\"', '"')
            value = gsub(value, "\\t", "\t")
            value = gsub(value, "\\n", "\n")
            value = gsub(value, "\\'", "'")
        end
    end
    return value
end
local text_of = node.text

local CPP = { bool = "bool", int = "int", double = "double", float = "float", long = "long" }

--- The value as a type: bool, int, long, double, string; raises when it is none.
---@param kind string
function node.as(self, kind)
    if kind == "string" then
        return text_of(self)
    end
    local value = casts[kind](self.value or "")
    if value == nil then
        local shown = CPP[kind] or kind
        node.fail(self, "failed to cast node value '" .. (self.value or "") .. "' to type '" .. shown .. "'")
    end
    return value
end
local as = node.as

--- A child's value as a type; raises when there is no such child.
function node.value_at(self, tag, kind)
    return as(node.at(self, tag), kind or "string")
end

--- A child's value as a type, or what is given for when there is no such child.
function node.value_or(self, tag, kind, default)
    local child = get(self, tag)
    if child then
        return as(child, kind)
    end
    return default
end

return node
