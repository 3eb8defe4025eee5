--- Long texts that the host reads for a room, kept outside of Lua: what is compiled and then forgotten need not be a
--- Lua string, which would be garbage right away.

local context = ...
local ffi, raw = context.ffi, context.raw
local border = context.use("border")
-- The real globals have it only while the prelude is loaded.
local buffers = require("string.buffer")

local FALSE, LIST = 0xc2, 0x90
-- Bytes of a length behind the head of a binary or a text.
local WIDTHS = { [0xc4] = 1, [0xc5] = 2, [0xc6] = 4, [0xd9] = 1, [0xda] = 2, [0xdb] = 4 }

local Texts = {}
Texts.__index = Texts

local texts = {}

--- A place for the texts of one answer at a time.
function texts.new()
    return raw.setmetatable({ size = 0, count = 0, starts = {}, lengths = {}, buffer = buffers.new() }, Texts)
end

local function number(bytes, at, width)
    local value = 0
    for index = at, at + width - 1 do
        value = value * 256 + bytes[index]
    end
    return value
end

--- Takes a list of texts out of the inbox; false stands for one that is not there.
---@param length number bytes of the answer
function Texts:take(length)
    if length > self.size then
        self.block, self.size = ffi.new("uint8_t[?]", length), length
    end
    local bytes = self.block
    border.copy_inbox(bytes, length)
    local count, at = bytes[0] - LIST, 1
    if bytes[0] == 0xdc or bytes[0] == 0xdd then
        local width = bytes[0] == 0xdc and 2 or 4
        count, at = number(bytes, 1, width), 1 + width
    end
    for index = 1, count do
        local head = bytes[at]
        local width = WIDTHS[head]
        at = at + 1
        if width then
            local size = number(bytes, at, width)
            self.starts[index], self.lengths[index] = at + width, size
            at = at + width + size
        elseif head >= 0xa0 and head < 0xc0 then
            self.starts[index], self.lengths[index] = at, head - 0xa0
            at = at + head - 0xa0
        else
            raw.assert(head == FALSE, "only texts may be in this answer")
            self.starts[index] = false
        end
    end
    self.count = count
end

--- One of the texts, as a string buffer which `load` takes. It stands until the next is asked for.
---@param index number
---@return userdata|false|nil buffer false for a text that is not there, nil beyond the last
function Texts:get(index)
    if index > self.count then
        return nil
    end
    local start = self.starts[index]
    return start and self.buffer:set(ffi.cast("const char *", self.block + start), self.lengths[index])
end

return texts
