--- Arguments for callbacks, by what each takes, in a few variants.

local context = ...
local raw = context.raw
local find, ipairs, type, unpack = raw.string.find, raw.ipairs, raw.type, raw.unpack

local SWORD = { canary = 3264, tfs = 2376 }
local CORPSE = { canary = 5964, tfs = 2813 }
local WORDS = { "", "1", "Exerciser A, 100", "rat" }
-- What players say to npcs.
local TALK = { "hi", "job", "trade", "yes", "bye" }

return function(server, world)
    local env = server.env

    local function sword()
        return world.item(SWORD[server.dialect])
    end

    -- The item that a registration is for: by its id, or any with that action or unique id.
    local function item_for(entry)
        local record = entry.record
        local id = record.ids and record.ids[1] or nil
        local fields = { aid = record.aids and record.aids[1], uid = record.uids and record.uids[1] }
        local item = id and world.item(id) or nil
        return item or world.item(SWORD[server.dialect], fields)
    end

    -- Whether what a registration is for is used on something.
    local function has_target(entry)
        local id = entry.record.ids and entry.record.ids[1]
        local kind = id and server.parts.item_types.get(id)
        return kind ~= nil and kind ~= false and kind.useable == true
    end

    local function spell_caster(entry, variant)
        local spell = entry.record
        local path = spell.file and spell.file.path or ""
        if find(spell.words or "", "^###") or find(path, "/monster/", 1, true) then
            return world.monster() or world.player(variant)
        end
        local ids = server.parts.spells.vocation_ids(spell)
        return world.player(variant, ids and ids[(variant - 1) % #ids + 1])
    end

    local function nothing()
        return { uid = 0, itemid = 0, actionid = 0, type = 0 }
    end

    local function position(dx)
        return env.Position(world.x + dx, world.y, world.z)
    end

    local function creature(entry, variant)
        if entry.record.class_name == "Spell" then
            return spell_caster(entry, variant)
        elseif variant == 2 then
            return world.monster() or world.player(1)
        end
        return world.player(variant)
    end

    local make = {}

    function make.player(_, variant)
        return world.player(variant)
    end
    make.creature, make.attacker, make.killer = creature, creature, creature
    function make.killer(_, variant)
        return variant == 1 and world.player(2) or variant == 2 and world.monster() or nil
    end
    make.attacker = make.killer
    function make.target(_, variant)
        return variant == 2 and world.player(2) or world.monster()
    end
    function make.item(entry)
        return item_for(entry)
    end
    function make.corpse()
        return world.item(CORPSE[server.dialect]) or nothing()
    end
    function make.thing(entry, variant)
        if not has_target(entry) then
            return nothing()
        elseif variant == 1 then
            return sword() or nothing()
        elseif variant == 2 then
            return world.monster() or nothing()
        end
        return world.player(2)
    end
    function make.item_id()
        return SWORD[server.dialect]
    end
    function make.position(_, variant)
        return position(variant == 3 and 2 or 1)
    end
    function make.boolean(_, variant)
        return variant == 2
    end
    function make.words(entry)
        local words = entry.record.words
        return type(words) == "table" and words[1] or type(words) == "string" and words or ""
    end
    function make.param(_, variant)
        return WORDS[variant]
    end
    function make.text(_, variant)
        return WORDS[variant]
    end
    function make.talktype()
        return env.TALKTYPE_SAY
    end
    function make.interval()
        return 1000
    end
    function make.number(_, variant)
        return variant == 1 and 1 or variant == 2 and 100 or 0
    end
    function make.skill(_, variant)
        return variant == 1 and env.SKILL_LEVEL or variant - 1
    end
    function make.combat()
        return env.COMBAT_PHYSICALDAMAGE
    end
    function make.origin()
        return env.ORIGIN_SPELL or 0
    end
    function make.slot()
        return env.CONST_SLOT_LEFT
    end
    function make.message()
        local message = env.NetworkMessage and env.NetworkMessage()
        if message then
            message:addByte(1)
            message:addString("1")
        end
        return message
    end
    function make.variant(_, variant)
        local target = world.monster() or world.player(2)
        if variant == 1 then
            return env.Variant(target:getId())
        elseif variant == 2 then
            return env.Variant(position(1))
        end
        return env.Variant("")
    end
    function make.npc(entry)
        return world.npc(entry.record.name)
    end
    function make.monster(entry)
        return world.monster(entry.record.class_name == "MonsterCallback" and entry.record.name or nil)
    end
    function make.talk(_, variant)
        return TALK[variant]
    end
    function make.tile()
        return env.Tile(position(1))
    end
    function make.party()
        local leader = world.player(1)
        local party = leader and leader:getParty()
        return party or (leader and env.Party and env.Party(leader)) or nil
    end
    function make.zone(entry)
        return env.Zone and (env.Zone.getByName and env.Zone.getByName(entry.zone or "") or env.Zone("exercise")) or nil
    end
    function make.cylinder()
        return env.Tile(position(1))
    end
    function make.item_type()
        return env.ItemType(SWORD[server.dialect])
    end
    function make.damage()
        return {
            primary = { value = -10, type = env.COMBAT_PHYSICALDAMAGE },
            secondary = { value = 0, type = env.COMBAT_NONE or 0 },
            origin = env.ORIGIN_MELEE or 0,
            critical = false,
        }
    end
    function make.outfit()
        return { lookType = 128, lookHead = 1, lookBody = 2, lookLegs = 3, lookFeet = 4, lookAddons = 0, lookMount = 0 }
    end
    function make.string(_, variant)
        return WORDS[variant]
    end
    make["nil"] = function() end

    local takes = context.use("canary/events/takes")

    local arguments = {}

    --- Whether a callback may be given any kind of creature.
    function arguments.takes_any_creature(entry)
        return takes.of(entry.record, entry.kind)[1] == "creature"
    end

    --- The arguments of a callback.
    ---@param entry table { record, kind, key }
    ---@param variant number from 1
    ---@return any ...
    function arguments.make(entry, variant)
        local wanted = takes.of(entry.record, entry.kind)
        local list, count = {}, #wanted
        for index, what in ipairs(wanted) do
            local maker = make[what]
            if maker then
                list[index] = maker(entry, variant)
            end
        end
        return unpack(list, 1, count)
    end
    return arguments
end
