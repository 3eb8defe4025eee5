--- Reads Tibia.dat: the kinds of things of versions without protobuf.

local context = ...
local raw = context.raw
local byte, format, sub = raw.string.byte, raw.string.format, raw.string.sub

-- Numbers of attributes before 7.55, where they differ from later ones.
local OLD = {
    [16] = 21,
    [17] = 252,
    [18] = 30,
    [19] = 25,
    [20] = 24,
    [22] = 28,
    [23] = 20,
    [24] = 26,
    [25] = 17,
    [26] = 18,
    [27] = 19,
    [28] = 27,
}

-- Attributes that carry one number, and the field that keeps it.
local CARRIES = {
    elevation = "elevation",
    ground = "ground_speed",
    writable = "max_text_length",
    writable_once = "max_text_length",
    minimap_color = "minimap_color",
    cloth = "cloth_slot",
    lens_help = "lens_help",
}

return function(engine, game)
    local things = game.things

    --- Reads a file of the client's; raises what the engine says when there is none.
    ---@param path string
    ---@return string
    function game.read_file(path)
        local resources = engine.parts.resources
        local text, problem = resources.read(resources.resolve(path))
        return text or raw.error(problem, 0)
    end

    --- Whether there is such a file.
    ---@return boolean
    function game.has_file(path)
        local resources = engine.parts.resources
        return resources.kind(resources.resolve(path)) == "file"
    end

    --- Reads little-endian numbers from bytes; raises at their end.
    ---@param data string
    function game.reader(data)
        local at = 1
        local reader = {}
        local function take(count)
            if at + count - 1 > #data then
                raw.error("read failed", 0)
            end
            at = at + count
            return at - count
        end
        function reader.u8()
            return byte(data, take(1))
        end
        function reader.u16()
            local low, high = byte(data, take(2), at - 1)
            return low + high * 256
        end
        function reader.u32()
            local a, b, c, d = byte(data, take(4), at - 1)
            return a + b * 256 + c * 65536 + d * 16777216
        end
        function reader.bytes(length)
            local from = take(length)
            return sub(data, from, from + length - 1)
        end
        function reader.string()
            return reader.bytes(reader.u16())
        end
        return reader
    end

    local function signed(number)
        return number >= 32768 and number - 65536 or number
    end

    -- An attribute's number as this file has it, in the numbers of 8.6; nil where it has no meaning of its own.
    local function translated(number, version)
        if version >= 1000 then
            if number == 16 then
                return 253
            elseif not engine.edubart and number == 254 then
                return 34
            elseif not engine.edubart and number == 35 then
                return 251
            end
            return number > 16 and number - 1 or number
        elseif version >= 860 then
            return number
        elseif version >= 780 then
            if number == 8 then
                return 254
            end
            return number > 8 and number - 1 or number
        elseif version >= 755 then
            return number == 23 and 252 or number
        elseif version >= 740 then
            if number > 0 and number <= 15 then
                number = number + 1
            else
                number = OLD[number] or number
            end
            -- Multi use and force use are swapped.
            return number == 7 and 6 or number == 6 and 7 or number
        end
        return number
    end

    local function read_value(kind, name, reader, version)
        if name == "displacement" then
            if version < 755 then
                kind.displacement_x, kind.displacement_y = 8, 8
                return
            end
            kind.displacement_x, kind.displacement_y = reader.u16(), reader.u16()
            if game.features.GameNegativeOffset then
                kind.displacement_x, kind.displacement_y = signed(kind.displacement_x), signed(kind.displacement_y)
            end
        elseif name == "light" then
            local intensity, color = reader.u16(), reader.u16()
            kind.light = { intensity = intensity % 256, color = color % 256 }
        elseif name == "market" then
            local market = kind.market
            market.category, market.tradeAs, market.showAs = reader.u16(), reader.u16(), reader.u16()
            market.name = reader.string()
            market.restrictVocation, market.requiredLevel = reader.u16(), reader.u16()
        elseif CARRIES[name] then
            kind[CARRIES[name]] = reader.u16()
        elseif name == "default_action" or (name == "usable" and engine.edubart) then
            kind.default_action = reader.u16()
        end
    end

    local function read_attributes(kind, reader, version)
        for count = 1, 255 do
            local number = reader.u8()
            if number == 255 then
                return
            end
            local attribute = translated(number, version)
            local name = things.ATTRIBUTES[attribute] or attribute
            kind.is[name] = true
            read_value(kind, name, reader, version)
            if count == 255 then
                local text = "corrupt data (id: %d, category: %d, count: %d, lastAttr: %d)"
                raw.error(format(text, kind.id, kind.category, count, number), 0)
            end
        end
    end

    local function read_animation(reader, phases)
        reader.u8()
        reader.u32()
        reader.u8()
        for _ = 1, phases do
            reader.u32()
            reader.u32()
        end
    end

    local function read_group(kind, reader, version)
        local width, height = reader.u8(), reader.u8()
        kind.width, kind.height = raw.math.max(kind.width, width), raw.math.max(kind.height, height)
        kind.exact_size = 32
        if width > 1 or height > 1 then
            kind.real_size = raw.math.max(kind.real_size, reader.u8())
            kind.exact_size = raw.math.min(kind.real_size, raw.math.max(width, height) * 32)
        end
        kind.layers, kind.pattern_x, kind.pattern_y = reader.u8(), reader.u8(), reader.u8()
        kind.pattern_z = version >= 755 and reader.u8() or 1
        local phases = reader.u8()
        kind.animation_phases = kind.animation_phases + phases
        if phases > 1 and game.features.GameEnhancedAnimations then
            read_animation(reader, phases)
        end
        local sprites = kind.sprites
        local count = width * height * kind.layers * kind.pattern_x * kind.pattern_y * kind.pattern_z * phases
        if #sprites + count > 4096 then
            raw.error("a thing type has more than 4096 sprites", 0)
        end
        local number = game.features.GameSpritesU32 and reader.u32 or reader.u16
        for _ = 1, count do
            sprites[#sprites + 1] = number()
        end
    end

    local function read_kind(id, category, reader, version)
        local kind = things.new()
        kind.null, kind.id, kind.category = false, id, category
        read_attributes(kind, reader, version)
        local grouped = category == 1 and game.features.GameIdleAnimations
        for _ = 1, grouped and reader.u8() or 1 do
            if grouped then
                reader.u8()
            end
            read_group(kind, reader, version)
        end
        return kind
    end

    --- Reads the whole file; raises the reason where it is damaged.
    ---@param data string
    ---@return table read `signature`, and `kinds` by category and number
    function things.read_dat(data)
        local reader, version = game.reader(data), game.state.client_version
        local read = { signature = reader.u32(), kinds = {} }
        for category = 0, 3 do
            read.kinds[category] = { last = reader.u16() }
        end
        for category = 0, 3 do
            local list = read.kinds[category]
            for id = category == 0 and 100 or 1, list.last do
                list[id] = read_kind(id, category, reader, version)
            end
        end
        return read
    end
end
