--- What all things have in common (class Thing): a place, a kind, and where they lie in the stack of their tile.
---
--- A thing's record tells its `sort`: item, creature, effect, missile or text.

local context = ...
local raw = context.raw
local band, bxor = raw.bit.band, raw.bit.bxor
local min = raw.math.min

local GROUND, GROUND_BORDER, ON_BOTTOM, ON_TOP, CREATURE, COMMON = 0, 1, 2, 3, 4, 5
local CATEGORY = { item = 0, effect = 2, missile = 3 }
local WHITE = { r = 255, g = 255, b = 255, a = 255 }

-- Of a creature these are asked of its kind too, though it lies on no ground.
local NEVER_OF_CREATURES = { ground = true, ground_border = true, on_bottom = true, on_top = true }

return function(engine, game)
    local things, position = game.things, game.position
    local thing = {}
    game.thing = thing

    --- Makes a thing.
    ---@param class string
    ---@param sort string item, creature, effect, missile or text
    ---@return table
    function thing.new(class, sort)
        local record = engine.object.new(class)
        record.sort = sort
        record.position = game.NOWHERE
        record.client_id = 0
        record.stack_pos = -1
        return record
    end

    --- The kind of a thing; nil where its number stands for none.
    ---@return table|nil
    function thing.kind(record)
        if record.sort == "creature" then
            return game.creature.kind(record)
        end
        local category = CATEGORY[record.sort]
        return category and things.find(record.client_id, category)
    end
    local kind_of = thing.kind

    --- Whether its kind has an attribute.
    ---@param attribute string see things.ATTRIBUTES
    ---@return boolean
    function thing.is(record, attribute)
        if record.sort == "creature" and NEVER_OF_CREATURES[attribute] then
            return false
        end
        local kind = kind_of(record)
        return kind ~= nil and kind.is[attribute] == true
    end
    local is = thing.is

    --- A figure of its kind, such as `height`; 0 where it has none.
    function thing.figure(record, field)
        local kind = kind_of(record)
        return kind and kind[field] or 0
    end

    --- Neither ground nor border, wall, door or creature.
    ---@return boolean
    function thing.is_common(record)
        if record.sort == "creature" then
            return false
        end
        local kind = kind_of(record)
        local has = kind and kind.is
        return not (has and (has.ground or has.ground_border or has.on_top or has.on_bottom))
    end

    --- Where it is: for the player also where a step leads that the server has not confirmed.
    ---@return table
    function thing.position(record)
        local steps = record.pre_walks
        return steps and steps[#steps] or record.position
    end

    --- Its number as scripts and the server have it: of a creature, its own; else that of its kind.
    ---@return integer
    function thing.id(record)
        return record.sort == "creature" and record.id or record.client_id
    end

    --- Puts it somewhere, with the events that follow.
    function thing.set_position(record, pos)
        local old = record.position
        if position.same(old, pos) then
            return
        end
        record.position = pos
        if record.sort == "creature" then
            game.creature.position_changed(record, pos, old)
        end
    end

    --- The order of things on a tile: lower lies deeper.
    ---@return integer
    function thing.priority(record)
        if record.sort == "creature" then
            return CREATURE
        end
        local kind = kind_of(record)
        local has = kind and kind.is or {}
        if has.ground or (has.splash and game.state.client_version <= 800 and not engine.edubart) then
            return GROUND
        end
        return has.ground_border and GROUND_BORDER or has.on_bottom and ON_BOTTOM or has.on_top and ON_TOP or COMMON
    end

    --- Its index on its tile, or in its container.
    ---@return integer
    function thing.stack_pos(record)
        if record.position.x == 65535 and record.sort == "item" then
            return record.position.z
        elseif record.stack_pos >= 0 then
            return record.stack_pos
        end
        engine:log("error", "got a thing with invalid stackpos")
        return -1
    end

    --- The container that it lies in, told by its position.
    function thing.container(record)
        local pos = record.position
        if pos.x == 65535 and band(pos.y, 64) ~= 0 then
            return game.containers[bxor(pos.y, 64)]
        end
    end

    local function color_of(text)
        return engine.convert.color(text) or WHITE
    end

    local function is_white(color)
        return color == nil or (color.r == 255 and color.g == 255 and color.b == 255 and color.a == 255)
    end

    local methods = {
        setId = function(record, id)
            if record.sort == "creature" then
                record.id = id
            elseif CATEGORY[record.sort] then
                thing.set_id(record, id)
            end
        end,
        setPosition = function(record, pos)
            thing.set_position(record, pos)
        end,
        getId = thing.id,
        getTile = function(record)
            return game.map.tile(record.position)
        end,
        getPosition = thing.position,
        getStackPos = thing.stack_pos,
        getStackPriority = thing.priority,
        getParentContainer = thing.container,
        getMarketData = function(record)
            return things.market_data(kind_of(record) or things.null)
        end,
        getNpcSaleData = function(record)
            return things.sale_data(kind_of(record) or things.null)
        end,
        getMeanPrice = function(record)
            return things.mean_price(kind_of(record) or things.null)
        end,
        getClassification = function(record)
            return thing.figure(record, "classification")
        end,
        getDefaultAction = function(record)
            return thing.figure(record, "default_action")
        end,
        getExactSize = function(record)
            return thing.figure(record, "exact_size")
        end,
        getAnimationPhases = function(record)
            return thing.figure(record, "animation_phases")
        end,
        isItem = function(record)
            return record.sort == "item"
        end,
        isCreature = function(record)
            return record.sort == "creature"
        end,
        isEffect = function(record)
            return record.sort == "effect"
        end,
        isMissile = function(record)
            return record.sort == "missile"
        end,
        isPlayer = function(record)
            return record.kinds.Player == true
        end,
        isLocalPlayer = function(record)
            return record.kinds.LocalPlayer == true
        end,
        isNpc = function(record)
            return record.kinds.Npc == true
        end,
        isMonster = function(record)
            return record.kinds.Monster == true
        end,
        isAnimatedText = function(record)
            return record.kinds.AnimatedText == true
        end,
        isStaticText = function(record)
            return record.kinds.StaticText == true
        end,
        setMarked = function(record, color)
            record.marked = color_of(color)
        end,
        isMarked = function(record)
            return not is_white(record.marked)
        end,
        setHighlight = function(record, color)
            record.highlight = color_of(color)
        end,
        isHighlighted = function(record)
            return not is_white(record.highlight)
        end,
        setAnimate = function(record, animate)
            record.still = not animate
        end,
        canAnimate = function(record)
            return not record.still
        end,
        setScaleFactor = function(record, factor, ms)
            record.scale = { percent = raw.math.floor(factor * 100), ms = ms, since = engine.now }
        end,
        getScaleFactor = function(record)
            local scale = record.scale
            if not scale or scale.percent == 100 then
                return 1
            end
            local grown = scale.ms == 0 and 1 or (engine.now - scale.since) / scale.ms
            return min(scale.percent * grown, scale.percent) / 100
        end,
        -- The engine has both names for the same question.
        hasWearout = function(record)
            return is(record, "ammo")
        end,
        hasExpireStop = function(record)
            return is(record, "ammo")
        end,
    }
    local asked = {
        "isGround",
        "isGroundBorder",
        "isOnBottom",
        "isOnTop",
        "isContainer",
        "isForceUse",
        "isMultiUse",
        "isRotateable",
        "isNotMoveable",
        "isPickupable",
        "isIgnoreLook",
        "isStackable",
        "isHookSouth",
        "isTranslucent",
        "isFullGround",
        "isMarketable",
        "isUsable",
        "isWrapable",
        "isUnwrapable",
        "isTopEffect",
        "isLyingCorpse",
        "isAmmo",
    }
    for _, method in raw.ipairs(asked) do
        local attribute = things.ASKS[method]
        methods[method] = function(record)
            return is(record, attribute)
        end
    end
    engine:class("Thing", methods)

    --- Gives an item, effect or missile the number of its kind; 0 for one that the catalogue lacks.
    ---@param id integer
    function thing.set_id(record, id)
        record.client_id = things.valid(id, CATEGORY[record.sort]) and id or 0
        if record.sort == "item" and game.item_types then
            record.server_id = game.item_types.of_client(record.client_id).server_id
        end
    end
end
