--- What a character may look like and ride: outfits.xml, mounts.xml, familiars.xml.

local context = ...
local raw = context.raw
local lower, tonumber = raw.string.lower, raw.tonumber

---@param server table
---@param vocations table
---@param bind table
return function(server, vocations, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local outfits, mounts, familiars

    local function truth(text, otherwise)
        if text == nil then
            return otherwise or false
        end
        local first = raw.string.sub(text, 1, 1)
        return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
    end

    local function rows(name)
        local document = server.host("files.xml", "data/XML/" .. name)
        return document and document.children or {}
    end

    --- Whether a look is one that the client's files have; Canary leaves out others.
    ---@param look_type number
    ---@return boolean
    function vocations.known_look(look_type)
        if tfs or look_type == 0 or not server.parts.config.boolean("WARN_UNSAFE_SCRIPTS") then
            return true
        end
        return server.parts.item_types.is_shown("looks", look_type) ~= false
    end

    local function load_outfits()
        outfits = { [0] = {}, {} }
        for _, row in raw.ipairs(rows("outfits.xml")) do
            local has = row.attributes
            local list, look_type = outfits[tonumber(has.type) or -1], tonumber(has.looktype)
            if list and look_type and truth(has.enabled, true) and vocations.known_look(look_type) then
                list[#list + 1] = {
                    look_type = look_type,
                    name = has.name or "",
                    premium = truth(has.premium),
                    unlocked = truth(has.unlocked, true),
                    from = has.from or "",
                }
            end
        end
    end

    local function load_mounts()
        mounts = {}
        for _, row in raw.ipairs(rows("mounts.xml")) do
            local has = row.attributes
            local id, client_id = tonumber(has.id) or 0, tonumber(has.clientid) or 0
            if vocations.known_look(client_id) then
                mounts[#mounts + 1] = {
                    class_name = "Mount",
                    id = tfs and id or id % 256,
                    client_id = client_id,
                    name = has.name or "",
                    speed = tonumber(has.speed) or 0,
                    premium = truth(has.premium),
                    type = has.type or "",
                }
            end
        end
    end

    local function load_familiars()
        familiars = {}
        for _, row in raw.ipairs(tfs and {} or rows("familiars.xml")) do
            local has = row.attributes
            if truth(has.enabled, true) and tonumber(has.lookType) then
                familiars[#familiars + 1] = {
                    vocation = tonumber(has.vocation) or 0,
                    look_type = tonumber(has.lookType),
                    name = has.name or "",
                    premium = truth(has.premium),
                    unlocked = truth(has.unlocked, true),
                }
            end
        end
    end

    --- The outfits of a sex, in order.
    ---@param sex number
    ---@return table[]|nil
    function vocations.outfits(sex)
        if not outfits then
            load_outfits()
        end
        return outfits[sex]
    end

    --- An outfit by what it looks like; of one sex, or of either.
    ---@param look_type number
    ---@param sex number|nil
    function vocations.outfit(look_type, sex)
        for each = sex or 0, sex or 1 do
            for _, outfit in raw.ipairs(vocations.outfits(each) or {}) do
                if outfit.look_type == look_type then
                    return outfit
                end
            end
        end
    end

    --- All mounts.
    function vocations.mounts()
        if not mounts then
            load_mounts()
        end
        return mounts
    end

    --- A mount by what it is called, its id, or its id in the client.
    ---@param key string name, id or client_id
    function vocations.mount(key, value)
        for _, mount in raw.ipairs(vocations.mounts()) do
            if mount[key] == value or (key == "name" and lower(mount.name) == lower(value)) then
                return mount
            end
        end
    end

    --- A familiar of a vocation.
    function vocations.familiar(vocation, look_type)
        if not familiars then
            load_familiars()
        end
        for _, familiar in raw.ipairs(familiars) do
            if familiar.look_type == look_type and (not vocation or familiar.vocation == vocation) then
                return familiar
            end
        end
    end

    --- Reads the files again when they are next needed.
    function vocations.reload_appearances()
        outfits, mounts, familiars = nil, nil, nil
    end

    if tfs then
        userdata.table_class("Outfit", function(_, look_type)
            return vocations.push_outfit(vocations.outfit(bind.u16(look_type, 2)))
        end)
        userdata.metamethod("Outfit", "__eq", function(a, b)
            return a.lookType == b.lookType and a.name == b.name and a.premium == b.premium and a.unlocked == b.unlocked
        end)

        --- What scripts of TFS are given for an outfit of outfits.xml.
        function vocations.push_outfit(outfit)
            if not outfit then
                return nil
            end
            return raw.setmetatable({
                lookType = outfit.look_type,
                name = outfit.name,
                premium = outfit.premium,
                unlocked = outfit.unlocked,
            }, userdata.metatables.Outfit)
        end
    else
        userdata.class("Mount", nil, function(_, value)
            if raw.type(value) == "number" then
                return userdata.push(vocations.mount("id", arguments.u8(value)))
            elseif raw.type(value) == "string" then
                return userdata.push(vocations.mount("name", value))
            end
            return nil
        end)
        userdata.metamethod("Mount", "__eq")
        userdata.methods("Mount", {
            getName = bind.field("Mount", "name"),
            getId = bind.field("Mount", "id"),
            getClientId = bind.field("Mount", "client_id"),
            getSpeed = bind.field("Mount", "speed"),
        })
    end
end
