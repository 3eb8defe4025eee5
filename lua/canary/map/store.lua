--- Where tiles are kept: sectors of the map by place, floors in them. What an .otbm file tells of a sector is read when
--- something asks for a tile there.

local context = ...
local raw = context.raw
local floor = raw.math.floor

local LAYERS = 16

return function(server, map)
    -- Whom one meets first in a sector shows in the order of spectators.
    local SIZE = server.tfs and 8 or 16
    map.SECTOR_SIZE, map.LAYERS = SIZE, LAYERS

    local sectors = {}
    -- Floors of sectors of a loaded map that are not read yet, by their numbers.
    local FLOOR = 4294967296
    local pending = {}

    local function number_of(x, y)
        return floor(y / SIZE) * 65536 + floor(x / SIZE)
    end

    --- The sector of a place; made when it is wanted.
    ---@param x number
    ---@param y number
    ---@param make boolean|nil
    function map.sector(x, y, make)
        local number = number_of(x, y)
        local sector = sectors[number]
        if not sector and make then
            sector = { creatures = {}, players = {}, monsters = {}, npcs = {} }
            sectors[number] = sector
        end
        return sector
    end
    local get_sector = map.sector

    --- The tile of a place, as far as it is known already: nothing of a file is read for it.
    function map.loaded_tile(x, y, z)
        local sector = sectors[number_of(x, y)]
        local tiles = sector and sector[z]
        return tiles and tiles[y % SIZE * SIZE + x % SIZE] or nil
    end

    --- The tile of a place.
    ---@param x number
    ---@param y number
    ---@param z number
    ---@return table|nil tile
    function map.tile(x, y, z)
        local number = number_of(x, y)
        local sector = sectors[number]
        local tiles = sector and sector[z]
        if not tiles then
            -- A floor with tiles is one that was read, as far as there is anything to read.
            number = number + z * FLOOR
            if not pending[number] then
                return nil
            end
            pending[number] = nil
            map.read_floor(number)
            tiles = sectors[number % FLOOR] and sectors[number % FLOOR][z]
        end
        return tiles and tiles[y % SIZE * SIZE + x % SIZE] or nil
    end
    local get_tile = map.tile

    --- A new tile that is on no map yet.
    function map.new_tile(x, y, z)
        return { class_name = "Tile", x = x, y = y, z = z, flags = 0, down_count = 0 }
    end

    --- Puts a tile onto the map, in place of what was there.
    function map.place_tile(tile)
        local sector = get_sector(tile.x, tile.y, true)
        local tiles = sector[tile.z]
        if not tiles then
            tiles = {}
            sector[tile.z] = tiles
        end
        tiles[tile.y % SIZE * SIZE + tile.x % SIZE] = tile
    end

    --- The tile of a place, an empty one when there was none. Nil outside of the map's layers.
    ---@param x number
    ---@param y number
    ---@param z number
    ---@return table|nil tile
    ---@return boolean|nil made whether it is new
    function map.make_tile(x, y, z)
        if z >= LAYERS then
            return nil
        end
        local tile = get_tile(x, y, z)
        if tile then
            return tile, false
        end
        tile = map.new_tile(x, y, z)
        map.place_tile(tile)
        map.tile_made(tile)
        return tile, true
    end

    --- Called for each tile that comes onto the map.
    function map.tile_made(tile)
        map.join_zones(tile)
    end

    --- Says that a floor of a sector can be read from a file.
    ---@param number number floor * 2^32 + y of the sector * 65536 + its x
    function map.expect_floor(number)
        local sector = sectors[number % FLOOR]
        if sector and sector[floor(number / FLOOR)] then
            -- There is something already: what the file has comes on top of it.
            map.read_floor(number)
        else
            pending[number] = true
        end
    end

    --- Reads what is still unread.
    function map.read_all()
        local numbers = {}
        for number in raw.pairs(pending) do
            numbers[#numbers + 1] = number
        end
        raw.table.sort(numbers)
        for _, number in raw.ipairs(numbers) do
            pending[number] = nil
            map.read_floor(number)
        end
    end

    --- Whether anything of a file is unread.
    function map.has_unread()
        return raw.next(pending) ~= nil
    end

    --- The tile that a thing is on, however deep in containers; nil when it is on none.
    ---@param thing table
    function map.tile_of(thing)
        local hop = 0
        while thing and thing.class_name ~= "Tile" do
            thing = thing.tile or thing.parent
            hop = hop + 1
            if hop > 100 then
                return nil
            end
        end
        return thing
    end

    --- Where a thing is.
    ---@return number|nil x, number|nil y, number|nil z
    function map.position_of(thing)
        local tile = map.tile_of(thing)
        if tile then
            return tile.x, tile.y, tile.z
        end
    end

    -- Creatures by sector, as they came; whoever leaves is replaced by the last one.
    local function drop(list, creature)
        for at = 1, #list do
            if list[at] == creature then
                list[at] = list[#list]
                list[#list] = nil
                return
            end
        end
    end

    local KINDS = { Player = "players", Monster = "monsters", Npc = "npcs" }

    --- Lists a creature in the sector of a place.
    function map.enter_sector(creature, x, y)
        local sector = get_sector(x, y, true)
        sector.creatures[#sector.creatures + 1] = creature
        local list = sector[KINDS[creature.class_name]]
        list[#list + 1] = creature
    end

    --- Takes a creature from the sector of a place.
    function map.leave_sector(creature, x, y)
        local sector = get_sector(x, y)
        if sector then
            drop(sector.creatures, creature)
            drop(sector[KINDS[creature.class_name]], creature)
        end
    end

    --- The player that a script means: userdata, or the number of one.
    function map.player_of(value)
        return server.parts.vocations.bind.player(value)
    end

    --- The creature that a script means: userdata, or the number of one.
    function map.creature_of(value)
        if raw.type(value) == "userdata" then
            return server.userdata.get(value, "Creature")
        end
        return server.parts.creatures.by_id(server.arguments.u32(value))
    end
end
