--- Rent: paid from the owner's bank account when the server starts; who can't pay is warned seven times.

local context = ...
local raw = context.raw

local MOST_WARNINGS = 7
local WORDS = { daily = "daily", weekly = "weekly", monthly = "monthly", yearly = "annual" }

return function(server, houses)
    local function owner_of(house)
        local players, storage = server.parts.players, server.parts.storage
        return players.by_guid(house.owner) or storage.load_player(house.owner)
    end

    local function warn(house, player, period)
        local items = server.parts.items
        local letter = items.create(server.parts.enums.get("ITEM_LETTER_STAMPED"), 1)
        if letter then
            items.set_attribute(letter, "text", raw.string.format(
                'Warning! \nThe %s rent of %d gold for your house "%s" is payable. Have it within %d days or you will '
                    .. "lose this house.",
                WORDS[period], houses.rent(house), house.name, MOST_WARNINGS - house.warnings
            ))
            items.add(server.parts.players.inbox(player), letter, -1, server.parts.map.FLAG.NOLIMIT)
        end
        house.warnings = house.warnings + 1
    end

    local function collect(house, period, now)
        local rent = houses.rent(house)
        if rent == 0 or house.paid_until > now or not server.parts.map.towns.by_id[house.town_id] then
            return
        end
        local player = owner_of(house)
        if not player then
            houses.set_owner(house, 0)
            return
        end
        if player.bank >= rent then
            player.bank = player.bank - rent
            house.paid_until, house.warnings = now + houses.PERIODS[period], 0
        elseif house.warnings < MOST_WARNINGS then
            warn(house, player, period)
        else
            houses.set_owner(house, 0, true, player)
        end
        server.parts.players.save(player)
    end

    --- Collects the rent of all houses, when the configuration says so.
    function houses.collect_rents()
        local period = raw.string.lower(server.parts.config.text("HOUSE_RENT_PERIOD"))
        if not houses.PERIODS[period] then
            return
        end
        local now = server.parts.scheduler.time()
        for _, house in raw.ipairs(houses.list) do
            if house.owner ~= 0 then
                collect(house, period, now)
            end
        end
    end

    --- The server starts.
    houses.start = houses.collect_rents
    server.controls.collect_rents = houses.collect_rents
end
