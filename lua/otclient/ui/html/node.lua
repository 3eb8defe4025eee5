--- Nodes of HTML: their texts, and their places in each other.

local context = ...
local raw = context.raw
local concat, insert, remove = raw.table.concat, raw.table.insert, raw.table.remove

local node = {}

--- The text of a node and of all in it.
function node.text_content(self)
    if self.kind == "comment" then
        return ""
    end
    local parts = { self.text }
    for _, child in raw.ipairs(self.children) do
        parts[#parts + 1] = node.text_content(child)
    end
    return concat(parts)
end

--- The source of a node, as it would be written now.
function node.source(self)
    if self.kind == "text" then
        return self.expression and "{{" .. self.text .. "}}" or self.text
    elseif self.kind == "comment" then
        return "<!--" .. self.text .. "-->"
    end
    local parts = {}
    for index, child in raw.ipairs(self.children) do
        parts[index] = node.source(child)
    end
    local inside = concat(parts) .. self.text
    if self.tag == "root" then
        return inside
    end
    local out = "<" .. self.tag
    for _, name in raw.ipairs(self.names) do
        local value = self.attributes[name]
        if value ~= nil then
            out = out .. " " .. name .. (value ~= "" and '="' .. value .. '"' or "")
        end
    end
    if #self.children == 0 and self.text == "" then
        return out .. " />"
    end
    return out .. ">" .. inside .. "</" .. self.tag .. ">"
end

--- Takes a node out of its parent.
function node.detach(self)
    local parent = self.parent
    if parent then
        for index, child in raw.ipairs(parent.children) do
            if child == self then
                remove(parent.children, index)
                break
            end
        end
        self.parent = nil
    end
end

--- Puts a node into another.
---@param place integer|nil from 1; at the end without one
function node.attach(self, child, place)
    node.detach(child)
    local count = #self.children
    insert(self.children, place and raw.math.min(place, count + 1) or count + 1, child)
    child.parent = self
end

return node
