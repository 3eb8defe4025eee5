--- Houses in the database: owners, rent and lists. What lies in them stays with the running world.

local context = ...
local raw = context.raw
local format = raw.string.format

return function(server, houses)
    local tfs = server.tfs
    local storage = server.parts.storage

    --- Writes who owns a house, which ends all bids for it.
    function houses.store_owner(house, guid)
        local set = tfs and "`owner` = %d, `bid` = 0, `bid_end` = 0, `last_bid` = 0, `highest_bidder` = 0"
            or "`owner` = %d, `new_owner` = -1, `paid` = 0, `bidder` = 0, `bidder_name` = '', `highest_bid` = 0, "
                .. "`internal_bid` = 0, `bid_end_date` = 0, `state` = " .. (guid > 0 and 2 or 0)
        storage.execute(format("UPDATE `houses` SET " .. set .. " WHERE `id` = %d", guid, house.id))
    end

    --- Writes who is to own a house from the next start of the server on (Canary).
    function houses.store_new_owner(house, guid)
        storage.execute(format("UPDATE `houses` SET `new_owner` = %d WHERE `id` = %d", guid, house.id))
    end

    --- Whether a player has bid for a house (TFS).
    function houses.has_bid(guid)
        return tfs
            and storage.query(format("SELECT `id` FROM `houses` WHERE `highest_bidder` = %d LIMIT 1", guid)) ~= nil
    end

    local function each(result, fn)
        if result then
            repeat
                local house = houses.get(storage.number(result, "id"))
                if house then
                    fn(house)
                end
            until not storage.next(result)
        end
    end

    --- Reads what was saved of the houses of the map.
    function houses.load_stored()
        if not storage.table_exists("houses") then
            return
        end
        local columns = tfs and "`id`, `owner`, `paid`, `warnings`" or "`id`, `owner`, `new_owner`, `paid`, `warnings`"
        local result = storage.query("SELECT " .. columns .. " FROM `houses`")
        each(result, function(house)
            local later = server.parts.config.boolean("TOGGLE_HOUSE_TRANSFER_ON_SERVER_RESTART")
            local next_owner = not tfs and later and storage.number(result, "new_owner") or -1
            houses.set_owner(house, storage.number(result, "owner"), false)
            if next_owner >= 0 then
                houses.set_owner(house, next_owner)
            end
            house.paid_until, house.warnings = storage.number(result, "paid"), storage.number(result, "warnings")
        end)
        result = storage.query("SELECT `house_id` AS `id`, `listid`, `list` FROM `house_lists`")
        each(result, function(house)
            houses.set_list(house, storage.number(result, "listid"), storage.text(result, "list"))
        end)
    end

    local function save_lists(house)
        local lists = { [houses.GUESTS] = house.guests.text, [houses.SUBOWNERS] = house.subowners.text }
        for _, door in raw.ipairs(house.doors) do
            lists[door.attributes.doorid] = door.access_list and door.access_list.text or nil
        end
        local saved = storage.execute(format("DELETE FROM `house_lists` WHERE `house_id` = %d", house.id))
        for number, text in raw.pairs(lists) do
            if text ~= "" then
                local list = storage.escaped(text)
                saved = storage.execute(format(
                    "INSERT INTO `house_lists` (`house_id`, `listid`, `list`) VALUES (%d, %d, %s)",
                    house.id, number, list
                )) and saved
            end
        end
        return saved
    end

    --- Writes a house.
    ---@param house table
    ---@return boolean
    function houses.save(house)
        local values = format(
            "`owner` = %d, `paid` = %d, `warnings` = %d, `name` = %s, `town_id` = %d, `rent` = %d, `size` = %d",
            house.owner, house.paid_until, house.warnings, storage.escaped(house.name), house.town_id, house.rent,
            #house.tiles > 0 and #house.tiles or house.size
        )
        local known = storage.query(format("SELECT `id` FROM `houses` WHERE `id` = %d", house.id))
        local saved
        if known then
            saved = storage.execute(format("UPDATE `houses` SET %s WHERE `id` = %d", values, house.id))
        else
            saved = storage.execute(format(
                "INSERT INTO `houses` (`id`, `owner`, `paid`, `warnings`, `name`, `town_id`, `rent`, `size`) VALUES "
                    .. "(%d, %d, %d, %d, %s, %d, %d, %d)",
                house.id, house.owner, house.paid_until, house.warnings, storage.escaped(house.name), house.town_id,
                house.rent, #house.tiles > 0 and #house.tiles or house.size
            ))
        end
        return save_lists(house) and saved
    end

    --- Writes all houses.
    function houses.save_all()
        local saved = true
        if not houses.list[1] or not storage.table_exists("houses") then
            return saved
        end
        -- At one stroke: hundreds of small ones would each wait for the disk.
        storage.execute("START TRANSACTION")
        for _, house in raw.ipairs(houses.list) do
            saved = houses.save(house) and saved
        end
        return storage.execute("COMMIT") and saved
    end
end
