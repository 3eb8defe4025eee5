--- Game: what TFS alone has.

local context = ...
local raw = context.raw

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
        local spells = server.parts.spells
        local list = spells.list and spells.list(kind) or {}
        return bind.list(list)
    end

    server:table("Game", {
        getNpcs = function()
            return bind.list(server.parts.creatures.list("Npc"))
        end,
        getMonsters = function()
            return bind.list(server.parts.creatures.list("Monster"))
        end,
        getExperienceStage = function(level)
            return game.experience_stage(bind.u32(level, 1))
        end,
        getBestiary = bestiary,
        getCurrencyItems = function()
            local types = server.parts.item_types
            return bind.list(types.currency and types.currency() or {}, "ItemType")
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
            local outfits = server.parts.vocations.outfits(arguments.u8(sex))
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
            return spells_of("rune")
        end,
        getInstantSpells = function()
            return spells_of("instant")
        end,
        getItemAttributeByName = function(name)
            local items = server.parts.items
            return items.attribute_number and items.attribute_number(arguments.string(name)) or 0
        end,
        startEvent = function(name)
            local events = server.parts.events
            return events.start_timer and events.start_timer(arguments.string(name)) or nil
        end,
    })
end
