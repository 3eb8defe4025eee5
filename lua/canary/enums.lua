--- The servers' numbers by name: CONST_ME_POFF, ITEM_GOLD_COIN, … (manifests/servers/*.json).

local context = ...
local raw = context.raw

return function(server)
    local enums = server.settings.enums or {}
    for name, value in raw.pairs(enums) do
        raw.rawset(server.env, name, value)
    end
    server:globals({ INDEX_WHEREEVER = -1, VIRTUAL_PARENT = true })

    return {
        --- The value of a name of the server; nil when it has none.
        ---@param name string
        get = function(name)
            return enums[name]
        end,
        --- Every name with its value.
        all = enums,
    }
end
