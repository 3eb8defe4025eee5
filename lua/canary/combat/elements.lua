--- What each kind of damage looks like: colours of numbers, effects of hits, blood.

local context = ...
local raw = context.raw

return function(server, combat)
    local enum, tfs, world = server.parts.enums.get, server.tfs, combat.world

    -- Scripts have no names for these.
    local UNNAMED = { DARKGREY = 86, NEUTRALDAMAGE = 109 }

    local function color(name)
        return enum("TEXTCOLOR_" .. name) or UNNAMED[name]
    end
    local function effect(name)
        return enum("CONST_ME_" .. name) or 0
    end
    local NO_COLOR = color("NONE")
    combat.NO_COLOR = NO_COLOR

    -- By COMBAT_*: colour and effect.
    local looks = {}
    for name, look in raw.pairs({
        ENERGYDAMAGE = { tfs and "ELECTRICPURPLE" or "PURPLE", "ENERGYHIT" },
        EARTHDAMAGE = { "LIGHTGREEN", "GREEN_RINGS" },
        DROWNDAMAGE = { "LIGHTBLUE", "LOSEENERGY" },
        FIREDAMAGE = { "ORANGE", "HITBYFIRE" },
        ICEDAMAGE = { "SKYBLUE", "ICEATTACK" },
        HOLYDAMAGE = { "YELLOW", "HOLYDAMAGE" },
        DEATHDAMAGE = { "DARKRED", "SMALLCLOUDS" },
        LIFEDRAIN = { "RED", "MAGIC_RED" },
        AGONYDAMAGE = { "DARKBROWN", "AGONY" },
        NEUTRALDAMAGE = { "NEUTRALDAMAGE", "REDSMOKE" },
    }) do
        local type = enum("COMBAT_" .. name)
        if type then
            looks[type] = { color = color(look[1]), effect = effect(look[2]) }
        end
    end

    -- By race: colour, effect and what is spilt.
    local RACES = {
        venom = { "LIGHTGREEN", "HITBYPOISON", "SLIME" },
        blood = { "RED", "DRAWBLOOD", "BLOOD", true },
        undead = { "LIGHTGREY", "HITAREA" },
        fire = { "ORANGE", "DRAWBLOOD" },
        energy = { tfs and "ELECTRICPURPLE" or "PURPLE", "ENERGYHIT" },
        ink = tfs and { "DARKGREY", "DRAWINK", "INK", true } or { "LIGHTGREY", "HITAREA", "INK" },
        chocolate = { "LIGHTGREY", "CACAO", "CHOCOLATE" },
        candy = { "DARKRED", "SIRUP", "CANDY" },
    }
    -- RaceType_t of both servers.
    local RACE_NUMBERS = { "venom", "blood", "undead", "fire", "energy", "ink", "chocolate", "candy" }

    local function race_of(target)
        if target.class_name == "Player" then
            return "blood"
        end
        local race = target.race or (target.type and target.type.race)
        return RACE_NUMBERS[race] or race or "blood"
    end

    local SPLASH = enum("ITEM_SMALLSPLASH") or (tfs and 2019 or 2889)

    local function spill(target, fluid)
        local tile = target.tile
        local number = enum("FLUID_" .. fluid) or (fluid == "INK" and 8) or nil
        local item = tile and number and server.parts.items.create(SPLASH, number)
        if item then
            server.parts.items.add_to_tile(tile, item)
            server.parts.items.moved_on(item)
        end
    end

    local PHYSICAL = enum("COMBAT_PHYSICALDAMAGE")

    --- Colour and effect of a hit; what bleeds, does.
    ---@param type number COMBAT_*
    ---@param target table
    ---@return number color
    ---@return number effect
    function combat.look(type, target)
        if type ~= PHYSICAL then
            local look = looks[type]
            return look and look.color or NO_COLOR, look and look.effect or 0
        end
        local race = RACES[race_of(target)]
        if not race then
            return NO_COLOR, 0
        end
        if race[3] then
            local peaceful = race[4] and target.tile
                and server.parts.map.has_flag(target.tile, server.parts.map.STATE.PROTECTIONZONE)
            if not peaceful then
                spill(target, race[3])
            end
        end
        return color(race[1]), effect(race[2])
    end

    local UNDEFINED = enum("COMBAT_UNDEFINEDDAMAGE")
    local IMMUNE = {}
    for name, look in raw.pairs({
        ENERGYDAMAGE = "BLOCKHIT",
        FIREDAMAGE = "BLOCKHIT",
        PHYSICALDAMAGE = "BLOCKHIT",
        ICEDAMAGE = "BLOCKHIT",
        DEATHDAMAGE = "BLOCKHIT",
        EARTHDAMAGE = "GREEN_RINGS",
        HOLYDAMAGE = "HOLYDAMAGE",
    }) do
        IMMUNE[enum("COMBAT_" .. name)] = effect(look)
    end

    --- Shows that a hit was kept off.
    function combat.show_block(block_type, type, target)
        local BLOCK = combat.BLOCK
        if block_type == BLOCK.DEFENSE then
            world.effect(target, effect("POFF"))
        elseif block_type == BLOCK.ARMOR then
            world.effect(target, effect("BLOCKHIT"))
        elseif block_type == BLOCK.DODGE then
            world.effect(target, effect("DODGE"))
        elseif block_type == BLOCK.IMMUNITY and type ~= UNDEFINED then
            world.effect(target, IMMUNE[type] or effect("POFF"))
        end
    end
end
