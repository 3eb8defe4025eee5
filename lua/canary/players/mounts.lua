--- Riding: which mounts a player has, which it rides, and where it has to get off.

local context = ...
local raw = context.raw
local band, bnot, bor, lshift = raw.bit.band, raw.bit.bnot, raw.bit.bor, raw.bit.lshift
local floor = raw.math.floor

-- Milliseconds between two changes.
local PAUSE = 3000
-- Canary keeps which mounts are tame in the storage, 31 a key, and under another key which it rides.
local A_KEY, CURRENT = 31, 10

---@param server table
---@param players table
return function(server, players)
    local tfs, env, parts = server.tfs, server.env, server.parts
    local START = parts.enums.get("PSTRG_MOUNTS_RANGE_START") or 10002001

    local function key_of(id)
        local place = (id - 1) % 256
        return START + floor(place / A_KEY), lshift(1, place % A_KEY)
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
        local key, bit = key_of(mount.id)
        local value = player.storage[key] or -1
        return value ~= -1 and band(value, bit) ~= 0
    end

    local function last_mount(player)
        return raw.string.format("player.%d.last-mount", player.guid)
    end

    --- The mount that a player rides, or rode last: its id, 0 for none.
    function players.current_mount(player)
        if tfs then
            return player.current_mount or 0
        end
        local value = player.storage[START + CURRENT] or 0
        if value > 0 then
            return value % 256
        end
        return server.arguments.u8(parts.storage.kv_get(last_mount(player)))
    end

    --- Remembers which mount a player rides.
    function players.set_current_mount(player, id)
        if tfs then
            player.current_mount = id
            return
        end
        player.storage[START + CURRENT] = id
        parts.storage.kv_set(last_mount(player), id)
    end

    --- Gives a player a mount, or takes it.
    ---@param player table
    ---@param mount table|nil
    ---@param on boolean
    ---@return boolean
    function players.tame(player, mount, on)
        if not mount then
            return false
        elseif tfs then
            if players.has_mount(player, mount) == on then
                return false
            end
            player.mounts[mount.id] = on or nil
        else
            local key, bit = key_of(mount.id)
            local value = player.storage[key]
            if on then
                player.storage[key] = bor(value or 0, bit)
            elseif value then
                player.storage[key] = band(value, bnot(bit))
            else
                return true
            end
        end
        if not on and players.current_mount(player) == mount.id then
            if player.default_outfit.lookMount ~= 0 then
                players.dismount(player)
                parts.creatures.change_outfit(player, player.default_outfit)
            end
            players.set_current_mount(player, 0)
        end
        return true
    end

    --- Takes a player off its mount, without showing it: another outfit hides it.
    function players.dismount(player)
        local outfit = player.default_outfit
        local mount = outfit.lookMount ~= 0 and parts.vocations.mount("client_id", outfit.lookMount)
        outfit.lookMount = 0
        if mount and mount.speed > 0 then
            parts.creatures.change_speed(player, -mount.speed)
        end
    end

    local function may_ride_here(player)
        local tile = player.tile
        if not tile or player.group.access or not parts.map.has_flag(tile, env.TILESTATE_PROTECTIONZONE) then
            return true
        end
        return not tfs and parts.config.boolean("TOGGLE_MOUNT_IN_PZ")
    end

    -- The mount that a player gets on; nil when it can't, and it has been told why.
    local function mount_for(player)
        if not may_ride_here(player) then
            players.cancel(player, env.RETURNVALUE_ACTIONNOTPERMITTEDINPROTECTIONZONE)
            return nil
        elseif not parts.vocations.outfit(player.default_outfit.lookType, player.sex) then
            return nil
        end
        local id = players.current_mount(player)
        if id == 0 then
            players.tell(player, "outfit_window", {})
            return nil
        end
        local mount = parts.vocations.mount("id", id)
        if not mount then
            return nil
        elseif not players.has_mount(player, mount) then
            players.set_current_mount(player, 0)
            players.tell(player, "outfit_window", {})
            return nil
        elseif mount.premium and not players.is_premium(player) then
            players.cancel(player, env.RETURNVALUE_YOUNEEDPREMIUMACCOUNT)
            return nil
        elseif parts.conditions.has(player, env.CONDITION_OUTFIT) then
            players.cancel(player, env.RETURNVALUE_NOTPOSSIBLE)
            return nil
        end
        return mount
    end

    --- Has a player mount or dismount.
    ---@param player table
    ---@param on boolean
    ---@return boolean
    function players.toggle_mount(player, on)
        if player.last_toggle and server.now - player.last_toggle < PAUSE and not player.was_mounted then
            players.cancel(player, env.RETURNVALUE_YOUAREEXHAUSTED)
            return false
        end
        local outfit = player.default_outfit
        if (outfit.lookMount ~= 0) == on then
            return false
        elseif on then
            local mount = mount_for(player)
            if not mount then
                return false
            end
            outfit.lookMount = mount.client_id
            players.set_current_mount(player, mount.id)
            if mount.speed ~= 0 then
                parts.creatures.change_speed(player, mount.speed)
            end
        else
            players.dismount(player)
        end
        parts.creatures.change_outfit(player, outfit)
        player.last_toggle = server.now
        return true
    end

    --- A player has come into another zone.
    ---@param player table
    ---@param zone number ZONE_*
    function players.zone_changed(player, zone)
        if zone == env.ZONE_PROTECTION then
            if player.default_outfit.lookMount ~= 0 and not may_ride_here(player) then
                players.dismount(player)
                parts.creatures.change_outfit(player, player.default_outfit)
                player.was_mounted = true
            end
        else
            if not tfs then
                parts.combat.pacify(player)
            end
            if player.was_mounted then
                players.toggle_mount(player, true)
                player.was_mounted = false
            end
        end
        if not tfs then
            players.think_of_wheel(player, true)
            parts.events.meta("Player", "onChangeZone", player, zone)
            parts.events.callback("playerOnChangeZone", player, zone)
        end
    end
end
