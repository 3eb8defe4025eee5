--- The keys of a table in their order: what is told, stored or drawn must not depend on the order of a hash table.

local context = ...
local raw = context.raw

---@param values table
---@return any[] keys
return function(values)
    local keys = {}
    for key in raw.pairs(values) do
        keys[#keys + 1] = key
    end
    raw.table.sort(keys)
    return keys
end
