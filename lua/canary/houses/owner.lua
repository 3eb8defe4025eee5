--- Who owns a house, and what becomes of what is in it when that changes.

local context = ...
local raw = context.raw
local lower = raw.string.lower

local DAY = 86400
local PERIODS = { yearly = 365 * DAY, monthly = 30 * DAY, weekly = 7 * DAY, daily = DAY }

return function(server, houses)
    local tfs = server.tfs
    --- Seconds that a rent is good for, by the words of the configuration.
    houses.PERIODS = PERIODS

    local function player_named(guid)
        local player = server.parts.players.known(guid)
        if player then
            return player.name, player.account_id or 0
        end
        local found = server.parts.storage.find_player(guid)
        if found then
            return found.name, found.account_id
        end
    end

    local function paid_until()
        local period = PERIODS[lower(server.parts.config.text("HOUSE_RENT_PERIOD"))]
        return period and server.parts.scheduler.time() + period or 0
    end

    -- What can be carried away goes to the inbox of the owner; out of furniture, what is in it.
    local function collect(list, item)
        if item.type.pickupable then
            list[#list + 1] = item
        elseif item.items then
            for _, inside in raw.ipairs(item.items) do
                list[#list + 1] = inside
            end
        end
    end

    --- Sends what lies in a house, or on one of its tiles, to a player's inbox.
    ---@param house table
    ---@param player table|nil
    ---@param tile table|nil
    ---@return boolean
    function houses.move_to_depot(house, player, tile)
        if house.town_id == 0 or not player or (tfs and house.owner == 0) then
            return false
        end
        local box = server.parts.players.inbox(player)
        if not box then
            return false
        end
        local list = {}
        for _, place in raw.ipairs(tile and { tile } or houses.tiles(house)) do
            for _, item in raw.ipairs(place.items or {}) do
                collect(list, item)
            end
        end
        for _, item in raw.ipairs(list) do
            server.parts.items.move(item, box, item.count, server.parts.map.FLAG.NOLIMIT)
        end
        return true
    end

    local function empty(house, player)
        houses.move_to_depot(house, player or server.parts.players.known(house.owner))
        houses.each_player(house, function(there)
            houses.kick(house, nil, there)
        end)
        house.owner, house.owner_account, house.owner_name = 0, 0, tfs and "" or house.owner_name
        houses.set_list(house, houses.SUBOWNERS, "")
        houses.set_list(house, houses.GUESTS, "")
        for _, door in raw.ipairs(house.doors) do
            if door.access_list then
                houses.parse_list(door.access_list, "")
            end
        end
    end

    --- Gives a house to a player, by its number in the database, or to nobody (0).
    ---@param house table
    ---@param guid number
    ---@param update_database boolean|nil true unless given
    ---@param player table|nil who gets what is in it, when that is known already
    function houses.set_owner(house, guid, update_database, player)
        if update_database ~= false and house.owner ~= guid then
            houses.store_owner(house, guid)
        end
        if house.loaded and house.owner == guid then
            return
        end
        house.loaded = true
        if house.owner ~= 0 then
            empty(house, player)
            if not tfs then
                house.paid_until = guid ~= 0 and paid_until() or 0
            end
        else
            house.paid_until = (tfs or guid ~= 0) and paid_until() or 0
        end
        house.warnings = 0
        if guid ~= 0 then
            local name, account = player_named(guid)
            if name and name ~= "" then
                house.owner, house.owner_name, house.owner_account = guid, name, account or 0
            end
        end
        houses.describe_doors(house)
    end

    local function grouped(value)
        local text = raw.string.format("%d", value)
        local again = 1
        while again > 0 do
            text, again = raw.string.gsub(text, "^(%-?%d+)(%d%d%d)", "%1,%2")
        end
        return text
    end

    --- Writes onto the doors whose house it is (Canary; TFS's scripts tell it).
    function houses.describe_doors(house)
        if tfs then
            return
        end
        local config = server.parts.config
        local parts = { "It belongs to house '" .. house.name .. "'. " }
        parts[#parts + 1] = house.owner ~= 0 and house.owner_name .. " owns this house." or "Nobody owns this house."
        if not config.boolean("CYCLOPEDIA_HOUSE_AUCTION") then
            parts[#parts + 1] = " It is " .. house.size .. " square meters."
            local price = houses.price(house)
            if price ~= 4294967295 then
                if config.boolean("HOUSE_PURSHASED_SHOW_PRICE") or house.owner == 0 then
                    parts[#parts + 1] = " It costs " .. grouped(price) .. " gold coins."
                end
                local period = lower(config.text("HOUSE_RENT_PERIOD"))
                if period ~= "never" then
                    parts[#parts + 1] = " The rent cost is " .. grouped(houses.rent(house))
                        .. " gold coins and it is billed " .. period .. "."
                end
            end
        end
        local text = raw.table.concat(parts)
        for _, door in raw.ipairs(house.doors) do
            server.parts.items.set_attribute(door, "description", text)
        end
    end

    --- Whether anything lies in a house that could be carried away (Canary).
    function houses.has_items(house)
        for _, tile in raw.ipairs(houses.tiles(house)) do
            for _, item in raw.ipairs(tile.items or {}) do
                local what = item.type.wrappable and "wrap" or (item.type.pickupable and "pickupable") or nil
                if what then
                    server:log("error", raw.string.format(
                        "It is not possible to purchase a house with %s item inside: id '%d', name '%s'",
                        what, item.id, item.type.name
                    ))
                    return true
                end
            end
        end
        return false
    end

    --- Canary: the house goes to another owner, at once or at the next start of the server.
    function houses.set_new_owner(house, guid)
        if not server.parts.config.boolean("TOGGLE_HOUSE_TRANSFER_ON_SERVER_RESTART") then
            houses.set_owner(house, guid, true)
            return
        end
        houses.store_new_owner(house, guid)
        house.new_owner = guid
    end

    --- Whether a new owner waits for the next start of the server.
    function houses.has_new_owner(house)
        return server.parts.config.boolean("TOGGLE_HOUSE_TRANSFER_ON_SERVER_RESTART") and house.new_owner ~= nil
    end
end
