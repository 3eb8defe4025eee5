--- Kinds of items that have something in common: Canary's dummies, ladders and soul cores, TFS's money.

local context = ...
local raw = context.raw

---@param server table
---@param item_types table
return function(server, item_types)
    if server.tfs then
        --- What counts as money, the least valuable first.
        ---@return table[]
        function item_types.currency()
            local list, coins = {}, server.host("items.currency")
            for at = #coins, 1, -1 do
                list[#list + 1] = item_types.get(coins[at][1])
            end
            return list
        end
        return
    end

    local enum = server.parts.enums.get
    local SOUL_CORES = enum("ITEM_TYPE_SOULCORES") or 26

    -- Visits the kinds whose entry in items.xml has a word, by their ids.
    local function each_saying(word, visit)
        for _, id in raw.ipairs(server.host("items.saying", word)) do
            local kind = item_types.get(id)
            if kind then
                visit(kind)
            end
        end
    end

    local shown = {}
    --- Whether the client's files have a look, an effect or a missile; nil when they don't say.
    ---@param kind string looks, effects or missiles
    ---@param id number
    ---@return boolean|nil
    function item_types.is_shown(kind, id)
        local known = shown[kind]
        if not known then
            known = {}
            for _, each in raw.ipairs(server.host("items.shown", kind)) do
                known[each] = true
            end
            shown[kind] = known
        end
        if raw.next(known) == nil then
            return nil
        end
        return known[id] == true
    end

    --- Rates of exercise dummies, by their ids.
    ---@return table<number, number>
    function item_types.dummies()
        local rates = {}
        each_saying("dummy", function(kind)
            rates[kind.id] = kind.dummy_rate
        end)
        return rates
    end

    --- Ids of ladders.
    ---@return number[]
    function item_types.ladders()
        local ids = {}
        each_saying("ladder", function(kind)
            if kind.is_ladder then
                ids[#ids + 1] = kind.id
            end
        end)
        return ids
    end

    --- Kinds that hold the core of a soul.
    ---@return table[]
    function item_types.soul_cores()
        local kinds = {}
        each_saying("soulcore", function(kind)
            if kind.primary_type == "SoulCores" or kind.type == SOUL_CORES then
                kinds[#kinds + 1] = kind
            end
        end)
        return kinds
    end
end
