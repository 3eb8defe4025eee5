--- What the market's history says of prices (TFS): read once, as the server does when it starts.

-- MARKETACTION_BUY and OFFERSTATE_ACCEPTED, for which scripts have no names.
local BUY, ACCEPTED = 0, 3

return function(server, storage)
    if not server.tfs then
        return
    end
    local bought, sold

    local function read()
        bought, sold = {}, {}
        local found = storage.table_exists("market_history") and storage.query(
            "SELECT `sale`, `itemtype`, COUNT(`price`) AS `num`, MIN(`price`) AS `min`, MAX(`price`) AS `max`,"
                .. " SUM(`price`) AS `sum` FROM `market_history` WHERE `state` = " .. ACCEPTED
                .. " GROUP BY `itemtype`, `sale`"
        )
        while found and found.rows[found.at] do
            local of = storage.number(found, "sale") == BUY and bought or sold
            of[storage.number(found, "itemtype")] = {
                numTransactions = storage.number(found, "num"),
                totalPrice = storage.number(found, "sum"),
                highestPrice = storage.number(found, "max"),
                lowestPrice = storage.number(found, "min"),
            }
            storage.next(found)
        end
    end

    --- What has been paid for an item in offers that were taken: { numTransactions, totalPrice, highestPrice,
    --- lowestPrice }; nil when none was.
    ---@param id number
    ---@param selling boolean of offers to sell, else of those to buy
    ---@return table|nil
    function storage.market_prices(id, selling)
        if not bought then
            read()
        end
        local prices = (selling and sold or bought)[id]
        if not prices then
            return nil
        end
        return {
            numTransactions = prices.numTransactions,
            totalPrice = prices.totalPrice,
            highestPrice = prices.highestPrice,
            lowestPrice = prices.lowestPrice,
        }
    end
end
