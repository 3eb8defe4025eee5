--- Global helpers for addresses and texts: iptostring, listSubnetAddresses, regexMatch, …
local context = ...
local raw = context.raw
local floor, match, tonumber = raw.math.floor, raw.string.match, raw.tonumber

-- Between an address with its first byte lowest, as the engines keep it, and one with it highest.
local function swapped(address)
    local a, b = address % 256, floor(address / 256) % 256
    local c, d = floor(address / 65536) % 256, floor(address / 16777216)
    return a * 16777216 + b * 65536 + c * 256 + d
end

return function(engine)
    engine:globals({
        iptostring = function(address)
            local a, b = address % 256, floor(address / 256) % 256
            local c, d = floor(address / 65536) % 256, floor(address / 16777216)
            return raw.string.format("%d.%d.%d.%d", a, b, c, d)
        end,
        stringtoip = function(text)
            local parts = { match(text, "^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
            local address = 0
            for index = 4, 1, -1 do
                local part = parts[index] and #parts[index] <= 3 and tonumber(parts[index])
                if not part or part > 255 then
                    -- What the engines let through of the library's own exceptions.
                    raw.error(engine.edubart and "C++ exception" or "C++ std::exception: Invalid argument", 0)
                end
                address = address * 256 + part
            end
            return address
        end,
        listSubnetAddresses = function(address, mask)
            if mask >= 32 then
                return { address }
            end
            local list, size = {}, 2 ^ (32 - mask)
            local first = floor(swapped(address) / size) * size
            for offset = 0, size - 1 do
                local found = swapped(first + offset)
                local highest = floor(found / 16777216)
                if highest ~= 0 and highest ~= 255 then
                    list[#list + 1] = found
                end
            end
            return list
        end,
        ucwords = function()
            -- The engine changes its own copy of the text and gives nothing back.
        end,
        regexMatch = function(text, pattern)
            return engine.host("text.regex", text, pattern)
        end,
    })
end
