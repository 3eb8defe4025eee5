--- Writes nodes as OTML.

local context = ...
local raw = context.raw
local node = context.use("otclient/otml_node")
local concat, find, gmatch, rep, sub =
    raw.table.concat, raw.string.find, raw.string.gmatch, raw.string.rep, raw.string.sub

local function multiline(out, value, indent)
    local style = sub(value, -2) == "\n\n" and "|+" or sub(value, -1) == "\n" and "|" or "|-"
    out[#out + 1] = style
    local lines = sub(value, -1) == "\n" and value or value .. "\n"
    for line in gmatch(lines, "([^\n]*)\n") do
        out[#out + 1] = "\n"
        out[#out + 1] = indent
        out[#out + 1] = line
    end
end

local function emit_node(out, self, depth)
    out[#out + 1] = rep("  ", depth)
    if self.tag ~= "" then
        out[#out + 1] = self.tag
        if self.value or self.unique or self.null then
            out[#out + 1] = ":"
        end
    else
        out[#out + 1] = "-"
    end
    if self.null then
        out[#out + 1] = " ~"
    elseif self.value then
        out[#out + 1] = " "
        local value = node.text(self)
        if find(value, "\n", 1, true) then
            multiline(out, value, rep("  ", depth + 1))
        else
            out[#out + 1] = value
        end
    end
    for index = 1, #self do
        out[#out + 1] = "\n"
        emit_node(out, self[index], depth + 1)
    end
end

--- A node as text, without a line end after it. A document is written as its children.
---@param self table
---@return string
return function(self)
    local out = {}
    if not self.is_document then
        emit_node(out, self, 0)
        return concat(out)
    end
    for index = 1, #self do
        if index > 1 then
            out[#out + 1] = "\n"
        end
        emit_node(out, self[index], 0)
    end
    return concat(out)
end
