--- What a house is: where it lies on the map, and what the file of houses tells of it.

local context = ...
local raw = context.raw

return function(server, houses)
    local PROTECTIONZONE = 128
    local by_id = {}
    --- All houses, by their ids.
    houses.list = {}

    --- The house of an id; nil for none.
    function houses.get(id)
        return by_id[id]
    end

    --- The house of an id, made when there is none.
    ---@param id number
    ---@return table house
    function houses.make(id)
        local house = by_id[id]
        if not house then
            house = {
                class_name = "House",
                id = id,
                name = "",
                town_id = 0,
                client_id = 0,
                size = 0,
                rent = 0,
                exit = { x = 0, y = 0, z = 0 },
                owner = 0,
                owner_name = "",
                owner_account = 0,
                paid_until = 0,
                warnings = 0,
                -- Tiles as they come, and places of those that no one has asked for yet.
                tiles = {},
                unread = {},
                doors = {},
                beds = {},
                guests = houses.new_list(),
                subowners = houses.new_list(),
            }
            by_id[id] = house
            local list = houses.list
            list[#list + 1] = house
            raw.table.sort(list, function(a, b)
                return a.id < b.id
            end)
        end
        return house
    end

    --- A map says where tiles of a house are.
    ---@param id number
    ---@param places number[] x, y, z in turn
    function houses.expect(id, places)
        local house = houses.make(id)
        house.unread[#house.unread + 1] = places
    end

    --- A tile that belongs to a house has come onto the map.
    ---@param id number
    ---@param tile table
    function houses.add_tile(id, tile)
        local house = houses.make(id)
        if tile.house ~= house then
            tile.house = house
            house.tiles[#house.tiles + 1] = tile
        end
        tile.flags = raw.bit.bor(tile.flags, PROTECTIONZONE)
    end

    --- The tiles of a house.
    ---@param house table
    ---@return table[]
    function houses.tiles(house)
        local unread = house.unread
        if #unread > 0 then
            house.unread = {}
            for _, places in raw.ipairs(unread) do
                for at = 1, #places, 3 do
                    server.parts.map.tile(places[at], places[at + 1], places[at + 2])
                end
            end
        end
        return house.tiles
    end

    local function contains(list, item)
        for at = 1, #list do
            if list[at] == item then
                return true
            end
        end
        return false
    end

    --- An item has come onto a tile of a house: doors and beds belong to it from then on.
    function houses.item_added(house, item)
        local map = server.parts.map
        if map.is_door(item) then
            if (item.attributes and item.attributes.doorid or 0) ~= 0 and not contains(house.doors, item) then
                house.doors[#house.doors + 1] = item
                houses.describe_doors(house)
            end
        elseif map.is_bed(item) and not contains(house.beds, item) then
            house.beds[#house.beds + 1] = item
        end
    end

    -- Those of a list that still are on a tile of the house.
    local function still_there(house, list)
        local kept = {}
        for at = 1, #list do
            local tile = list[at].parent
            if tile and tile.house == house then
                kept[#kept + 1] = list[at]
            end
        end
        return kept
    end

    --- The doors of a house that have a number.
    function houses.doors(house)
        houses.tiles(house)
        house.doors = still_there(house, house.doors)
        return house.doors
    end

    --- The halves of beds in a house.
    function houses.beds(house)
        houses.tiles(house)
        house.beds = still_there(house, house.beds)
        return house.beds
    end

    --- The door of a number.
    function houses.door(house, number)
        for _, door in raw.ipairs(houses.doors(house)) do
            if door.attributes.doorid == number then
                return door
            end
        end
    end

    --- The house that a player owns, by its number in the database.
    function houses.of_owner(guid)
        for _, house in raw.ipairs(houses.list) do
            if house.owner == guid then
                return house
            end
        end
    end

    houses.of_player = houses.of_owner

    --- What a house's rent is (Canary has a rate for all).
    function houses.rent(house)
        if server.tfs then
            return house.rent
        end
        return raw.math.floor(house.rent * (server.parts.config.get("HOUSE_RENT_RATE") or 1))
    end

    --- What a house costs (Canary): so much a square, and so many times its rent.
    function houses.price(house)
        local config = server.parts.config
        local squares = config.number("HOUSE_PRICE_PER_SQM") * house.size
        local rents = raw.math.floor(houses.rent(house) * (config.get("HOUSE_PRICE_RENT_MULTIPLIER") or 0))
        return (squares + rents) % 4294967296
    end

    --- Says that the way out of a house leads nowhere.
    function houses.report_exit(house)
        local exit = house.exit
        if server.tfs then
            server:log("error", raw.string.format(
                "Error: [HouseTile::queryDestination] House entry not correct - Name: %s - House id: %d - Tile not "
                    .. "found: ( %d / %d / %d )", house.name, house.id, exit.x, exit.y, exit.z
            ))
        else
            server:log("error", raw.string.format(
                "[HouseTile::queryDestination] - Entry not correct for house name: %s with id: %d not found tile: "
                    .. "( %d, %d, %d )", house.name, house.id, exit.x, exit.y, exit.z
            ))
        end
    end

    local function number(attributes, name)
        return raw.tonumber(attributes[name]) or 0
    end

    --- Reads what a file tells of the houses of the map.
    ---@param path string
    ---@return boolean
    function houses.load(path)
        local document = server.host("files.xml", path)
        if not document then
            server:log("warning", "Failed to load house data.")
            return false
        end
        for _, node in raw.ipairs(document.children) do
            local told = node.attributes
            local id = raw.tonumber(told.houseid)
            local house = id and by_id[id]
            if not id then
                return false
            elseif not house then
                server:log("error", server.tfs
                    and "Error: [Houses::loadHousesXML] Unknown house, id = " .. id
                    or "[Houses::loadHousesXML] - Unknown house with id: " .. id)
                return false
            end
            house.name = told.name or ""
            house.exit = { x = number(told, "entryx"), y = number(told, "entryy"), z = number(told, "entryz") }
            house.rent, house.town_id = number(told, "rent"), number(told, "townid")
            house.size, house.client_id = number(told, "size"), number(told, "clientid")
            house.beds_most = told.beds and number(told, "beds") or -1
            houses.set_owner(house, 0, false)
        end
        houses.load_stored()
        return true
    end
end
