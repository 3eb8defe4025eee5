--- MonsterSpell: what monsters do, as scripts describe it; made into a combat when it is first cast.

local context = ...
local raw = context.raw
local abs, lower, max, min = raw.math.abs, raw.string.lower, raw.math.max, raw.math.min
local setmetatable = raw.setmetatable

-- How far a spell reaches at most.
local FARTHEST = 22

local DEFAULTS = {
    class_name = "MonsterSpell",
    name = "",
    script = "",
    chance = 100,
    interval = 2000,
    range = 0,
    min = 0,
    max = 0,
    attack = 0,
    skill = 0,
    length = 0,
    spread = 0,
    radius = 0,
    ring = 0,
    condition_min = 0,
    condition_max = 0,
    condition_start = 0,
    condition_tick = 0,
    speed_min = 0,
    speed_max = 0,
    duration = 0,
    drunkenness = 0,
    shoot = 0,
    effect = 0,
    outfit_monster = "",
    outfit_item = 0,
    cast_sound = 0,
    impact_sound = 0,
    target = false,
    direction = false,
}
local METATABLE = { __index = DEFAULTS }

---@param server table
---@param monsters table
---@param bind table
return function(server, monsters, bind)
    local userdata, arguments, tfs, enum = server.userdata, server.arguments, server.tfs, server.parts.enums.get

    --- Gives a spell's record what it does not say.
    function monsters.spell_record(spell)
        return setmetatable(spell, METATABLE)
    end

    --- What a type keeps of a spell: { interval, chance, range, min, max, melee, spell }; nil for a spell of no name.
    ---@param spell table
    function monsters.spell_block(spell)
        if spell.name == "" and spell.script == "" then
            return nil
        end
        local low, high = spell.min, spell.max
        if not tfs then
            low, high = min(low, high), max(low, high)
        elseif abs(low) > abs(high) then
            low, high = high, low
        end
        local block = {
            interval = spell.interval, chance = min(spell.chance, 100), range = min(spell.range, FARTHEST),
            min = low, max = high, spell = spell,
        }
        if lower(spell.name) == "melee" then
            block.melee, block.range = true, 1
            if spell.attack > 0 and spell.skill > 0 then
                block.min, block.max = 0, -monsters.melee_damage(spell.skill, spell.attack)
            end
        end
        return block
    end

    --- The most damage that an attack of a skill does.
    function monsters.melee_damage(skill, attack)
        return raw.math.ceil((skill * (attack * 0.05)) + (attack * 0.5))
    end

    -- Combats ----------------------------------------------------------------------------------------------------

    local function condition(kind, ms, fill)
        local conditions = server.parts.conditions
        local type = enum("CONDITION_" .. kind)
        local made = type and conditions.make(enum("CONDITIONID_COMBAT") or 0, type, ms, 0)
        if made and fill then
            fill(made, conditions)
        end
        return made
    end

    local function damage_condition(spell)
        local conditions = server.parts.conditions
        local made = conditions.make(enum("CONDITIONID_COMBAT") or 0, spell.condition_type, 0, 0)
        if not made then
            return nil
        end
        local low, high, start = abs(spell.condition_min), abs(spell.condition_max), abs(spell.condition_start)
        high = high == 0 and low or high
        local function set(name, value)
            conditions.set_param(made, enum("CONDITION_PARAM_" .. name), value)
        end
        set("TICKINTERVAL", spell.condition_tick > 0 and spell.condition_tick or 2000)
        set("MINVALUE", low)
        set("MAXVALUE", high)
        set("STARTVALUE", start > low and 0 or start)
        set("DELAYED", 1)
        return made
    end

    local function duration(spell, otherwise)
        return spell.duration ~= 0 and spell.duration or otherwise or 10000
    end

    local FIELDS = { firefield = "ITEM_FIREFIELD_PVP_FULL", poisonfield = "ITEM_POISONFIELD_PVP",
        energyfield = "ITEM_ENERGYFIELD_PVP" }

    local KINDS = {}
    function KINDS.melee(_, set)
        set("TYPE", enum("COMBAT_PHYSICALDAMAGE"))
        set("BLOCKARMOR", 1)
        set("BLOCKSHIELD", 1)
        return nil, "ORIGIN_MELEE"
    end
    function KINDS.combat(spell, set)
        local kind, origin = spell.combat_type or 0, nil
        if kind == enum("COMBAT_PHYSICALDAMAGE") and spell.word ~= "bleed" then
            set("BLOCKARMOR", 1)
            origin = "ORIGIN_RANGED"
        elseif kind == enum("COMBAT_HEALING") then
            set("AGGRESSIVE", 0)
        end
        set("TYPE", kind)
        return nil, origin
    end
    function KINDS.speed(spell, set)
        local low = max(spell.speed_min, -1000)
        local high = tfs and (spell.speed_max ~= 0 and spell.speed_max or low) or low
        local faster = tfs and low >= 0 or low > 0
        if faster then
            set("AGGRESSIVE", 0)
        end
        return condition(faster and "HASTE" or "PARALYZE", duration(spell), function(made, conditions)
            if conditions.set_formula then
                if tfs then
                    conditions.set_formula(made, low / 1000, 0, high / 1000, 0)
                else
                    local factor = 1 + low / 1000
                    conditions.set_formula(made, factor / 2, 40, factor, 40)
                end
            end
        end)
    end
    function KINDS.outfit(spell, set)
        set("AGGRESSIVE", 0)
        return condition("OUTFIT", duration(spell), function(made)
            if spell.outfit_monster ~= "" then
                made.monster_name = spell.outfit_monster
                local other = tfs and monsters.type_of(spell.outfit_monster)
                made.outfit = other and other.outfit or made.outfit
            else
                made.outfit = spell.outfit or server.parts.creatures.outfit({ lookTypeEx = spell.outfit_item })
            end
        end)
    end
    function KINDS.invisible(spell, set)
        set("AGGRESSIVE", 0)
        return condition("INVISIBLE", duration(spell))
    end
    function KINDS.drunk(spell)
        return condition("DRUNK", duration(spell), function(made)
            if tfs then
                made.drunkenness = spell.drunkenness ~= 0 and spell.drunkenness or 25
            end
        end)
    end
    KINDS["fear"] = function(spell)
        return condition("FEARED", duration(spell, 6000))
    end
    KINDS["soulwars fear"] = KINDS.fear

    local function build(block)
        local spell, combat = block.spell, server.parts.combat
        local object = combat.make()
        local function set(name, value)
            combat.set_param(object, enum("COMBAT_PARAM_" .. name), value)
        end
        local word = lower(spell.name)
        local kind = KINDS[word] or (tfs and spell.word and KINDS.combat)
        if FIELDS[word] then
            set("CREATEITEM", enum(FIELDS[word]))
        elseif kind then
            local made, origin = kind(spell, set)
            if made then
                object.params.conditions = object.params.conditions or {}
                object.params.conditions[#object.params.conditions + 1] = made
            end
            object.params.origin = origin and enum(origin) or object.params.origin
        end
        if spell.length > 0 then
            object.area = combat.beam(spell.length, max(0, spell.spread))
            block.direction = true
        elseif spell.radius > 0 then
            object.area = combat.circle(spell.radius)
        elseif spell.ring > 0 then
            object.area = combat.ring(spell.ring)
        end
        if spell.shoot ~= 0 and (not tfs or spell.target or not object.area) then
            set("DISTANCEEFFECT", spell.shoot)
        end
        if spell.effect ~= 0 then
            set("EFFECT", spell.effect)
        end
        if spell.condition_type and spell.condition_type ~= 0 then
            local made = damage_condition(spell)
            object.params.conditions = object.params.conditions or {}
            object.params.conditions[#object.params.conditions + 1] = made
        end
        object.formula = enum("COMBAT_FORMULA_DAMAGE")
        object.min_a, object.max_a = spell.no_damage and 0 or block.min, spell.no_damage and 0 or block.max
        return object
    end

    local WANTED = { cast = "onCastSpell" }

    -- A script casts the spell: at a place when the combat that it made last has an area, else at the target.
    local function cast_script(block, monster, target)
        local spell, combat, map = block.spell, server.parts.combat, server.parts.map
        if block.callbacks == nil then
            local path = "data/spells/scripts/" .. spell.script
            combat.last_made = nil
            block.callbacks = server.parts.scripts.load_named_events(path, WANTED, "Spell Interface") or false
            block.scripted = combat.last_made
        end
        local cast = block.callbacks and block.callbacks.cast
        if not cast then
            return false
        end
        local variant = { type = combat.VARIANT.NUMBER, number = target.id }
        if block.scripted and block.scripted.area then
            local x, y, z = server.parts.creatures.position(spell.target and target or monster)
            if spell.direction and not spell.target then
                x, y = map.next_place(x, y, monster.direction)
            end
            variant = { type = combat.VARIANT.POSITION, pos = { x = x, y = y, z = z } }
        end
        local ok, value = server.parts.report.call(cast, cast.callback, userdata.push(monster),
            combat.push_variant(variant))
        return ok and value ~= nil and value ~= false
    end

    --- A monster casts a spell on a creature.
    ---@param monster table
    ---@param block table
    ---@param target table
    ---@return boolean
    function monsters.cast(monster, block, target)
        local spell, combat, spells = block.spell, server.parts.combat, server.parts.spells
        local named = spells.by_name(spell.name)
        monster.combat_min, monster.combat_max = block.min, block.max
        if named then
            return spells.cast_by(named, monster, target)
        elseif spell.script ~= "" and not KINDS[lower(spell.name)] then
            return cast_script(block, monster, target)
        end
        block.combat = block.combat or build(block)
        local object = block.combat
        if object.area then
            local x, y, z = server.parts.creatures.position(spell.target and target or monster)
            if block.direction or spell.direction then
                x, y = server.parts.map.next_place(x, y, monster.direction)
            end
            return combat.on_place(object, monster, { x = x, y = y, z = z })
        end
        return combat.on_creature(object, monster, target)
    end

    -- The class --------------------------------------------------------------------------------------------------

    userdata.class("MonsterSpell", nil, function()
        return userdata.push(setmetatable({}, METATABLE))
    end)

    local function of(fn)
        return bind.of("MonsterSpell", fn)
    end
    local function setter(key, cast)
        return bind.lean_setter("MonsterSpell", key, cast)
    end
    local I, U8, U16 = arguments.i32, arguments.u8, arguments.u16

    local methods = {
        setType = setter("name", arguments.string),
        setScriptName = setter("script", arguments.string),
        setChance = setter("chance", U8),
        setInterval = setter("interval", U16),
        setRange = setter("range", U8),
        setCombatType = setter("combat_type", arguments.number),
        setNeedTarget = setter("target"),
        setCombatLength = setter("length", I),
        setCombatSpread = setter("spread", I),
        setCombatRadius = setter("radius", I),
        setConditionType = setter("condition_type", arguments.number),
        setConditionDuration = setter("duration", I),
        setConditionTickInterval = setter("condition_tick", I),
        setCombatShootEffect = setter("shoot", arguments.number),
        setCombatEffect = setter("effect", arguments.number),
        setCombatValue = of(function(spell, low, high)
            spell.min, spell.max = I(low), I(high)
            return true
        end),
        setAttackValue = of(function(spell, attack, skill)
            spell.attack, spell.skill = I(attack), I(skill)
            return true
        end),
        setConditionDamage = of(function(spell, low, high, start)
            spell.condition_min, spell.condition_max, spell.condition_start = I(low), I(high), I(start)
            return true
        end),
        setConditionSpeedChange = of(function(spell, low, high)
            spell.speed_min = I(low)
            spell.speed_max = tfs and high ~= nil and I(high) or 0
            return true
        end),
    }
    if tfs then
        methods.setNeedDirection = setter("direction")
        methods.setCombatRing = setter("ring", I)
        methods.setConditionDrunkenness = setter("drunkenness", U8)
        methods.setOutfit = of(function(spell, outfit)
            if raw.type(outfit) == "table" then
                spell.outfit = server.parts.creatures.take_outfit(outfit)
            elseif raw.type(outfit) == "number" then
                spell.outfit = server.parts.creatures.copy_outfit(spell.outfit or server.parts.creatures.outfit({}))
                spell.outfit.lookTypeEx = U16(outfit)
            elseif raw.type(outfit) == "string" then
                local other = monsters.type_of(outfit)
                if other then
                    local creatures = server.parts.creatures
                    spell.outfit = creatures.copy_outfit(other.outfit or creatures.outfit({}))
                end
            end
            return true
        end)
        local function delete(self)
            local spell = userdata.get(self, "MonsterSpell")
            if spell then
                userdata.drop(spell)
            end
        end
        methods.delete = delete
        userdata.metamethod("MonsterSpell", "__gc", delete)
    else
        methods.setOutfitMonster = setter("outfit_monster", arguments.string)
        methods.setOutfitItem = setter("outfit_item", U16)
        methods.castSound = bind.both("MonsterSpell", "cast_sound", arguments.enum16)
        methods.impactSound = bind.both("MonsterSpell", "impact_sound", arguments.enum16)
    end
    userdata.methods("MonsterSpell", methods)
end
