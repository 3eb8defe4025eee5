--- Trade between players: one offers, the other answers with an offer, both accept, and the items change hands.

local context = ...
local raw = context.raw
local abs, max = raw.math.abs, raw.math.max

-- How a player stands in a trade.
local NONE, INITIATED, ACCEPTED, ACKNOWLEDGED, TRANSFER = nil, 1, 2, 3, 4
local MOST_ITEMS = 100
local IGNORE_AUTO_STACK = 64

return function(server)
    local trade = {}
    local tfs, env = server.tfs, server.env
    -- Items that are being traded, by whom.
    local offered = {}

    local function cancel(player, reason)
        server.parts.players.cancel(player, reason)
    end
    local function tell(player, kind, text)
        server.parts.players.text(player, kind, text)
    end
    local function transaction()
        return env.MESSAGE_TRANSACTION or env.MESSAGE_TRADE
    end
    local function refuse(player, text)
        if tfs then
            cancel(player, text)
        else
            tell(player, env.MESSAGE_TRADE, text)
        end
    end

    local function holds(container, item)
        local parent = item.parent
        while parent do
            if parent == container then
                return true
            end
            parent = parent.class_name ~= "Tile" and parent.class_name ~= "Player" and parent.parent or nil
        end
        return false
    end

    local function is_offered(item)
        for other in raw.pairs(offered) do
            if other == item or (item.items and holds(item, other)) or (other.items and holds(other, item)) then
                return true
            end
        end
        return false
    end

    local function in_sight(a, b)
        return server.parts.map.can_throw(a.tile.x, a.tile.y, a.tile.z, b.tile.x, b.tile.y, b.tile.z, true, true)
    end

    local function near(tile, x, y, z, range)
        return tile.z == z and abs(tile.x - x) <= range and abs(tile.y - y) <= range
    end

    local function not_tradeable(player, item, id)
        local clients, items = server.parts.clients, server.parts.items
        if clients.client_id and clients.client_id(item) ~= id or not item.type.pickupable
            or (items.number(item, "uniqueid") or 0) ~= 0 then
            return env.RETURNVALUE_NOTPOSSIBLE
        elseif not tfs and items.is_store_item(item) then
            return env.RETURNVALUE_ITEMUNTRADEABLE
        end
        local _, _, z = server.parts.map.position_of(item)
        if z and player.tile.z ~= z then
            return player.tile.z > z and env.RETURNVALUE_FIRSTGOUPSTAIRS or env.RETURNVALUE_FIRSTGODOWNSTAIRS
        end
    end

    local function too_far(player, partner)
        if not near(partner.tile, player.tile.x, player.tile.y, player.tile.z, 2) then
            if tfs then
                cancel(player, env.RETURNVALUE_DESTINATIONOUTOFREACH)
            else
                tell(player, env.MESSAGE_TRADE, partner.name .. " tells you to move closer.")
            end
            return true
        elseif not in_sight(partner, player) then
            cancel(player, tfs and env.RETURNVALUE_CANNOTTHROW or env.RETURNVALUE_CREATUREISNOTREACHABLE)
            return true
        end
        return false
    end

    -- Walks to an item that lies away; whether it has to.
    local function walks_to(player, item, again)
        local x, y, z = server.parts.items.position(item)
        if item.parent and item.parent.class_name ~= "Tile" and server.parts.items.holding_player(item) then
            return false
        elseif near(player.tile, x, y, z, 1) then
            return false
        end
        if not server.parts.clients.walk_to(player, { x = x, y = y, z = z }, 1, again) then
            cancel(player, env.RETURNVALUE_THEREISNOWAY)
        end
        return true
    end

    local function asked(name, ...)
        local events = server.parts.events
        local yes = events.ask_meta("Player", name, true, ...)
        if not tfs then
            yes = events.check_callback("playerO" .. raw.string.sub(name, 2), ...) and yes
        end
        return yes
    end

    local function has_store_items(item)
        local items, found = server.parts.items, false
        if not tfs and item.items then
            items.each(item, function(inside)
                found = found or items.is_store_item(inside)
            end)
        end
        return found
    end

    --- A player offers an item to another.
    ---@param player table
    ---@param from table { x, y, z } as its client says it
    ---@param id number the item's id in the client
    ---@param stack number
    ---@param partner_id number
    function trade.request(player, from, id, stack, partner_id)
        local partner = server.parts.creatures.by_id(partner_id)
        if not partner or partner == player or partner.class_name ~= "Player" then
            if tfs then
                cancel(player, "Select a player to trade with.")
            else
                tell(player, env.MESSAGE_FAILURE, "Sorry, not possible.")
            end
            return
        elseif too_far(player, partner) then
            return
        end
        local item = server.parts.clients.find(player, from, stack, id, "top")
        if not item or not item.type or item.direction then
            return cancel(player, env.RETURNVALUE_NOTPOSSIBLE)
        end
        local problem = not_tradeable(player, item, id)
        if problem then
            return cancel(player, problem)
        end
        local function again()
            if player.tile and partner.tile then
                trade.request(player, from, id, stack, partner_id)
            end
        end
        if walks_to(player, item, again) then
            return
        elseif is_offered(item) then
            return refuse(player, "This item is already being traded.")
        elseif item.items and server.parts.items.holding_count(item) + 1 > MOST_ITEMS then
            return refuse(player, tfs and "You can only trade up to 100 objects at once."
                or "You can not trade more than 100 items.")
        elseif has_store_items(item) then
            return tell(player, env.MESSAGE_TRADE, "This item cannot be trade.")
        end
        if asked("onTradeRequest", player, partner, item) then
            trade.start(player, partner, item)
        end
    end

    local function show(player, name, item, own)
        local list = { { id = item.id, count = item.count } }
        if item.items then
            server.parts.items.each(item, function(inside)
                list[#list + 1] = { id = inside.id, count = inside.count }
            end)
        end
        server.parts.clients.send(player, own and "trade_own" or "trade_counter", { name = name, items = list })
    end

    --- Begins a trade, or answers one.
    ---@return boolean
    function trade.start(player, partner, item)
        local answers = player.trade_state == ACKNOWLEDGED and player.trade_partner == partner
        if player.trade_state ~= NONE and not answers then
            cancel(player, env.RETURNVALUE_YOUAREALREADYTRADING)
            return false
        elseif partner.trade_state ~= NONE and partner.trade_partner ~= player then
            cancel(player, env.RETURNVALUE_THISPLAYERISALREADYTRADING)
            return false
        end
        player.trade_partner, player.trade_item, player.trade_state = partner, item, INITIATED
        offered[item] = player.id
        show(player, player.name, item, true)
        if partner.trade_state == NONE then
            tell(partner, tfs and env.MESSAGE_TRADE or transaction(), player.name .. " wants to trade with you.")
            partner.trade_state, partner.trade_partner = ACKNOWLEDGED, player
        else
            show(player, partner.name, partner.trade_item, false)
            show(partner, player.name, item, false)
        end
        return true
    end

    local function problem_text(code, item)
        local many = item.type.stackable and (item.count or 1) > 1
        local what = many and "these objects" or "this object"
        if code == env.RETURNVALUE_NOTENOUGHCAPACITY then
            local items = server.parts.items
            local weight = items.weight_description(item.type, items.weight(item), item.count)
            return "You do not have enough capacity to carry " .. what .. ".\n " .. weight
        elseif code == env.RETURNVALUE_NOTENOUGHROOM or code == env.RETURNVALUE_CONTAINERNOTENOUGHROOM then
            return "You do not have enough room to carry " .. what .. "."
        end
        return "Trade could not be completed."
    end

    local function backpack_of(player)
        return player.inventory[env.CONST_SLOT_BACKPACK or 3]
    end

    -- TFS: one who gives its own backpack away needs the place where the other's item is worn.
    local function backpack_checks(player, mine, partner, theirs)
        local function worn(who, item)
            for slot in raw.pairs(who.inventory) do
                if who.inventory[slot] == item then
                    return env.RETURNVALUE_NOTENOUGHROOM
                end
            end
            return 0
        end
        local partner_code, code = 0, 0
        if backpack_of(partner) == theirs then
            partner_code = worn(partner, mine)
        end
        if backpack_of(player) == mine then
            code = worn(player, theirs)
        end
        if backpack_of(player) == mine and backpack_of(partner) == theirs then
            code = env.RETURNVALUE_NOTENOUGHROOM
        end
        return partner_code, code
    end

    -- Gives each what the other has; whether it went, else why not, for the partner and for the player.
    local function exchange(player, mine, partner, theirs)
        local items = server.parts.items
        local partner_code, code
        if tfs then
            partner_code, code = backpack_checks(player, mine, partner, theirs)
            if partner_code ~= 0 or code ~= 0 then
                return false, partner_code, code
            end
        end
        partner_code = items.add(partner, mine, -1, 0, true)
        code = items.add(player, theirs, -1, 0, true)
        if partner_code ~= 0 or code ~= 0 then
            return false, partner_code, code
        end
        code = items.remove(mine, mine.count, 0, true)
        partner_code = items.remove(theirs, theirs.count, 0, true)
        if partner_code ~= 0 or code ~= 0 then
            return false, partner_code, code
        end
        partner_code = items.move_item(mine.parent, partner, mine,
            { count = mine.count, flags = IGNORE_AUTO_STACK, index = -1, trade_item = theirs })
        if partner_code ~= 0 then
            return false, partner_code, code
        end
        items.move_item(theirs.parent, player, theirs, { count = theirs.count, flags = IGNORE_AUTO_STACK, index = -1 })
        return true, 0, 0
    end

    local function over(player)
        player.trade_state, player.trade_item, player.trade_partner = NONE, nil, nil
        server.parts.clients.send(player, "trade_closed", {})
    end

    local function swap(player, partner)
        local mine, theirs = player.trade_item, partner.trade_item
        if not asked("onTradeAccept", player, partner, mine, theirs) then
            trade.close(player, not tfs)
            return
        end
        player.trade_state, partner.trade_state = TRANSFER, TRANSFER
        offered[mine], offered[theirs] = nil, nil
        local done, partner_code, code = exchange(player, mine, partner, theirs)
        if not done then
            local kind = tfs and env.MESSAGE_EVENT_ADVANCE or transaction()
            tell(partner, kind, problem_text(partner_code, mine))
            tell(player, kind, problem_text(code, theirs))
        end
        if tfs then
            server.parts.events.meta("Player", "onTradeCompleted", player, partner, mine, theirs, done)
        end
        over(player)
        over(partner)
    end

    --- A player accepts the trade it sees.
    function trade.accept(player)
        local partner = player.trade_partner
        if (player.trade_state ~= ACKNOWLEDGED and player.trade_state ~= INITIATED) or not partner then
            return
        end
        if not tfs and not in_sight(partner, player) then
            return cancel(player, env.RETURNVALUE_CREATUREISNOTREACHABLE)
        end
        player.trade_state = ACCEPTED
        if partner.trade_state ~= ACCEPTED then
            return
        end
        if tfs and not in_sight(partner, player) then
            trade.close(player, false)
            cancel(player, env.RETURNVALUE_CANNOTTHROW)
            cancel(partner, env.RETURNVALUE_CANNOTTHROW)
            return
        end
        swap(player, partner)
    end

    local function item_at(item, index)
        if index == 0 then
            return item
        end
        local list, at = { item }, 1
        while list[at] do
            for _, inside in raw.ipairs(list[at].items or {}) do
                if inside.items then
                    list[#list + 1] = inside
                end
                index = index - 1
                if index == 0 then
                    return inside
                end
            end
            at = at + 1
        end
    end

    --- A player looks at what is offered.
    function trade.look(player, counter, index)
        local partner = player.trade_partner
        local item = partner and (counter and partner.trade_item or not counter and player.trade_item) or nil
        if not item then
            return
        end
        local x, y = server.parts.items.position(item)
        local distance = max(abs(player.tile.x - x), abs(player.tile.y - y))
        local wanted = item_at(item, index)
        if not wanted then
            return
        end
        local events = server.parts.events
        events.meta("Player", "onLookInTrade", player, partner, wanted, distance)
        if not tfs then
            events.callback("playerOnLookInTrade", player, partner, wanted, distance)
        end
    end

    --- Ends a trade before it was made.
    ---@param player table
    ---@param tells boolean|nil says so; true unless given
    function trade.close(player, tells)
        local partner = player.trade_partner
        if player.trade_state == TRANSFER or (partner and partner.trade_state == TRANSFER) then
            return
        end
        for _, each in raw.ipairs({ player, partner }) do
            if each.trade_item then
                offered[each.trade_item] = nil
            end
            each.trade_item, each.trade_state, each.trade_partner = nil, NONE, nil
            if tells ~= false then
                tell(each, env.MESSAGE_STATUS_SMALL or env.MESSAGE_FAILURE, "Trade cancelled.")
            end
            server.parts.clients.send(each, "trade_closed", {})
        end
    end

    --- An item of a player has been moved or changed: a trade of it, or of what holds it, ends.
    ---@param player table
    ---@param item table
    function trade.changed(player, item)
        local own = player.trade_item
        if own and player.trade_state ~= TRANSFER
            and (own == item or (own.items and holds(own, item)) or (item.items and holds(item, own))) then
            trade.close(player)
        end
    end

    --- What a player offers may no longer be there, or not near enough.
    function trade.check(player)
        local item = player.trade_item
        if not item or player.trade_state == TRANSFER then
            return
        end
        local items = server.parts.items
        if items.is_removed(item) then
            trade.close(player)
            return
        end
        local x, y, z = items.position(item)
        if player.tile and not near(player.tile, x, y, z, 1) and items.holding_player(item) ~= player then
            trade.close(player)
        end
    end

    return trade
end
