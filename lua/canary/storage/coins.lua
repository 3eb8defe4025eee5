--- Coins of accounts (Canary): read and written in the table `accounts` each time, as the server does, since a shop on
--- a web page may give some meanwhile. Without such a table they last as long as the server.

local context = ...
local raw = context.raw
local format, ipairs, min = raw.string.format, raw.ipairs, raw.math.min

-- CoinType and CoinTransactionType of account_coins.hpp.
local TYPES = { coins = 1, coins_transferable = 3 }
local ADD, REMOVE = 1, 2
local MOST = 2 ^ 32

return function(server, storage)
    if server.tfs then
        return
    end
    local in_memory = {}

    --- How many coins an account has.
    ---@param account_id number
    ---@param kind string coins or coins_transferable
    function storage.coins(account_id, kind)
        local account = storage.account(account_id)
        local count = account and account[kind]
        if count == nil then
            count = in_memory[account_id] and in_memory[account_id][kind]
        end
        return count or 0
    end

    local function register(account_id, kind, amount, transaction, text)
        if storage.table_exists("coins_transactions") then
            storage.execute(format("INSERT INTO `coins_transactions` (`account_id`, `type`, `coin_type`, `amount`, "
                .. "`description`) VALUES (%d, %d, %d, %d, %s)", account_id, transaction, TYPES[kind], amount,
                storage.escaped(text)))
        end
    end

    local function change(account_id, kind, amount)
        local account = storage.account(account_id)
        if account and account[kind] ~= nil then
            local sign = amount < 0 and "-" or "+"
            return storage.execute(format("UPDATE `accounts` SET `%s` = `%s` %s %d WHERE `id` = %d", kind, kind, sign,
                raw.math.abs(amount), account_id))
        end
        in_memory[account_id] = in_memory[account_id] or {}
        in_memory[account_id][kind] = (in_memory[account_id][kind] or 0) + amount
        return true
    end

    --- Gives coins.
    ---@return boolean done
    function storage.add_coins(account_id, kind, amount)
        if amount == 0 then
            return true
        elseif storage.coins(account_id, kind) + amount >= MOST or not change(account_id, kind, amount) then
            return false
        end
        register(account_id, kind, amount, ADD, "ADD Coins")
        return true
    end

    --- Takes coins, first of the first kind: all or none.
    ---@param kinds string[]
    ---@return boolean done
    function storage.remove_coins(account_id, kinds, amount)
        local there = 0
        for _, kind in ipairs(kinds) do
            there = there + storage.coins(account_id, kind)
        end
        if there < amount then
            server:log("info", format("Account doesn't have enough coins! current[%d], remove:[%d]", there, amount))
            return false
        end
        for _, kind in ipairs(kinds) do
            local part = min(amount, storage.coins(account_id, kind))
            if part > 0 then
                if not change(account_id, kind, -part) then
                    return false
                end
                register(account_id, kind, part, REMOVE, "REMOVE Coins")
                amount = amount - part
            end
        end
        return true
    end
end
