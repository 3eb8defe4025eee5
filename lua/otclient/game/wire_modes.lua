--- Kinds of talk and texts: the servers' numbers, and those of the client's scripts (Otc::MessageMode). Servers have
--- those of 10.55 and later, or those of 8.40 to 8.60; what is between is not known here.

local INVALID = 255
local NEWER_SINCE = 1055

-- Server's number to the client's.
local NEWER = {
    [0] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 51, 10, 11, 12, 13, 14, 15, 16, 17, 18, 50, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29,
    30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, [48] = 52, [49] = 53, [50] = 54, [51] = 55, [52] = 56,
}
local OLDER = {
    [0] = 0, 1, 2, 3, 11, 51, 4, 7, 6, 47, 48, 49, 12, 13, 14, 8, [18] = 45, [19] = 44, [20] = 43, [21] = 17, [22] = 18,
    [23] = 16, [24] = 28, [25] = 20, [26] = 19, [27] = 46,
}

local context = ...

local function both_ways(from, more)
    local to = more or {}
    for server, client in context.raw.pairs(from) do
        to[client] = server
    end
    return {
        --- The client's number of a server's.
        from_server = function(mode)
            return from[mode] or INVALID
        end,
        --- The server's number of a client's.
        to_server = function(mode)
            return to[mode] or mode
        end,
    }
end

local newer = both_ways(NEWER)
-- What is said to somebody has the number of what somebody says: 5 and 15 are the client's own.
local older = both_ways(OLDER, { [5] = 6, [15] = 14 })

--- Those of a protocol version.
return function(version)
    return version >= NEWER_SINCE and newer or older
end
