--- Player: outfits with their addons, and mounts.

local context = ...
local raw = context.raw
local band, bnot, bor, lshift = raw.bit.band, raw.bit.bnot, raw.bit.bor, raw.bit.lshift
local floor = raw.math.floor

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
    -- Where Canary keeps which mounts are tame: 31 a key.
    local MOUNTS_START = (server.parts.enums.get("PSTRG_MOUNTS_RANGE_START") or 10002001)
    local function of(fn)
        return bind.of("Player", fn)
    end

    local function own_outfit(player, look_type)
        for at, entry in raw.ipairs(player.outfits) do
            if entry.look_type == look_type then
                return entry, at
            end
        end
    end

    --- Adds an outfit, or addons to it.
    function players.add_outfit(player, look_type, addons)
        local entry = own_outfit(player, look_type)
        if entry then
            entry.addons = bor(entry.addons, addons)
        else
            player.outfits[#player.outfits + 1] = { look_type = look_type, addons = addons }
        end
    end

    --- Whether a player may wear an outfit with addons.
    function players.can_wear(player, look_type, addons)
        local vocations = server.parts.vocations
        if not vocations.known_look(look_type) then
            server:log("warning", "[Player::canWear] An unregistered creature looktype type with id '" .. look_type
                .. "' was blocked to prevent client crash.")
            return false
        elseif player.group and player.group.access then
            return true
        end
        local outfit = vocations.outfit(look_type, player.sex)
        if not outfit or (outfit.premium and not players.is_premium(player)) then
            return false
        elseif outfit.unlocked and addons == 0 then
            return true
        end
        local entry = own_outfit(player, look_type)
        return entry ~= nil and band(entry.addons, addons) == addons
    end

    -- TFS tells what one has apart from what one may wear now.
    local function has_outfit(player, look_type, addons)
        if not tfs then
            return players.can_wear(player, look_type, addons)
        end
        local outfit = server.parts.vocations.outfit(look_type, player.sex)
        if not outfit then
            return false
        elseif outfit.unlocked and addons == 0 then
            return true
        end
        local entry = own_outfit(player, look_type)
        return entry ~= nil and band(entry.addons, addons) == addons
    end

    local function mount_key(mount)
        local place = mount.id - 1
        return MOUNTS_START + floor(place / 31), lshift(1, place % 31)
    end

    --- Whether a player has a mount.
    function players.has_mount(player, mount)
        if player.group and player.group.access then
            return true
        elseif mount.premium and not players.is_premium(player) then
            return false
        elseif tfs then
            return player.mounts[mount.id] == true
        end
        local key, bit = mount_key(mount)
        local value = player.storage[key] or -1
        return value ~= -1 and band(value, bit) ~= 0
    end

    local function set_mount(player, mount, on)
        if not mount then
            return false
        elseif tfs then
            if (player.mounts[mount.id] == true) == on then
                return false
            end
            player.mounts[mount.id] = on or nil
            return true
        end
        local key, bit = mount_key(mount)
        local value = player.storage[key]
        if on then
            player.storage[key] = bor(value or 0, bit)
        elseif value then
            player.storage[key] = band(value, bnot(bit))
        end
        return true
    end

    -- A number needs not be a mount's; a name does.
    local function take_mount(value)
        local vocations = server.parts.vocations
        if raw.type(value) == "number" then
            return vocations.mount("id", tfs and bind.u16(value, 2) or arguments.u8(value)), true
        end
        return vocations.mount("name", arguments.string(value)), false
    end

    local function mount_setter(on)
        return of(function(player, value)
            local mount, numbered = take_mount(value)
            if not mount and not numbered then
                return nil
            end
            return set_mount(player, mount, on)
        end)
    end

    userdata.methods("Player", {
        addOutfit = of(function(player, value, addons)
            if tfs or raw.tonumber(value) then
                players.add_outfit(player, bind.u16(value, 2), tfs and 0 or arguments.u8(addons))
            elseif raw.type(value) == "string" then
                local found
                for _, outfit in raw.ipairs(server.parts.vocations.outfits(player.sex) or {}) do
                    found = found or (outfit.name == value and outfit)
                end
                if not found then
                    server:report("Outfit not found")
                    return addons == nil and value or addons
                end
                players.add_outfit(player, found.look_type, arguments.u8(addons))
            end
            return true
        end),
        addOutfitAddon = of(function(player, look_type, addons)
            players.add_outfit(player, bind.u16(look_type, 2), bind.u8(addons, 3))
            return true
        end),
        removeOutfit = of(function(player, value)
            local _, at = own_outfit(player, bind.u16(value, 2))
            if at then
                raw.table.remove(player.outfits, at)
            end
            return at ~= nil
        end),
        removeOutfitAddon = of(function(player, look_type, addons)
            local entry = own_outfit(player, bind.u16(look_type, 2))
            if entry then
                entry.addons = band(entry.addons, bnot(bind.u8(addons, 3)))
            end
            return entry ~= nil
        end),
        hasOutfit = of(function(player, look_type, addons)
            return has_outfit(player, bind.u16(look_type, 2), bind.u8(addons, 3, 0))
        end),
        sendOutfitWindow = of(function(player)
            players.tell(player, "outfit_window", {})
            return true
        end),
        addMount = mount_setter(true),
        removeMount = mount_setter(false),
        hasMount = of(function(player, value)
            local mount = take_mount(value)
            if not mount then
                return nil
            end
            return players.has_mount(player, mount)
        end),
    })

    if tfs then
        userdata.methods("Player", {
            canWearOutfit = of(function(player, look_type, addons)
                return players.can_wear(player, bind.u16(look_type, 2), bind.u8(addons, 3, 0))
            end),
            toggleMount = of(function(player, on)
                return players.toggle_mount(player, arguments.boolean(on))
            end),
        })
    end

    --- Has a player mount or dismount.
    function players.toggle_mount(player, on)
        local creatures = server.parts.creatures
        local outfit = player.default_outfit
        if (outfit.lookMount ~= 0) == on then
            return false
        end
        if not on then
            local mount = server.parts.vocations.mount("client_id", outfit.lookMount)
            outfit.lookMount = 0
            if mount then
                creatures.change_speed(player, -mount.speed)
            end
        else
            local mount
            for _, each in raw.ipairs(server.parts.vocations.mounts()) do
                mount = mount or (players.has_mount(player, each) and each)
            end
            if not mount then
                return false
            end
            outfit.lookMount = mount.client_id
            creatures.change_speed(player, mount.speed)
        end
        return creatures.change_outfit(player, outfit)
    end
end
