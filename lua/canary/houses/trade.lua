--- A house changes hands by trade: its owner offers a document.

local context = ...
local raw = context.raw

return function(server, houses)
    local tfs = server.tfs
    local enum = server.parts.enums.get

    local function answer(name)
        return enum("RETURNVALUE_" .. name) or 0
    end

    local function tell(player, text)
        server.parts.players.text(player, enum("MESSAGE_EVENT_ADVANCE") or 19, text)
    end

    local WAITS = " Ownership is already scheduled to be transferred upon the next server restart."

    --- The document that stands for a house in a trade; nil while there is one.
    function houses.transfer_item(house)
        if house.transfer then
            return nil
        end
        local item = server.parts.items.create_loose(enum("ITEM_DOCUMENT_RO"), 1)
        if not item then
            return nil
        end
        server.parts.items.set_attribute(
            item, "description", "It is a house transfer document for '" .. house.name .. "'."
        )
        item.house = house
        house.transfer = item
        return item
    end

    --- The trade of a house's document has been called off.
    function houses.reset_transfer(house)
        house.transfer = nil
    end

    --- A house's document has been traded.
    ---@param item table
    ---@param new_owner table player
    ---@return boolean
    function houses.transfer(item, new_owner)
        local house = item.house
        if not house or house.transfer ~= item then
            return false
        end
        if not tfs then
            local later = server.parts.config.boolean("TOGGLE_HOUSE_TRANSFER_ON_SERVER_RESTART")
                and " The ownership will be transferred upon server restart." or ""
            tell(new_owner, "You have successfully bought the house." .. later)
            local old = server.parts.players.by_guid(house.owner)
            if old then
                tell(old, "You have successfully sold your house." .. later)
            end
            if houses.has_new_owner(house) then
                return false
            end
            houses.set_new_owner(house, new_owner.guid)
        else
            houses.set_owner(house, new_owner.guid)
        end
        house.transfer = nil
        return true
    end

    --- Offers a house to another player.
    ---@return number RETURNVALUE_*
    function houses.start_trade(house, player, partner)
        local a, b = player.tile, partner.tile
        local near = a and b and a.z == b.z and raw.math.abs(a.x - b.x) <= 2 and raw.math.abs(a.y - b.y) <= 2
        if not near then
            return answer("TRADEPLAYERFARAWAY")
        elseif house.owner ~= player.guid then
            return answer("YOUDONTOWNTHISHOUSE")
        elseif houses.of_owner(partner.guid) then
            return answer("TRADEPLAYERALREADYOWNSAHOUSE")
        elseif houses.has_bid(partner.guid) then
            return answer("TRADEPLAYERHIGHESTBIDDER")
        end
        local item = houses.transfer_item(house)
        if not item then
            return answer("YOUCANNOTTRADETHISHOUSE")
        end
        if not tfs and houses.has_new_owner(house) then
            tell(partner, "You cannot buy this house." .. WAITS)
            tell(player, "You cannot sell this house." .. WAITS)
            return answer("YOUCANNOTTRADETHISHOUSE")
        end
        local start = server.parts.trade.start
        if not (start and start(player, partner, item)) then
            houses.reset_transfer(house)
        end
        return answer("NOERROR")
    end
end
