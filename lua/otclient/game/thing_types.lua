--- Kinds of things: what an item, outfit, effect or missile of one number is like (class ThingType).
---
--- A kind's attributes are a set by name (`kind.is.ground`); `dat.lua` and `appearances.lua` read them from files.

local context = ...
local raw = context.raw

-- Attributes by number, as the files and `hasAttribute` have them.
local ATTRIBUTES = {
    [0] = "ground",
    "ground_border",
    "on_bottom",
    "on_top",
    "container",
    "stackable",
    "force_use",
    "multi_use",
    "writable",
    "writable_once",
    "fluid_container",
    "splash",
    "not_walkable",
    "not_moveable",
    "block_projectile",
    "not_pathable",
    "pickupable",
    "hangable",
    "hook_south",
    "hook_east",
    "rotateable",
    "light",
    "dont_hide",
    "translucent",
    "displacement",
    "elevation",
    "lying_corpse",
    "animate_always",
    "minimap_color",
    "lens_help",
    "full_ground",
    "ignore_look",
    "cloth",
    "market",
    "usable",
    "wrapable",
    "unwrapable",
    "top_effect",
    "upgrade_classification",
    "wear_out",
    "clock_expire",
    "expire",
    "expire_stop",
    "podium",
    "deco_kit",
    [251] = "default_action",
    [252] = "floor_change",
    [253] = "no_move_animation",
    [254] = "chargeable",
}

-- Methods that ask for one attribute. Those of Thing and Item that have the same names ask their kind.
local ASKS = {
    isGround = "ground",
    isGroundBorder = "ground_border",
    isOnBottom = "on_bottom",
    isOnTop = "on_top",
    isContainer = "container",
    isStackable = "stackable",
    isForceUse = "force_use",
    isMultiUse = "multi_use",
    isWritable = "writable",
    isChargeable = "chargeable",
    isWritableOnce = "writable_once",
    isFluidContainer = "fluid_container",
    isSplash = "splash",
    isNotWalkable = "not_walkable",
    isNotMoveable = "not_moveable",
    blockProjectile = "block_projectile",
    isNotPathable = "not_pathable",
    isPickupable = "pickupable",
    isHangable = "hangable",
    isHookSouth = "hook_south",
    isHookEast = "hook_east",
    isRotateable = "rotateable",
    hasLight = "light",
    isDontHide = "dont_hide",
    isTranslucent = "translucent",
    hasDisplacement = "displacement",
    hasElevation = "elevation",
    hasFloorChange = "floor_change",
    isLyingCorpse = "lying_corpse",
    isAnimateAlways = "animate_always",
    hasMiniMapColor = "minimap_color",
    hasLensHelp = "lens_help",
    isFullGround = "full_ground",
    isIgnoreLook = "ignore_look",
    isCloth = "cloth",
    isMarketable = "market",
    isUsable = "usable",
    isWrapable = "wrapable",
    isUnwrapable = "unwrapable",
    isTopEffect = "top_effect",
    hasWearOut = "wear_out",
    hasClockExpire = "clock_expire",
    hasExpire = "expire",
    hasExpireStop = "expire_stop",
    isPodium = "podium",
    isAmmo = "ammo",
    isDualWield = "dual_wield",
    hasSkillWheelGem = "skill_wheel_gem",
}

-- Methods that tell one figure, by its field.
local TELLS = {
    getId = "id",
    getCategory = "category",
    getWidth = "width",
    getHeight = "height",
    getRealSize = "real_size",
    getLayers = "layers",
    getNumPatternX = "pattern_x",
    getNumPatternY = "pattern_y",
    getNumPatternZ = "pattern_z",
    getAnimationPhases = "animation_phases",
    getGroundSpeed = "ground_speed",
    getMaxTextLength = "max_text_length",
    getMinimapColor = "minimap_color",
    getLensHelp = "lens_help",
    getElevation = "elevation",
    getClothSlot = "cloth_slot",
    getClassification = "classification",
    getDefaultAction = "default_action",
    getName = "name",
    getDescription = "description",
    getDisplacementX = "displacement_x",
    getDisplacementY = "displacement_y",
    getSkillWheelGemQualityId = "gem_quality",
    getSkillWheelGemVocationId = "gem_vocation",
}

-- What money is worth, whatever merchants say.
local COINS = { [3043] = 10000, [3031] = 1, [3035] = 100 }

return function(engine, game)
    local things = { ATTRIBUTES = ATTRIBUTES, ASKS = ASKS }
    game.things = things

    --- Makes a kind without attributes: what one is of which no file tells.
    ---@return table
    function things.new()
        local kind = engine.object.new("ThingType")
        kind.null = true
        kind.is = {}
        kind.id, kind.category = 0, 4
        kind.width, kind.height = -1, -1
        kind.real_size, kind.exact_size, kind.layers = 0, 0, 0
        kind.pattern_x, kind.pattern_y, kind.pattern_z = 0, 0, 0
        kind.animation_phases, kind.ground_speed, kind.max_text_length = 0, 0, 0
        kind.minimap_color, kind.lens_help, kind.elevation, kind.cloth_slot = 0, 0, 0, 0
        kind.classification, kind.default_action = 0, 0
        kind.gem_quality, kind.gem_vocation = 0, 0
        kind.displacement_x, kind.displacement_y = 0, 0
        kind.light = { color = engine.edubart and 215 or 0, intensity = 0 }
        kind.market = { category = 0, name = "", requiredLevel = 0, restrictVocation = 0, showAs = 0, tradeAs = 0 }
        kind.npc_sales = {}
        kind.sprites = {}
        kind.name, kind.description = "", ""
        return kind
    end

    --- What merchants ask for it on average.
    ---@return integer
    function things.mean_price(kind)
        local sales = kind.npc_sales
        if COINS[kind.id] then
            return COINS[kind.id]
        elseif #sales == 0 then
            return 0
        end
        local sum = 0
        for _, sale in raw.ipairs(sales) do
            sum = sum + sale.buyPrice
        end
        return raw.math.floor(sum / #sales)
    end

    local function copy(values)
        local result = {}
        for key, value in raw.pairs(values) do
            result[key] = value
        end
        return result
    end

    --- What the market says of it, as scripts see it.
    function things.market_data(kind)
        return copy(kind.market)
    end

    function things.sale_data(kind)
        local list = {}
        for index, sale in raw.ipairs(kind.npc_sales) do
            list[index] = copy(sale)
        end
        return list
    end

    local methods = {
        getSize = function(kind)
            return { width = kind.width, height = kind.height }
        end,
        getDisplacement = function(kind)
            return { x = kind.displacement_x, y = kind.displacement_y }
        end,
        getLight = function(kind)
            return kind.light
        end,
        getExactSize = function(kind)
            return kind.exact_size
        end,
        getMarketData = things.market_data,
        getNpcSaleData = things.sale_data,
        getMeanPrice = things.mean_price,
        getSprites = function(kind)
            return copy(kind.sprites)
        end,
        hasAttribute = function(kind, attribute)
            local name = ATTRIBUTES[attribute % 256]
            return name ~= nil and kind.is[name] == true
        end,
        setPathable = function(kind, pathable)
            kind.is.not_pathable = not pathable or nil
        end,
    }
    for method, attribute in raw.pairs(ASKS) do
        methods[method] = function(kind)
            return kind.is[attribute] == true
        end
    end
    for method, field in raw.pairs(TELLS) do
        methods[method] = function(kind)
            return kind[field]
        end
    end
    engine:class("ThingType", methods, { create = things.new })
end
