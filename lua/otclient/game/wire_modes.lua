--- Kinds of talk and texts: the servers' numbers from 10.41 on, and those of the client's scripts (Otc::MessageMode).

-- Server's number to the client's.
local FROM = {
    [0] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 51, 10, 11, 12, 13, 14, 15, 16, 17, 18, 50, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29,
    30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, [48] = 52, [49] = 53, [50] = 54, [51] = 55, [52] = 56,
}
local INVALID = 255

local context = ...
local TO = {}
for server, client in context.raw.pairs(FROM) do
    TO[client] = server
end

return {
    --- The client's number of a server's.
    from_server = function(mode)
        return FROM[mode] or INVALID
    end,
    --- The server's number of a client's.
    to_server = function(mode)
        return TO[mode] or mode
    end,
}
