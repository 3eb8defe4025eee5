--- Trade with players, and shops of npcs.

return function(server, _, deeds)
    --- A player offers a thing to another one.
    function deeds.request_trade(player, from, id, stack, other_id)
        server.parts.trade.request(player, from, id, stack, other_id)
    end

    function deeds.accept_trade(player)
        server.parts.trade.accept(player)
    end

    function deeds.close_trade(player)
        server.parts.trade.close(player)
    end

    function deeds.look_in_trade(player, counter, index)
        server.parts.trade.look(player, counter, index)
    end

    --- A player buys from the npc whose shop is open.
    function deeds.buy(player, id, count, amount, ignore_capacity, in_backpacks)
        server.parts.npcs.buy(player, id, count, amount, ignore_capacity, in_backpacks)
    end

    function deeds.sell(player, id, count, amount, ignore_equipped)
        server.parts.npcs.sell(player, id, count, amount, ignore_equipped)
    end

    function deeds.close_shop(player)
        server.parts.npcs.close_shop(player)
    end

    function deeds.look_in_shop(player, id, count)
        server.parts.npcs.look_in_shop(player, id, count)
    end
end
