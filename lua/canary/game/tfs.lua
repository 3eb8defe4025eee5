--- Game: what TFS alone has.

local context = ...
local raw = context.raw

-- Bits of items' attributes by their names in scripts, from the first on.
local NAMES = {
    "aid", "uid", "description", "text", "date", "writer", "name", "article", "pluralname", "weight", "attack",
    "defense", "extradefense", "armor", "hitchance", "shootrange", "owner", "duration", "decaystate", "corpseowner",
    "charges", "fluidtype", "doorid", "decayto", "wrapid", "storeitem", "attackspeed",
}
local ATTRIBUTES = {}
for bit, name in raw.ipairs(NAMES) do
    ATTRIBUTES[name] = 2 ^ (bit - 1)
end

---@param server table
---@param game table
---@param bind table
return function(server, game, bind)
    local userdata, arguments = server.userdata, server.arguments

    local function bestiary()
        local classes, order = {}, {}
        server.parts.monsters.each_race(function(_, kind)
            local name = kind.bestiary_info and kind.bestiary_info.class or ""
            if not classes[name] then
                classes[name] = {}
                order[#order + 1] = name
            end
            local list = classes[name]
            list[#list + 1] = userdata.push(kind)
        end)
        raw.table.sort(order)
        local result = {}
        for at, name in raw.ipairs(order) do
            result[at] = { name = name, monsterTypes = classes[name] }
        end
        return result
    end

    local function spells_of(kind)
        return bind.list((server.parts.spells[kind]:sorted()))
    end

    server:table("Game", {
        getNpcs = function()
            return bind.list(server.parts.creatures.all("Npc"))
        end,
        getMonsters = function()
            return bind.list(server.parts.creatures.all("Monster"))
        end,
        getExperienceStage = function(level)
            return game.experience_stage(bind.u32(level, 1))
        end,
        getBestiary = bestiary,
        getCurrencyItems = function()
            return bind.list(server.parts.item_types.currency(), "ItemType")
        end,
        getItemTypeByClientId = function(id)
            local types = server.parts.item_types
            local found = types.by_client(bind.u16(id, 1))
            local kind = raw.type(found) == "table" and found or found and found ~= 0 and types.get(found) or nil
            return kind and kind.id ~= 0 and userdata.push(kind, "ItemType") or nil
        end,
        getMountIdByLookType = function(look_type)
            if raw.type(look_type) ~= "number" then
                return nil
            end
            local mount = server.parts.vocations.mount("client_id", bind.u16(look_type, 1))
            return mount and mount.id or nil
        end,
        getOutfits = function(sex)
            if raw.type(sex) ~= "number" then
                return nil
            end
            local outfits = server.parts.vocations.outfits(arguments.enum8(sex))
            if not outfits then
                return nil
            end
            local list = {}
            for at, outfit in raw.ipairs(outfits) do
                list[at] = server.parts.vocations.push_outfit(outfit)
            end
            return list
        end,
        getMounts = function()
            local list = {}
            for at, mount in raw.ipairs(server.parts.vocations.mounts()) do
                list[at] = {
                    name = mount.name, speed = mount.speed, clientId = mount.client_id, id = mount.id,
                    premium = mount.premium,
                }
            end
            return list
        end,
        getVocations = function()
            return bind.list(server.parts.vocations.all())
        end,
        getRuneSpells = function()
            return spells_of("runes")
        end,
        getInstantSpells = function()
            return spells_of("instants")
        end,
        getItemAttributeByName = function(name)
            return ATTRIBUTES[arguments.string(name)] or 0
        end,
        startEvent = function(name)
            return server.parts.events.start_timer(arguments.string(name))
        end,
    })
end
