--- What parts of the server tell a player, as messages of its client's protocol. What a client shows anyway by
--- comparing (steps, figures, slots, windows) is left out here; what an old client has no message for, too.

local context = ...
local raw = context.raw
local byte, char, format = raw.string.byte, raw.string.char, raw.string.format
local floor, min, max = raw.math.floor, raw.math.min, raw.math.max

-- Messages that wait for one client at most; more than that is a client that does not read.
local MOST_WAITING = 20000
local CHANNEL_TALK = { [6] = true, [7] = true, [8] = true, [14] = true }
local PLACED_TALK = { true, true, true, [9] = true, [10] = true, [12] = true, [36] = true, [37] = true, [52] = true }

return function(server, wire)
    local clients = server.parts.clients
    local u16, u32, text = wire.u16, wire.u32, wire.text
    local make = wire.make

    local keep = clients.send

    -- Bytes that a script wrote for clients of another version would cost this one the rest of their frame.
    local function can_read(view, player, bytes)
        local z = view.z or (player.tile and player.tile.z) or -1
        local problem = server.host("wire.unread", view.version, z, bytes)
        if not problem then
            return true
        end
        local said = format("message 0x%02X is not sent, for a client of %d.%02d can't read it: %s. Ask for "
            .. "player:getClient().version first", byte(bytes), floor(view.version / 100), view.version % 100, problem)
        server.parts.report.warn(said, nil, true)
        return false
    end

    --- Tells a player's client something: one that is connected is told by the wire.
    function clients.send(player, kind, fields)
        local view = wire.by_player[player] or wire.entering
        if not view or (view.player and view.player ~= player) then
            return keep(player, kind, fields)
        elseif not make[kind] then
            return
        elseif kind == "raw" and (fields.bytes == "" or not can_read(view, player, fields.bytes)) then
            return
        end
        local waiting, count = view.waiting, view.waiting_count
        if count < 2 * MOST_WAITING then
            -- Fields are shared between those who see a thing: the kind goes beside them.
            waiting[count + 1], waiting[count + 2] = kind, fields
            view.waiting_count = count + 2
        end
    end

    --- Sends what waits, in order.
    function wire.tell_waiting(view)
        local waiting, count = view.waiting, view.waiting_count
        if count == 0 then
            return
        end
        view.waiting, view.waiting_count = {}, 0
        for at = 1, count, 2 do
            local message = make[waiting[at]](view, waiting[at + 1])
            if message then
                wire.send(view, message)
            end
        end
    end

    -- Texts --------------------------------------------------------------------------------------------------------

    -- Clients of 11.00 and older lack the newer types: what they show instead.
    local OLDER = {
        MESSAGE_REPORT = "MESSAGE_LOOT",
        MESSAGE_HOTKEY_PRESSED = "MESSAGE_LOOK",
        MESSAGE_TUTORIAL_HINT = "MESSAGE_LOGIN",
        MESSAGE_THANK_YOU = "MESSAGE_LOGIN",
        MESSAGE_MARKET = "MESSAGE_EVENT_ADVANCE",
        MESSAGE_MANA = "MESSAGE_HEALED",
        MESSAGE_BEYOND_LAST = "MESSAGE_LOOT",
        MESSAGE_ATTENTION = "MESSAGE_EVENT_ADVANCE",
        MESSAGE_BOOSTED_CREATURE = "MESSAGE_LOOT",
        MESSAGE_OFFLINE_TRAINING = "MESSAGE_LOOT",
        MESSAGE_TRANSACTION = "MESSAGE_LOOT",
        MESSAGE_POTION = "MESSAGE_FAILURE",
    }
    local LAST_OLD = 37
    local function get_advance()
        return server.parts.enums.get("MESSAGE_EVENT_ADVANCE") or 19
    end
    local older
    local function older_of(kind)
        if not older then
            older = {}
            local get = server.parts.enums.get
            for name, other in raw.pairs(OLDER) do
                if get(name) and get(other) then
                    older[get(name)] = get(other)
                end
            end
        end
        return older[kind] or (kind > LAST_OLD and get_advance()) or kind
    end

    local TWO_VALUES = { [23] = true, [24] = true, [27] = true }
    local ONE_VALUE = { [25] = true, [26] = true, [28] = true, [29] = true }
    -- Of 11.00 Canary and the clients don't agree on what these hold: they are told as plain lines.
    local HEALED, STATUS = { [25] = true, [28] = true }, 30
    local IN_CHANNEL = { [33] = true, [34] = true, [35] = true }

    function make.text(view, fields)
        local kind = view.version < 1200 and older_of(fields.type) or fields.type
        if HEALED[kind] and view.version >= 1100 and view.version < 1281 then
            kind = STATUS
        end
        local message = "\180" .. char(kind % 256)
        if TWO_VALUES[kind] or ONE_VALUE[kind] then
            local x, y, z = fields.x or view.x, fields.y or view.y, fields.z or view.z
            message = message .. wire.place(x, y, z) .. u32(max(0, fields.value or 0))
            message = message .. char((fields.color or 0) % 256)
            if TWO_VALUES[kind] then
                message = message .. u32(max(0, fields.second_value or 0)) .. char((fields.second_color or 0) % 256)
            end
        elseif IN_CHANNEL[kind] then
            message = message .. u16(fields.channel or 0)
        end
        return message .. text(fields.text)
    end

    -- What is the same for all who hear it: nearly everything.
    local function words(view, fields, x, y, z)
        local kind = fields.type % 256
        local message = text(fields.name or "")
        if view.version >= 1281 then
            message = message .. "\0"
        end
        message = message .. u16(min(65535, fields.level or 0)) .. char(kind)
        if CHANNEL_TALK[kind] then
            message = message .. u16(fields.channel or 0)
        elseif PLACED_TALK[kind] then
            message = message .. wire.place(x, y, z)
        end
        return message .. text(fields.text)
    end

    -- By fields.
    local spoken = wire.once_a_round()

    local function shared_words(view, fields)
        local of_version = spoken(view)
        local made = of_version[fields]
        if not made then
            made = words(view, fields, fields.x, fields.y, fields.z)
            of_version[fields] = made
        end
        return made
    end

    local function talk(view, fields)
        view.statement = (view.statement or 0) + 1
        local said
        if fields.x and fields.y and fields.z and not view.apart then
            said = shared_words(view, fields)
        else
            said = words(view, fields, fields.x or view.x, fields.y or view.y, fields.z or view.z)
        end
        return "\170" .. u32(view.statement) .. said
    end
    make.say, make.channel = talk, talk

    -- Whoever does not know what a script made up loses no more than that.
    function make.raw(view, fields)
        wire.send_alone(view, fields.bytes)
    end
    function make.fyi(_, fields)
        return "\21" .. text(fields.text)
    end

    -- The world ----------------------------------------------------------------------------------------------------

    function make.effect(view, fields)
        local place = wire.place(fields.x, fields.y, fields.z)
        if not wire.sees(view, fields.x, fields.y, fields.z) then
            return nil
        elseif view.version >= 1203 then
            return "\131" .. place .. "\3" .. char(fields.effect % 256) .. "\0"
        end
        return "\131" .. place .. char(fields.effect % 256)
    end
    --- Shows a client an effect.
    function wire.tell_effect(view, x, y, z, effect)
        local message = make.effect(view, { x = x, y = y, z = z, effect = effect })
        if message then
            wire.send(view, message)
        end
    end
    function make.distance_effect(view, fields)
        local from, to = wire.place(fields.x, fields.y, fields.z), wire.place(fields.to_x, fields.to_y, fields.to_z)
        if view.version >= 1203 then
            local dx, dy = fields.to_x - fields.x, fields.to_y - fields.y
            return "\131" .. from .. "\4" .. char(fields.effect % 256, dx % 256, dy % 256) .. "\0"
        end
        return "\133" .. from .. to .. char(fields.effect % 256)
    end
    function make.world_light(view)
        return wire.world_light(view)
    end
    function make.turn(view, fields)
        return wire.turn(view, fields.id)
    end
    -- One that can be seen now, or can't any more, comes to its tile or goes from it.
    function make.visible(view, fields)
        local creature = server.parts.creatures.by_id(fields.id)
        local tile = creature and creature ~= view.player and creature.tile
        if tile and wire.sees(view, tile.x, tile.y, tile.z) then
            wire.look_again(view, tile, wire.key_of(tile.x, tile.y, tile.z))
        end
    end
    make.outfit = make.visible
    function make.cancel_walk(_, fields)
        return "\181" .. char(fields.direction % 4)
    end
    function make.creature_square(view, fields)
        if view.version >= 1000 then
            return "\147" .. u32(fields.id) .. "\1" .. char((fields.color or 0) % 256)
        end
        return "\134" .. u32(fields.id) .. char((fields.color or 0) % 256)
    end
    function make.spell_cooldown(view, fields)
        local spell = view.version >= 1281 and u16(fields.spell) or char(fields.spell % 256)
        return "\164" .. spell .. u32(max(0, fields.time))
    end
    function make.group_cooldown(_, fields)
        return "\165" .. char(fields.group % 256) .. u32(max(0, fields.time))
    end
    function make.cooldown(view, fields)
        if fields.spell then
            return make.spell_cooldown(view, { spell = fields.spell, time = fields.ms })
        end
        return make.group_cooldown(view, { group = fields.group, time = fields.ms })
    end
    function make.relogin(view)
        return "\40" .. (view.version >= 1055 and "\0" or "") .. "\0" .. (view.version >= 1281 and "\0" or "")
    end
    function make.tutorial(_, fields)
        return "\220" .. char(fields.id)
    end
    function make.map_mark(view, fields)
        return "\221" .. (view.version >= 1281 and "\0" or "") .. wire.place(fields.x, fields.y, fields.z)
            .. char(fields.type) .. text(fields.text)
    end

    -- Windows ------------------------------------------------------------------------------------------------------

    local function names(list)
        local out = { u16(#list) }
        for at = 1, #list do
            out[at + 1] = text(list[at])
        end
        return raw.table.concat(out)
    end
    function make.channel_opened(_, fields)
        return "\172" .. u16(fields.id) .. text(fields.name) .. names(fields.members) .. names(fields.invited)
    end
    -- OTClient reads no names here.
    function make.own_channel(view, fields)
        local head = "\178" .. u16(fields.id) .. text(fields.name)
        wire.send_alone(view, head .. names(fields.members) .. names(fields.invited))
    end
    function make.channel_closed(_, fields)
        return "\179" .. u16(fields.id)
    end
    function make.channel_event(_, fields)
        return "\243" .. u16(fields.id) .. text(fields.name) .. char(fields.event)
    end
    --- Tells a client of somebody on its list.
    function wire.tell_vip(view, entry, state)
        wire.send(view, make.vip(view, { entry = entry, state = state }))
    end
    function make.vip(view, fields)
        local entry = fields.entry
        return "\210" .. u32(entry.guid) .. text(entry.name) .. text(entry.description) .. u32(entry.icon)
            .. char(entry.notify and 1 or 0, fields.state) .. (view.version >= 1281 and "\0" or "")
    end
    function make.vip_state(_, fields)
        return "\211" .. u32(fields.guid) .. char(fields.state)
    end
    function make.modal(_, fields)
        local message = "\250" .. u32(fields.id) .. text(fields.title or "") .. text(fields.message or "")
        for _, list in raw.ipairs({ fields.buttons or {}, fields.choices or {} }) do
            message = message .. char(min(255, #list))
            for at = 1, min(255, #list) do
                local entry = list[at]
                message = message .. text(entry.text or entry.name or entry[2] or "")
                message = message .. char((entry.id or entry[1] or 0) % 256)
            end
        end
        return message .. char((fields.escape or 255) % 256, (fields.enter or 255) % 256, fields.priority and 1 or 0)
    end
    function make.text_window(view, fields)
        local item = view.player.writing
        local mark = view.version >= 1000 and view.version < 1281 and "\255" or ""
        local shown = item and wire.item(view, item) or u16(fields.id) .. mark
        local longest = fields.writable and fields.length or #(fields.text or "")
        local message = "\150" .. u32(fields.window) .. shown .. u16(min(65535, longest)) .. text(fields.text or "")
            .. text(fields.writer or "")
        return message .. (view.version >= 1281 and "\0" or "") .. text("")
    end
    function make.house_window(_, fields)
        return "\151\0" .. u32(fields.window) .. text(fields.text)
    end
    function make.shop(view, fields)
        local types = server.parts.item_types
        local goods = fields.items
        local message = "\122" .. text(fields.npc)
        if view.version >= 1281 then
            message = message .. u16(3031) .. text("")
        end
        message = message .. u16(#goods)
        for _, entry in raw.ipairs(goods) do
            local kind = types.get(entry.id)
            local id = server.tfs and kind.client_id or kind.id
            message = message .. u16(id) .. char((entry.sub_type or 0) % 256) .. text(entry.name or kind.name)
                .. u32(floor(kind.weight or 0)) .. u32(max(0, entry.buy or 0)) .. u32(max(0, entry.sell or 0))
        end
        return message
    end
    function make.shop_closed()
        return "\124"
    end
    -- A view keeps the offers that its client sees.
    local function offered(view, side)
        local message = wire.offer(view, side == "counter")
        view.offers[side] = message or view.offers[side]
        return message
    end
    function make.trade_own(view)
        return offered(view, "own")
    end
    function make.trade_counter(view)
        return offered(view, "counter")
    end
    function make.trade_closed(view)
        view.offers = {}
        return "\127"
    end
    function make.outfit_window(view)
        return wire.outfit_window(view)
    end
end
