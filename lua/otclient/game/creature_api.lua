--- What scripts ask of creatures (class Creature).

local context = ...
local raw = context.raw

local WHITE = { r = 255, g = 255, b = 255, a = 255 }

return function(engine, game)
    local creature = game.creature

    local function getter(field)
        return function(record)
            return record[field]
        end
    end

    local walk = game.walk
    engine:class("Creature", {
        getId = getter("id"),
        getMasterId = getter("master_id"),
        getName = getter("name"),
        getHealthPercent = getter("health_percent"),
        getManaPercent = getter("mana_percent"),
        setManaPercent = function(record, percent)
            record.mana_percent = percent
        end,
        getSpeed = getter("speed"),
        getBaseSpeed = getter("base_speed"),
        getSkull = getter("skull"),
        getShield = getter("shield"),
        getEmblem = getter("emblem"),
        getType = getter("type"),
        getIcon = getter("icon"),
        getIcons = function(record)
            local list = {}
            for index, icon in raw.ipairs(record.icons) do
                list[index] = { icon[1], icon[2], icon[3] }
            end
            return list
        end,
        getOutfit = getter("outfit"),
        setOutfit = function(record, outfit, fire)
            creature.set_outfit(record, outfit, not fire)
        end,
        getDirection = getter("direction"),
        setDirection = creature.set_direction,
        getStepDuration = walk.step_duration,
        getStepProgress = walk.progress,
        getStepTicksLeft = walk.ticks_left,
        getWalkTicksElapsed = walk.elapsed,
        setStaticWalking = walk.set_static,
        isWalking = function(record)
            return record.walking
        end,
        jump = function(record, height, duration)
            local jump = record.jump
            if not jump or engine.now - jump.since >= jump.duration then
                record.jump = { height = height, duration = duration, since = engine.now }
            end
        end,
        isInvisible = creature.invisible,
        isDead = creature.dead,
        isRemoved = getter("removed"),
        canBeSeen = creature.can_be_seen,
        isFullHealth = function(record)
            return record.health_percent == 100
        end,
        isCovered = function(record)
            return record.covered == true
        end,
        canShoot = function(record, distance)
            local tile = game.map.tile(record.position)
            return tile ~= nil and game.tile.can_shoot(tile, distance)
        end,
        showStaticSquare = function(record, color)
            record.static_square = color
            record.static_square_color = color
        end,
        hideStaticSquare = function(record)
            record.static_square = nil
        end,
        isStaticSquareVisible = function(record)
            return record.static_square ~= nil
        end,
        getStaticSquareColor = function(record)
            return record.static_square_color or WHITE
        end,
        isTimedSquareVisible = function(record)
            return record.timed_square == true
        end,
        getTimedSquareColor = function(record)
            return record.timed_square_color or WHITE
        end,
        setDisableWalkAnimation = creature.disable_walk_animation,
        isDisabledWalkAnimation = function(record)
            return record.walk_animation_locks > 0
        end,
        setTyping = function(record, typing)
            record.typing = typing
        end,
        getTyping = function(record)
            return record.typing == true
        end,
        sendTyping = function(record)
            if game.can_act() then
                game.send("Typing", record.typing == true)
            end
        end,
        getWidgetInformation = getter("widget"),
        setWidgetInformation = creature.set_widget,
        setText = function(record, text, color)
            record.text, record.text_color = text, color
        end,
        getText = getter("text"),
        clearText = function(record)
            record.text = ""
        end,
        getVocation = getter("vocation"),
        setVocation = function(record, vocation)
            record.vocation = vocation
        end,
        getPaperdolls = getter("paperdolls"),
        attachPaperdoll = function(record, doll)
            game.paperdoll.attach(record, doll)
        end,
        detachPaperdollById = function(record, id)
            return game.paperdoll.detach(record, id)
        end,
        getPaperdollById = function(record, id)
            return (game.paperdoll.find(record, id))
        end,
        clearPaperdolls = function(record)
            game.paperdoll.clear(record)
        end,
    }, {
        create = function()
            return creature.new()
        end,
    })
end
