--- Group: what those of a group may do (groups.xml).

local context = ...
local raw = context.raw
local lower, tonumber = raw.string.lower, raw.tonumber

---@param server table
---@param vocations table
---@param bind table
return function(server, vocations, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    local groups, by_id = {}, {}

    -- Names of flags, as the file writes them, to their bits: TFS's numbers are masks, Canary's are places.
    local bits = {}
    for name, value in raw.pairs(server.settings.enums or {}) do
        local flag = raw.string.match(name, "^PlayerFlag_(.+)$")
        if flag then
            local bit = value
            if tfs then
                local _, exponent = raw.math.frexp(value)
                bit = exponent - 1
            end
            bits[lower(flag)] = bit
        end
    end

    local function truth(text)
        local first = raw.string.sub(text or "", 1, 1)
        return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
    end

    local function read(node)
        local group = {
            class_name = "Group",
            id = tonumber(node.attributes.id) or 0,
            name = node.attributes.name or "",
            access = truth(node.attributes.access),
            max_depot_items = tonumber(node.attributes.maxdepotitems) or 0,
            max_vip_entries = tonumber(node.attributes.maxvipentries) or 0,
            flags = {},
        }
        -- As a number, from an attribute; of Canary's there is room for eight.
        local number = tonumber(node.attributes.flags) or 0
        for bit = 0, tfs and 52 or 7 do
            group.flags[bit] = raw.math.floor(number / 2 ^ bit) % 2 == 1 or nil
        end
        for _, child in raw.ipairs(node.children) do
            if child.tag == "flags" then
                for _, flag in raw.ipairs(child.children) do
                    for name, value in raw.pairs(flag.attributes) do
                        local bit = bits[tfs and name or lower(name)]
                        if bit and truth(value) then
                            group.flags[bit] = true
                        end
                    end
                end
            end
        end
        return group
    end

    --- Reads groups.xml (again).
    function vocations.load_groups()
        groups, by_id = {}, {}
        local document = server.host("files.xml", "data/XML/groups.xml")
        for _, node in raw.ipairs(document and document.children or {}) do
            local group = read(node)
            groups[#groups + 1] = group
            by_id[group.id] = by_id[group.id] or group
        end
        return document ~= nil
    end
    vocations.load_groups()

    --- The group of an id.
    ---@param id number
    ---@return table|nil
    function vocations.group(id)
        return by_id[id % 65536]
    end

    --- The bit of a flag: vocations.flag_bit("cannotbeattacked").
    ---@param name string in small letters
    function vocations.flag_bit(name)
        return bits[name]
    end

    --- Flags as one number.
    function vocations.flags_number(flags)
        local number = 0
        for bit in raw.pairs(flags) do
            number = number + 2 ^ bit
        end
        return number
    end

    userdata.class("Group", nil, function(_, id)
        return userdata.push(vocations.group(bind.u32(id, 2)))
    end)
    userdata.metamethod("Group", "__eq")
    userdata.methods("Group", {
        getId = bind.field("Group", "id"),
        getName = bind.field("Group", "name"),
        getFlags = bind.of("Group", function(group)
            return vocations.flags_number(group.flags)
        end),
        getAccess = bind.field("Group", "access"),
        getMaxDepotItems = bind.field("Group", "max_depot_items"),
        getMaxVipEntries = bind.field("Group", "max_vip_entries"),
        hasFlag = bind.of("Group", function(group, flag)
            local value = arguments.number(flag)
            if not tfs then
                return group.flags[arguments.u8(value)] == true
            end
            for bit in raw.pairs(group.flags) do
                if raw.math.floor(value / 2 ^ bit) % 2 == 1 then
                    return true
                end
            end
            return false
        end),
    })
end
