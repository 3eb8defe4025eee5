--- Coins that are carried: counting, giving, taking with change. What is in the bank is the players' affair.

local context = ...
local raw = context.raw
local ceil, floor, min = raw.math.ceil, raw.math.floor, raw.math.min

local WHEREEVER, STACK = -1, 100
local DROP_ON_MAP = 256
local COINS = { { 3043, 10000 }, { 3035, 100 }, { 3031, 1 } }

return function(server, items)
    local tfs = server.tfs
    local enum = server.parts.enums.get
    local FLAG = items.FLAG
    local NOERROR = enum("RETURNVALUE_NOERROR")
    local NOROOM, NOCAPACITY = enum("RETURNVALUE_NOTENOUGHROOM"), enum("RETURNVALUE_NOTENOUGHCAPACITY")
    local CONTAINERFULL = enum("RETURNVALUE_CONTAINERNOTENOUGHROOM")

    -- Kinds of coins, what is worth most first. TFS has them in items.xml.
    local coins
    local function currency()
        if not coins then
            coins = tfs and server.host("items.currency") or COINS
        end
        return coins
    end

    -- All coins of a holder in the order in which they are spent: the stack that is worth least first.
    local function purse(holder)
        local found, total, queue = {}, 0, {}
        local list, at = items.things_of(holder), 0
        while list do
            for index = 1, #list do
                local item = list[index]
                if item.items then
                    queue[#queue + 1] = item
                else
                    local worth = items.worth(item)
                    if worth ~= 0 then
                        total = total + worth
                        found[#found + 1] = { worth = worth, item = item, order = #found }
                    end
                end
            end
            at = at + 1
            list = queue[at] and queue[at].items
        end
        raw.table.sort(found, function(a, b)
            if a.worth ~= b.worth then
                return a.worth < b.worth
            end
            return a.order < b.order
        end)
        return found, total
    end

    --- What the coins of a holder are worth.
    ---@param holder table player, container or tile
    function items.money(holder)
        local _, total = purse(holder)
        return total
    end

    local function add_tfs(holder, money, flags)
        for _, coin in raw.ipairs(currency()) do
            local many = floor(money / coin[2])
            money = money - many * coin[2]
            while many > 0 do
                local count = min(STACK, many)
                local item = items.create(coin[1], count)
                if items.add(holder, item, WHEREEVER, flags) ~= NOERROR then
                    local tile = holder.class_name == "Tile" and holder or items.tile(holder) or holder.tile
                    items.add(tile, item, WHEREEVER, FLAG.NOLIMIT)
                end
                many = many - count
            end
        end
        return 0, NOERROR
    end

    -- One stack of coins: how many were placed, and why not all.
    local function place(holder, id, count, flags)
        local ret, remainder = items.add(holder, items.create(id, count), WHEREEVER, flags)
        if ret ~= NOERROR then
            return 0, ret
        end
        return count - remainder, remainder == 0 and NOERROR or NOROOM
    end

    local function add_stack(holder, id, count, flags)
        local placed, ret = place(holder, id, count, raw.bit.band(flags, raw.bit.bnot(DROP_ON_MAP)))
        local tile = holder.class_name == "Player" and holder.tile or nil
        if ret == NOERROR or raw.bit.band(flags, DROP_ON_MAP) == 0 or not tile then
            return placed, ret
        end
        local dropped, drop_ret = place(tile, id, count - placed, FLAG.NOLIMIT)
        return placed + dropped, drop_ret
    end

    local function add_canary(holder, money, flags)
        local total = 0
        for _, coin in raw.ipairs(COINS) do
            local many = floor(money / coin[2])
            money = money - many * coin[2]
            while many > 0 do
                local count = min(STACK, many)
                local placed, ret = add_stack(holder, coin[1], count, flags)
                total = total + placed * coin[2]
                if ret ~= NOERROR then
                    return total, ret
                end
                many = many - count
            end
        end
        return total, NOERROR
    end

    --- Gives coins. In TFS what a holder can't take falls to the ground.
    ---@param holder table
    ---@param money number
    ---@param flags number|nil
    ---@return number added what was given (Canary)
    ---@return number result RETURNVALUE_*
    function items.add_money(holder, money, flags)
        if money == 0 then
            return 0, NOERROR
        end
        return (tfs and add_tfs or add_canary)(holder, money, flags or 0)
    end

    -- Canary gives the change before it takes the coin, and drops it when there is no room.
    local function give_change(holder, change, flags)
        if change <= 0 then
            return true
        end
        local added, ret = items.add_money(holder, change, flags)
        if tfs then
            return true
        end
        if added < change and (ret == NOCAPACITY or ret == NOROOM or ret == CONTAINERFULL) then
            local more = items.add_money(holder, change - added, raw.bit.bor(flags, DROP_ON_MAP))
            added = added + more
        end
        return added >= change
    end

    --- Takes coins, with change; nothing when there are not enough.
    ---@param holder table
    ---@param money number
    ---@param flags number|nil
    ---@param balance number|nil what else may be taken from (the bank): it is not touched here
    ---@return boolean taken
    ---@return number missing what is to be taken from `balance`
    function items.remove_money(holder, money, flags, balance)
        if money == 0 then
            return true, 0
        end
        local found, total = purse(holder)
        if total + (balance or 0) < money then
            return false, 0
        end
        for at = 1, #found do
            local entry = found[at]
            local item = entry.item
            if entry.worth < money then
                items.remove(item)
                money = money - entry.worth
            elseif entry.worth > money then
                local unit = floor(entry.worth / item.count)
                local many = ceil(money / unit)
                if not give_change(holder, unit * many - money, flags or 0) then
                    return false, 0
                end
                items.remove(item, many)
                return true, 0
            else
                items.remove(item)
                return true, 0
            end
        end
        return true, money
    end
end
