--- Houses and towns of the map editor (classes House and Town, g_houses, g_towns): edubart's alone.

local context = ...
local raw = context.raw
local format, insert, remove = raw.string.format, raw.table.insert, raw.table.remove

local HOUSE_TILE = 64

return function(engine, game)
    if not engine.edubart then
        return
    end
    local position, xml = game.position, game.xml
    local houses, towns, no_town = {}, {}, nil

    local function setter(key)
        return function(record, value)
            record[key] = value
        end
    end
    local function getter(key)
        return function(record)
            return record[key]
        end
    end

    -- The first whose field has the value, and its place.
    local function first(list, key, value)
        for index, record in raw.ipairs(list) do
            if record[key] == value then
                return record, index
            end
        end
    end

    local function add(list, record)
        if record and not first(list, "number", record.number) then
            insert(list, record)
        end
    end

    local function drop(list, number)
        local _, index = first(list, "number", number)
        if index then
            remove(list, index)
        end
    end

    -- By name; those of one name stay in their order.
    local function sort(list)
        local place = {}
        for index, record in raw.ipairs(list) do
            place[record] = index
        end
        raw.table.sort(list, function(a, b)
            if a.name ~= b.name then
                return a.name < b.name
            end
            return place[a] < place[b]
        end)
    end

    local function copied(list)
        local copy = {}
        for index, record in raw.ipairs(list) do
            copy[index] = record
        end
        return copy
    end

    -- Houses -------------------------------------------------------------------------------------------------------

    local function new_house(number)
        local house = engine.object.new("House")
        house.number, house.name = number or 0, ""
        house.town, house.size, house.rent = 0, 0, 0
        house.entry = game.NOWHERE
        house.tiles, house.doors, house.next_door = {}, {}, 0
        house.guild_hall = false
        return house
    end

    local function remove_door(house, number)
        if number >= house.next_door then
            engine:fail(
                format("Failed to remove door of id %d (would overflow), max id: %d", number, house.next_door)
            )
        end
        house.doors[number] = nil
    end

    engine:class("House", {
        setId = setter("number"),
        getId = getter("number"),
        setName = setter("name"),
        getName = getter("name"),
        setTownId = setter("town"),
        getTownId = getter("town"),
        setSize = setter("size"),
        getSize = getter("size"),
        setRent = setter("rent"),
        getRent = getter("rent"),
        setEntry = setter("entry"),
        getEntry = getter("entry"),
        setTile = function(house, tile)
            if not tile then
                return
            end
            tile.flags = raw.bit.bor(tile.flags, HOUSE_TILE)
            tile.house_id = house.number
            local key = position.key(tile.position)
            house.tiles[key] = house.tiles[key] or tile
        end,
        getTile = function(house, pos)
            return house.tiles[position.key(pos)]
        end,
        addDoor = function(house, door)
            if door then
                door.door_id = house.next_door % 256
                house.doors[house.next_door] = door
                house.next_door = house.next_door + 1
            end
        end,
        removeDoor = function(house, door)
            if door then
                remove_door(house, door.door_id or 0)
            end
        end,
        removeDoorById = remove_door,
    }, { create = new_house })

    local function read_house(element)
        local number = xml.number(element, "houseid")
        local house = first(houses, "number", number)
        if not house then
            house = new_house(number)
            insert(houses, house)
        end
        local name = element.attributes.name or ""
        house.name = name ~= "" and name or format("Unnamed house #%d", number)
        house.rent, house.size = xml.number(element, "rent"), xml.number(element, "size")
        house.town = xml.number(element, "townid")
        house.guild_hall = xml.number(element, "guildhall") ~= 0
        house.entry =
            position.of(xml.number(element, "entryx"), xml.number(element, "entryy"), xml.number(element, "entryz"))
    end

    local function load_houses(file)
        local root = xml.load(file, "failed to load '" .. raw.string.gsub(file, "%%", "%%%%") .. "': %s (House XML)")
        if root.name ~= "houses" then
            raw.error("invalid root tag name", 0)
        end
        for _, element in raw.ipairs(root.children) do
            if element.name ~= "house" then
                raw.error("invalid house tag.", 0)
            end
            read_house(element)
        end
    end

    local function save_houses(file)
        local root = { name = "houses", children = {} }
        for _, house in raw.ipairs(houses) do
            insert(root.children, {
                name = "house",
                pairs = {
                    { "name", house.name },
                    { "houseid", house.number },
                    { "entryx", house.entry.x },
                    { "entryy", house.entry.y },
                    { "entryz", house.entry.z },
                    { "rent", house.rent },
                    { "townid", house.town },
                    { "size", house.size },
                    { "guildhall", house.guild_hall and 1 or 0 },
                },
            })
        end
        xml.save(file, root, "houses")
    end

    engine:singleton("g_houses", {
        addHouse = function(house)
            add(houses, house)
        end,
        removeHouse = function(number)
            drop(houses, number)
        end,
        getHouse = function(number)
            return (first(houses, "number", number))
        end,
        getHouseByName = function(name)
            return (first(houses, "name", name))
        end,
        getHouseList = function()
            return copied(houses)
        end,
        filterHouses = function(town)
            local list = {}
            for _, house in raw.ipairs(houses) do
                if house.town == town then
                    insert(list, house)
                end
            end
            return list
        end,
        clear = function()
            houses = {}
        end,
        sort = function()
            sort(houses)
        end,
        load = function(file)
            local ok, problem = raw.pcall(load_houses, file)
            if not ok then
                engine:log("error", format("Failed to load '%s': %s", file, xml.reason(problem)))
            end
            sort(houses)
        end,
        save = function(file)
            local ok, problem = raw.pcall(save_houses, file)
            if not ok then
                engine:log("error", format("Failed to save '%s': %s", file, xml.reason(problem)))
            end
        end,
    })

    -- Towns --------------------------------------------------------------------------------------------------------

    local function new_town()
        local town = engine.object.new("Town")
        town.number, town.name, town.temple = 0, "", game.NOWHERE
        return town
    end

    engine:class("Town", {
        setId = setter("number"),
        getId = getter("number"),
        setName = setter("name"),
        getName = getter("name"),
        setPos = setter("temple"),
        getPos = getter("temple"),
        setTemplePos = setter("temple"),
        getTemplePos = getter("temple"),
    }, { create = new_town })

    -- What is asked for and not there is a town that nobody named, the same each time.
    local function town_where(key, value)
        local town = first(towns, key, value)
        if not town then
            no_town = no_town or new_town()
        end
        return town or no_town
    end

    engine:singleton("g_towns", {
        addTown = function(town)
            add(towns, town)
        end,
        removeTown = function(number)
            drop(towns, number)
        end,
        getTown = function(number)
            return town_where("number", number)
        end,
        getTownByName = function(name)
            return town_where("name", name)
        end,
        getTowns = function()
            return copied(towns)
        end,
        sort = function()
            sort(towns)
        end,
    })
end
