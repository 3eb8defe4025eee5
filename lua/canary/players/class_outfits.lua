--- Player: outfits with their addons, and mounts.

local context = ...
local raw = context.raw
local band, bnot, bor = raw.bit.band, raw.bit.bnot, raw.bit.bor

---@param server table
---@param players table
---@param bind table
return function(server, players, bind)
    local userdata, arguments, tfs = server.userdata, server.arguments, server.tfs
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

    local function has_addons(player, look_type, addons)
        local entry = own_outfit(player, look_type)
        if not entry then
            return false
        elseif tfs then
            return addons == 0 or entry.addons == addons or entry.addons == 3
        end
        return band(entry.addons, addons) == addons
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
        return has_addons(player, look_type, addons)
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
        return has_addons(player, look_type, addons)
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
            return players.tame(player, mount, on)
        end)
    end

    userdata.methods("Player", {
        addOutfit = of(function(player, ...)
            local value, addons = ...
            if tfs or raw.tonumber(value) then
                players.add_outfit(player, bind.u16(value, 2), tfs and 0 or arguments.u8(addons))
            elseif raw.type(value) == "string" then
                local found
                for _, outfit in raw.ipairs(server.parts.vocations.outfits(player.sex) or {}) do
                    found = found or (outfit.name == value and outfit)
                end
                if not found then
                    server:report("Outfit not found")
                    return bind.passed(player, ...)
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
end
