--- How a player looks: the window, what was chosen in it, and mounts.

local context = ...
local raw = context.raw
local byte, char, concat, ipairs = raw.string.byte, raw.string.char, raw.table.concat, raw.ipairs

local MOUNTS_SINCE, WIDE_WINDOW = 870, 1281
-- Of a window, each.
local MOST = 100

return function(server, wire, asked)
    local u16, text, read = wire.u16, wire.text, wire.read

    -- What a player may wear: bytes of an entry each. `mode` is what newer clients have behind it: 0 for what is there.
    local function looks_of(player, mode)
        local players, vocations, looks = server.parts.players, server.parts.vocations, {}
        for _, outfit in ipairs(vocations.outfits and vocations.outfits(player.sex) or {}) do
            if #looks < MOST and players.can_wear(player, outfit.look_type, 0) then
                local addons = 0
                for wanted = 1, 2 do
                    addons = addons + (players.can_wear(player, outfit.look_type, wanted) and wanted or 0)
                end
                looks[#looks + 1] = u16(outfit.look_type) .. text(outfit.name) .. char(addons) .. mode
            end
        end
        if #looks == 0 then
            looks[1] = u16(player.default_outfit.lookType) .. text("Citizen") .. "\0" .. mode
        end
        return looks
    end

    local function mounts_of(player, mode)
        local players, vocations, mounts = server.parts.players, server.parts.vocations, {}
        for _, mount in ipairs(vocations.mounts and vocations.mounts() or {}) do
            if #mounts < MOST and players.has_mount(player, mount) then
                mounts[#mounts + 1] = u16(mount.client_id) .. text(mount.name) .. mode
            end
        end
        return mounts
    end

    -- Colours of the mount are there without one, too; no familiars, no podium.
    local function wide_window(view, outfit)
        local looks, mounts = looks_of(view.player, "\0"), mounts_of(view.player, "\0")
        local mounted = (outfit.lookMount or 0) ~= 0
        local colours = mounted and ""
            or char(outfit.lookMountHead or 0, outfit.lookMountBody or 0, outfit.lookMountLegs or 0,
                outfit.lookMountFeet or 0)
        return "\200" .. wire.outfit(view, outfit) .. colours .. "\0\0" .. u16(#looks) .. concat(looks)
            .. u16(#mounts) .. concat(mounts) .. "\0\0\0" .. char(mounted and 1 or 0, 0)
    end

    --- The window in which a player dresses.
    function wire.outfit_window(view)
        local outfit = view.player.default_outfit
        if view.version >= WIDE_WINDOW then
            return wide_window(view, outfit)
        end
        local looks, mounts = looks_of(view.player, ""), mounts_of(view.player, "")
        local window = "\200" .. wire.outfit(view, outfit) .. char(#looks) .. concat(looks)
        return view.version >= MOUNTS_SINCE and window .. char(#mounts) .. concat(mounts) or window
    end

    asked[0xD2] = function(view)
        wire.send(view, wire.outfit_window(view))
    end

    -- The mount that was chosen; false when the player has none such.
    local function mount_of(player, client_id)
        if client_id == 0 then
            return nil
        end
        local mount = server.parts.vocations.mount("client_id", client_id)
        return mount and server.parts.players.has_mount(player, mount) and mount or false
    end

    asked[0xD3] = function(view, data)
        local players, creatures, player = server.parts.players, server.parts.creatures, view.player
        local at = 2
        if view.version >= WIDE_WINDOW then
            if byte(data, 2) ~= 0 then
                return
            end
            at = 3
        end
        local look, addons = read.u16(data, at), byte(data, at + 6) or 0
        local mount
        if view.version >= MOUNTS_SINCE then
            mount = mount_of(player, read.u16(data, at + 7))
        end
        if mount == false or not server.parts.config.boolean("ALLOW_CHANGEOUTFIT")
            or not players.can_wear(player, look, addons) then
            return
        end
        if player.default_outfit.lookMount ~= 0 then
            players.dismount(player)
        end
        local fields = creatures.copy_outfit(player.default_outfit)
        fields.lookType = look
        fields.lookHead, fields.lookBody = byte(data, at + 2), byte(data, at + 3)
        fields.lookLegs, fields.lookFeet, fields.lookAddons = byte(data, at + 4), byte(data, at + 5), addons
        if mount then
            fields.lookMount = mount.client_id
            players.set_current_mount(player, mount.id)
            creatures.change_speed(player, mount.speed)
        end
        player.default_outfit = creatures.outfit(fields)
        creatures.change_outfit(player, player.default_outfit)
    end

    -- TFS leaves it to a script.
    if not server.tfs then
        asked[0xD4] = function(view, data)
            server.parts.players.toggle_mount(view.player, byte(data, 2) ~= 0)
        end
    end
end
