--- Player: the coins of its account (Canary).

---@param server table
---@param players table
---@param bind table
return function(server, _, bind)
    local userdata, arguments = server.userdata, server.arguments
    local NORMAL, TRANSFERABLE = "coins", "coins_transferable"

    local function of(fn)
        return bind.strict("Player", "Player not found", fn, nil)
    end

    local function count(kind)
        return of(function(player)
            return server.parts.storage.coins(player.account_id, kind)
        end)
    end

    -- What goes wrong is reported, and has nil for an answer.
    local function change(fn, what, problem)
        return of(function(player, amount)
            if server.parts.storage[fn](player.account_id, what, arguments.u32(amount)) then
                return true
            end
            server:report(problem)
            return nil
        end)
    end

    userdata.methods("Player", {
        getTibiaCoins = count(NORMAL),
        addTibiaCoins = change("add_coins", NORMAL, "Failed to add coins"),
        removeTibiaCoins = change("remove_coins", { NORMAL }, "Failed to remove coins"),
        getTransferableCoins = count(TRANSFERABLE),
        addTransferableCoins = change("add_coins", TRANSFERABLE, "failed to add transferable coins"),
        removeTransferableCoins = change("remove_coins", { TRANSFERABLE }, "failed to remove transferable coins"),
        removeTransferableAndTibiaCoins =
            change("remove_coins", { TRANSFERABLE, NORMAL }, "failed to remove transferable and regular coins"),
    })
end
