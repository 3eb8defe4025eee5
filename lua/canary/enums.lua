--- The servers' numbers by name: CONST_ME_POFF, ITEM_GOLD_COIN, … (manifests/servers/*.json).

local context = ...
local raw = context.raw

-- What Canary counts among its numbers but gives scripts no name for.
local UNNAMED = { RETURNVALUE_ONLYAMMOINQUIVER = 24 }

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
            local value = enums[name]
            return value == nil and not server.tfs and UNNAMED[name] or value
        end,
        --- Every name with its value.
        all = enums,
    }
end
