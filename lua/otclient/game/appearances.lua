--- Reads appearances.dat and staticdata.dat: kinds of things and races of newer versions.

local context = ...
local raw = context.raw
local protobuf = context.use("otclient/game/protobuf")
local fields, last, numbers = protobuf.fields, protobuf.last, protobuf.numbers
local floor, max = raw.math.floor, raw.math.max

-- Flags that are there or not, by field.
local FLAGS = {
    [2] = "ground_border",
    [5] = "container",
    [6] = "stackable",
    [8] = "force_use",
    [9] = "multi_use",
    [12] = "splash",
    [13] = "not_walkable",
    [14] = "not_moveable",
    [15] = "block_projectile",
    [16] = "not_pathable",
    [18] = "pickupable",
    [19] = "fluid_container",
    [20] = "hangable",
    [22] = "rotateable",
    [24] = "dont_hide",
    [25] = "translucent",
    [28] = "lying_corpse",
    [29] = "animate_always",
    [32] = "full_ground",
    [33] = "ignore_look",
    [37] = "wrapable",
    [38] = "unwrapable",
    [39] = "top_effect",
    [45] = "ammo",
    [46] = "podium",
    [53] = "wear_out",
    [54] = "clock_expire",
    [55] = "expire",
    [56] = "expire_stop",
    -- So the engine has it.
    [57] = "expire_stop",
    [59] = "dual_wield",
}

-- Flags that carry one number, by field: attribute and the field that keeps the number.
local CARRIES = {
    [1] = { "ground", "ground_speed" },
    [10] = { "writable", "max_text_length" },
    [11] = { "writable_once", "max_text_length" },
    [27] = { "elevation", "elevation" },
    [30] = { "minimap_color", "minimap_color" },
    [31] = { "lens_help", "lens_help" },
    [34] = { "cloth", "cloth_slot" },
}

-- Sheets of sprites by layout: width and height, in sprites of the base size.
local LAYOUTS = { [0] = { 1, 1 }, { 1, 2 }, { 2, 1 }, { 2, 2 } }
-- Then, from layout 4 on, every width of these with every height that is not among the first.
for _, width in raw.ipairs({ 1, 2, 3, 4, 6, 12 }) do
    for _, height in raw.ipairs({ 1, 2, 3, 4, 6, 12 }) do
        if width > 2 or height > 2 then
            LAYOUTS[#LAYOUTS + 1] = { width, height }
        end
    end
end

return function(engine, game)
    local things = game.things

    local function read_market(kind, data)
        local market = fields(data)
        local from = kind.market
        from.category = last(market, 1, 0)
        from.tradeAs, from.showAs = last(market, 2, 0), last(market, 3, 0)
        if not game.features.GameLoadSprInsteadProtobuf then
            from.name = kind.name
        elseif from.name == "" then
            from.name = last(market, 4, "")
        end
        for _, vocation in raw.ipairs(numbers(market, 5)) do
            if vocation >= 1 and vocation <= 16 then
                from.restrictVocation = raw.bit.bor(from.restrictVocation, 2 ^ (vocation - 1))
            end
        end
        from.requiredLevel = last(market, 6, 0)
        kind.is.market = true
    end

    local function read_sale(kind, data)
        local sale = fields(data)
        kind.npc_sales[#kind.npc_sales + 1] = {
            name = last(sale, 1, ""),
            location = last(sale, 2, ""),
            salePrice = last(sale, 3, 0),
            buyPrice = last(sale, 4, 0),
            currencyObjectTypeId = last(sale, 5, 0),
            currencyQuestFlagDisplayName = last(sale, 6, ""),
        }
    end

    local function read_hook(kind, data)
        local hook = fields(data)
        for side = 1, 2 do
            local direction = last(hook, side)
            if direction == 1 then
                kind.is.hook_south = true
            elseif direction == 2 then
                kind.is.hook_east = true
            end
        end
    end

    -- What a flag with several numbers says.
    local READ = {
        [3] = function(kind)
            kind.is.on_bottom = true
        end,
        [4] = function(kind)
            kind.is.on_top = true
        end,
        [21] = read_hook,
        [23] = function(kind, data)
            local light = fields(data)
            kind.light = { intensity = last(light, 1, 0) % 256, color = last(light, 2, 0) % 256 }
            kind.is.light = true
        end,
        [26] = function(kind, data)
            local shift = fields(data)
            kind.displacement_x, kind.displacement_y = last(shift, 1, 0), last(shift, 2, 0)
            kind.is.displacement = true
        end,
        [35] = function(kind, data)
            kind.default_action = last(fields(data), 1, 0)
        end,
        [36] = read_market,
        [48] = function(kind, data)
            kind.classification = last(fields(data), 1, 0)
        end,
        [58] = function(kind, data)
            local gem = fields(data)
            kind.gem_quality, kind.gem_vocation = last(gem, 1, 0), last(gem, 2, 0)
            kind.is.skill_wheel_gem = true
        end,
    }

    --- Gives a kind the attributes of a message of flags.
    local function apply_flags(kind, data)
        local flags = fields(data)
        for number, values in raw.pairs(flags) do
            local value = values[#values]
            local carried = CARRIES[number]
            if FLAGS[number] then
                kind.is[FLAGS[number]] = value ~= 0 or kind.is[FLAGS[number]] or nil
            elseif carried then
                kind.is[carried[1]] = true
                kind[carried[2]] = last(fields(value), 1, 0)
            elseif READ[number] then
                READ[number](kind, value)
            end
        end
        for _, sale in raw.ipairs(flags[40] or {}) do
            read_sale(kind, sale)
        end
    end

    -- The size of the sprites of a sheet, in base sizes.
    local function size_of(sheets, sprite)
        local low, high = 1, #sheets
        while low <= high do
            local middle = floor((low + high) / 2)
            local sheet = sheets[middle]
            if sprite < sheet[1] then
                high = middle - 1
            elseif sprite > sheet[2] then
                low = middle + 1
            else
                local layout = LAYOUTS[sheet[3]] or LAYOUTS[0]
                return layout[1], layout[2]
            end
        end
    end

    local function read_group(kind, data, sheets)
        local info = fields(last(fields(data), 3, ""))
        local animation = fields(last(info, 6, ""))
        local phases = max(1, #(animation[6] or {}))
        kind.pattern_x, kind.pattern_y = last(info, 1, 0), last(info, 2, 0)
        kind.pattern_z, kind.layers = last(info, 3, 0), last(info, 4, 0)
        kind.animation_phases = kind.animation_phases + phases
        local sprites = numbers(info, 5)
        local width, height = size_of(sheets, sprites[1] or 0)
        if width then
            kind.width, kind.height = width, height
        end
        kind.exact_size = 32 * max(1, kind.width, kind.height)
        kind.animated = kind.animated or phases > 1
        local count = kind.layers * kind.pattern_x * kind.pattern_y * kind.pattern_z * phases
        if #kind.sprites + count > 4096 then
            raw.error("a thing type has more than 4096 sprites", 0)
        end
        for index = 1, count do
            kind.sprites[#kind.sprites + 1] = sprites[index] or 0
        end
    end

    local function read_appearance(data, category, sheets)
        local message = fields(data)
        local kind = things.new()
        kind.null, kind.category = false, category
        kind.id = last(message, 1, 0) % 65536
        kind.name, kind.description = last(message, 4, ""), last(message, 5, "")
        apply_flags(kind, last(message, 3, ""))
        for _, group in raw.ipairs(message[2] or {}) do
            read_group(kind, group, sheets)
        end
        return kind
    end

    --- The files that a folder's catalogue names.
    local function catalogue_of(folder)
        return engine.host("things.catalogue", game.read_file(folder .. "catalog-content.json"))
    end

    --- Reads all kinds; raises the reason where a file is missing or damaged.
    ---@param folder string ends with a slash
    function things.read_appearances(folder)
        if game.features.GameLoadSprInsteadProtobuf then
            -- Kinds are those of Tibia.dat; the file adds attributes.
            local message = fields(game.read_file(engine.parts.resources.guess(folder, "dat")))
            for _, data in raw.ipairs(message[1] or {}) do
                local appearance = fields(data)
                local kind = things.find(last(appearance, 1, 0) % 65536, 0)
                if kind then
                    apply_flags(kind, last(appearance, 3, ""))
                end
            end
            return
        end
        local catalogue = catalogue_of(folder)
        local message = fields(game.read_file(folder .. catalogue.appearances))
        game.sprites.count = catalogue.sprites
        for category = 0, 3 do
            local list, highest = {}, 0
            for _, data in raw.ipairs(message[category + 1] or {}) do
                local kind = read_appearance(data, category, catalogue.sheets)
                list[kind.id] = kind
                highest = max(highest, kind.id)
            end
            things.fill(category, list, highest)
        end
    end

    local function read_race(data, boss)
        local message = fields(data)
        local looks = fields(last(message, 3, ""))
        local outfit, item = game.new_outfit(), last(looks, 4, 0)
        if item ~= 0 then
            outfit.auxType = item % 65536
        else
            local colors = fields(last(looks, 2, ""))
            outfit.type, outfit.addons = last(looks, 1, 0) % 65536, last(looks, 3, 0) % 256
            outfit.head, outfit.body = last(colors, 1, 0) % 256, last(colors, 2, 0) % 256
            outfit.legs, outfit.feet = last(colors, 3, 0) % 256, last(colors, 4, 0) % 256
        end
        return { raceId = last(message, 1, 0), name = last(message, 2, ""), outfit = outfit, boss = boss }
    end

    --- Reads the races of monsters and bosses.
    ---@param folder string ends with a slash
    ---@return table[] races raceId, name, outfit, boss
    function things.read_static_data(folder)
        local message = fields(game.read_file(folder .. catalogue_of(folder).staticdata))
        local races = {}
        for _, data in raw.ipairs(message[1] or {}) do
            races[#races + 1] = read_race(data, false)
        end
        for _, data in raw.ipairs(message[4] or {}) do
            races[#races + 1] = read_race(data, true)
        end
        return races
    end
end
