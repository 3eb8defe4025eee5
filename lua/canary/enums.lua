--- The servers' numbers by name: CONST_ME_POFF, ITEM_GOLD_COIN, … (manifests/servers/*.json).

local context = ...
local raw = context.raw

-- What the servers count among their numbers but give scripts no name for.
local UNNAMED = {
    canary = {
        RETURNVALUE_ONLYAMMOINQUIVER = 24,
        RETURNVALUE_CONTAINERISFULL = 29,
        RETURNVALUE_YOUCANTOPENCORPSEADM = 69,
        RETURNVALUE_NOSUCHRAIDEXISTS = 70,
        RETURNVALUE_ANOTHERRAIDISALREADYEXECUTING = 71,
        RETURNVALUE_REWARDCONTAINERISEMPTY = 86,
        ITEM_WALKABLE_SEA_START = 629,
        ITEM_WALKABLE_SEA_END = 634,
        ITEM_DOCUMENT_RO = 2834,
        ITEM_LETTER_STAMPED = 3506,
    },
    tfs = {
        RETURNVALUE_CANNOTMOVEITEMISNOTSTOREITEM = 68,
        RETURNVALUE_ITEMCANNOTBEMOVEDTHERE = 69,
        RETURNVALUE_QUIVERAMMOONLY = 71,
        ITEM_DOCUMENT_RO = 1968,
        ITEM_MAGICWALL_NOPVP = 20669,
        ITEM_WILDGROWTH_NOPVP = 20670,
        ITEM_LETTER_STAMPED = 2598,
    },
}

return function(server)
    local enums, unnamed = server.settings.enums or {}, UNNAMED[server.dialect]
    for name, value in raw.pairs(enums) do
        raw.rawset(server.env, name, value)
    end
    server:globals({ INDEX_WHEREEVER = -1, VIRTUAL_PARENT = true })

    return {
        --- The value of a name of the server; nil when it has none.
        ---@param name string
        get = function(name)
            local value = enums[name]
            if value == nil then
                return unnamed[name]
            end
            return value
        end,
        --- Every name with its value.
        all = enums,
    }
end
