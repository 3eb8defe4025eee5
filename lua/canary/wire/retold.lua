--- What a client was told so far, told once more: for who begins to look over its shoulder. It is what the client
--- knows, not what is there now, so that what is told next fits.

local context = ...
local raw = context.raw

return function(server, wire)
    --- What a client knows.
    ---@param view table of whom everything was sent
    ---@return table { messages, names }; names are those of creatures that are known, { id, name } each
    function wire.retold(view)
        local creatures, names = server.parts.creatures, {}
        for id in raw.pairs(view.known) do
            local creature = creatures.by_id(id)
            if creature then
                names[#names + 1] = { id, creature.name }
            end
        end
        local fresh = wire.new_view(view.number, { version = view.version, system = view.system })
        fresh.player, fresh.x, fresh.y, fresh.z = view.player, view.x, view.y, view.z
        local out = { wire.login_success(view), wire.told_map(view, fresh) }
        for _, message in raw.ipairs(wire.told_holders(view)) do
            out[#out + 1] = message
        end
        out[#out + 1] = view.told.stats
        out[#out + 1] = view.offers.own
        out[#out + 1] = view.offers.counter
        return { out, names }
    end
end
