--- Things as a client reads them: items, outfits, creatures. Layouts of 9.60 to 11.00, and those of 13.10.

local context = ...
local raw = context.raw
local bytes, podium_look = context.use("canary/network/bytes"), context.use("canary/network/podium")
local write, char, sub, floor, min = bytes.write, raw.string.char, raw.string.sub, raw.math.floor, raw.math.min

-- The servers' order of fluids is not the clients' own; Canary's clients take them as they are.
local FLUIDS = { [0] = 0, 1, 5, 3, 6, 8, 9, 2 }
local QUIVER = 8
local NEW_CREATURE, KNOWN_CREATURE, TURNED_CREATURE = "\97\0", "\98\0", "\99\0"
local NEW_ITEMS = 1281
-- What clients keep of creatures they have seen; the oldest out of sight goes.
local MOST_KNOWN = 1300
local KINDS = { Player = 0, Monster = 1, Npc = 2 }

return function(server, wire)
    local tfs = server.tfs

    local function u16(value)
        return write(value, 2)
    end
    local function u32(value)
        return write(value, 4)
    end
    local function u64(value)
        local high = floor(value / 4294967296)
        return u32(value - high * 4294967296) .. u32(high)
    end
    local function text(value)
        return write(#value, 2) .. value
    end
    wire.u8, wire.u16, wire.u32, wire.u64, wire.text = char, u16, u32, u64, text

    --- A place: x, y, z.
    function wire.place(x, y, z)
        return write(x, 2) .. write(y, 2) .. char(z)
    end

    --- A number with decimals: precision, and the number as an integer.
    function wire.double(value, precision)
        return char(precision) .. write(floor(value * 10 ^ precision + 0.5) + 2147483647, 4)
    end

    -- Items ------------------------------------------------------------------------------------------------------

    local function number(item, name)
        return server.parts.items.number(item, name)
    end

    local function count_of(item, kind, count)
        if kind.stackable then
            return char(min(255, raw.math.max(1, count or item.count)))
        elseif kind.is_splash or kind.is_fluid_container then
            local fluid = number(item, "fluidtype")
            return char(tfs and FLUIDS[fluid % 8] or fluid % 256)
        end
        return ""
    end

    -- Behind the count: tier (where there is no count), charges or duration, a container's use, a podium's look.
    local function new_tail(item, kind, counted)
        local tail = ""
        if (kind.classification or 0) > 0 and not counted then
            tail = char(tfs and 0 or server.parts.items.tier(item))
        end
        if kind.show_client_charges then
            tail = tail .. u32(number(item, "charges")) .. "\0"
        elseif kind.show_client_duration then
            tail = tail .. u32(floor(server.parts.items.duration(item) / 1000)) .. "\0"
        end
        if kind.is_container then
            tail = tail .. "\0"
            if item.items and kind.weapon_type == QUIVER then
                local held = 0
                for at = 1, #item.items do
                    held = held + item.items[at].count
                end
                tail = tail .. "\1" .. u32(held)
            else
                tail = tail .. "\0"
            end
        end
        return kind.is_podium and tail .. podium_look(item) or tail
    end

    -- What decides how an item of a kind is written: bits of protocol/items.py.
    local function flags_of(kind)
        return (kind.stackable and 1 or 0) + (kind.is_fluid_container and 2 or 0) + (kind.is_splash and 4 or 0)
            + (kind.is_container and 8 or 0) + (kind.is_podium and 16 or 0)
            + ((kind.classification or 0) > 0 and 32 or 0) + (kind.show_client_duration and 64 or 0)
            + (kind.show_client_charges and 128 or 0) + ((kind.animation or kind.animation_async) and 512 or 0)
    end

    -- Kinds that were told of so far, by the client's id, and those that nobody has asked for yet.
    local told_kinds, new_kinds = {}, {}

    --- The kinds of items that were told of since the last time: { id, flags } each.
    function wire.take_kinds()
        local list = {}
        for id, kind in raw.pairs(new_kinds) do
            list[#list + 1] = { id, flags_of(kind) }
        end
        new_kinds = {}
        return list
    end

    --- A place for what is made once in a round for all clients of a version: a function that gives a view's table,
    --- which is empty when a round begins.
    function wire.once_a_round()
        local by_version, round = {}, nil
        return function(view)
            if round ~= wire.round then
                by_version, round = {}, wire.round
            end
            local of_version = by_version[view.version]
            if not of_version then
                of_version = {}
                by_version[view.version] = of_version
            end
            return of_version
        end
    end

    -- Of kinds whose items are all the same to clients, the bytes.
    local fixed = wire.once_a_round()
    -- By an item's number, as its two bytes: whether clients have such items behind the creatures of a tile.
    local laid = {}

    local function is_fixed(view, kind)
        if kind.stackable or kind.is_splash or kind.is_fluid_container then
            return false
        end
        return view.version < NEW_ITEMS or not (kind.show_client_charges or kind.show_client_duration
            or kind.is_container or kind.is_podium or (kind.classification or 0) > 0)
    end

    local function made_item(view, item, kind, instead)
        local client_id = tfs and kind.client_id or kind.id
        if told_kinds[client_id] ~= kind then
            told_kinds[client_id], new_kinds[client_id] = kind, kind
        end
        local id = u16(client_id)
        if laid[id] == nil then
            laid[id] = not server.parts.map.is_on_top(item) and not kind.is_ground
        end
        if view.version >= NEW_ITEMS then
            local count = count_of(item, kind, instead)
            return id .. count .. new_tail(item, kind, count ~= "")
        end
        local phase = ""
        if view.version >= 910 then
            phase = kind.animation and "\254" or kind.animation_async and "\255" or ""
        end
        return id .. (view.version >= 1000 and "\255" or "") .. count_of(item, kind, instead) .. phase
    end

    --- An item as a client reads it.
    ---@param view table
    ---@param item table
    ---@param instead number|nil how many to show, of a stack
    function wire.item(view, item, instead)
        local kind, of_version = item.type, fixed(view)
        local made = of_version[kind]
        if not made then
            made = made_item(view, item, kind, instead)
            of_version[kind] = is_fixed(view, kind) and made or nil
        end
        return made
    end

    --- Whether the item of a mark is one that was laid down: clients have it behind the creatures of its tile.
    function wire.is_laid(mark)
        return laid[sub(mark, 1, 2)] == true
    end

    -- Creatures --------------------------------------------------------------------------------------------------

    --- What a creature wears.
    function wire.outfit(view, outfit)
        local look = outfit.lookType or 0
        local worn = u16(look)
        if look == 0 then
            worn = worn .. u16(outfit.lookTypeEx or 0)
        else
            worn = worn .. char(outfit.lookHead or 0, outfit.lookBody or 0, outfit.lookLegs or 0, outfit.lookFeet or 0,
                outfit.lookAddons or 0)
        end
        if view.version >= 870 then
            local mount = outfit.lookMount or 0
            worn = worn .. u16(mount)
            if mount ~= 0 and view.version >= 1281 then
                worn = worn .. char(outfit.lookMountHead or 0, outfit.lookMountBody or 0, outfit.lookMountLegs or 0,
                    outfit.lookMountFeet or 0)
            end
        end
        return worn
    end

    --- A creature's speed as clients know it: TFS counts double.
    function wire.speed(value)
        return raw.math.max(0, min(65535, tfs and floor(value / 2) or value))
    end

    -- What another player's creature is to this one's client: 3 its own summon, 4 somebody else's; newer clients are
    -- told whose it is.
    local function kind_of(view, creature)
        local master = creature.class_name == "Monster" and creature.master
        if master and master.class_name == "Player" then
            return (master == view.player or view.version >= 1281) and 3 or 4
        end
        return KINDS[creature.class_name]
    end

    -- Of a party whether it shares, could share, or can't because of this player.
    local function sharing(party, player, plain, shares, could, cannot)
        if not party.shared_active then
            return plain
        elseif party.shared_enabled then
            return shares
        end
        return server.parts.parties.shares_with(party, player) and could or cannot
    end

    -- The leader of the own party is yellow, others of it blue, those invited to it white and blue, who invites white
    -- and yellow, members of other parties grey.
    local function shield_of(view, creature)
        local player = view.player
        local party, own, parties = creature.party, player.party, server.parts.parties
        if creature.class_name ~= "Player" then
            return 0
        elseif own and own.leader == creature then
            return sharing(own, creature, 4, 6, 10, 8)
        elseif own and party == own then
            return sharing(own, creature, 3, 5, 9, 7)
        elseif parties.is_invited(own, creature) then
            return 2
        elseif party and party.leader == creature and parties.is_invited(party, player) then
            return 1
        end
        return party and 11 or 0
    end
    wire.shield_of = shield_of

    local function skull_of(view, creature)
        local players = server.parts.players
        if creature.class_name == "Player" and players.skull_of then
            return players.skull_of(view.player, creature) or 0
        end
        return creature.skull or 0
    end
    wire.skull_of = skull_of

    -- Makes room among what the client knows; whose place is taken, or 0.
    local function make_known(view, creature)
        view.known[creature.id] = true
        view.known_count = view.known_count + 1
        if view.known_count <= MOST_KNOWN then
            return 0
        end
        for id in raw.pairs(view.known) do
            if id ~= creature.id and not view.at[id] then
                view.known[id] = nil
                view.known_count = view.known_count - 1
                return id
            end
        end
        return 0
    end

    --- How much of its health a creature has, in percent, as others are shown it.
    function wire.percent(creature)
        return creature.hidden_health and 0 or min(100, server.parts.creatures.health_percent(creature))
    end

    local function made_creature(view, creature, known, gone, kind, skull, shield)
        local version = view.version
        local head
        if known then
            head = KNOWN_CREATURE .. u32(creature.id)
        else
            head = NEW_CREATURE .. u32(gone) .. u32(creature.id) .. char(kind)
            if version >= 1281 and kind == 3 then
                head = head .. u32(creature.master.id)
            end
            head = head .. text(creature.name)
        end
        local level, color = creature.light_level or 0, creature.light_color or 0
        local body = char(wire.percent(creature), creature.direction % 4) .. wire.outfit(view, creature.outfit)
            .. char(level % 256, color % 256) .. u16(wire.speed(server.parts.creatures.speed(creature)))
        if version >= 1281 then
            body = body .. "\0"
        end
        body = body .. char(skull, shield)
        if not known then
            body = body .. "\0"
        end
        body = body .. char(kind)
        if version >= 1281 then
            if kind == 3 then
                body = body .. u32(creature.master.id)
            elseif kind == 0 then
                local vocation = creature.vocation
                body = body .. char(vocation and (vocation.client_id or vocation.id) % 256 or 0)
            end
        end
        body = body .. char((creature.speech_bubble or 0) % 256) .. "\255"
        body = body .. (version >= 1281 and "\0" or "\0\0")
        -- Nobody walks through others: what scripts and zones say of that is not on the wire yet.
        return head .. body .. "\1"
    end

    -- By creature, and by all that may be another for each client: the bytes.
    local drawn = wire.once_a_round()

    local function shared_creature(view, creature, known, kind, skull, shield)
        local of_version = drawn(view)
        local looks = of_version[creature]
        if not looks then
            looks = {}
            of_version[creature] = looks
        end
        local variant = (((known and 1 or 0) * 8 + kind) * 256 + skull) * 256 + shield
        local made = looks[variant]
        if not made then
            made = made_creature(view, creature, known, 0, kind, skull, shield)
            looks[variant] = made
        end
        return made
    end

    --- A creature as a client reads it, whether it knows it already or not.
    ---@param view table
    ---@param creature table
    function wire.creature(view, creature)
        local known = view.known[creature.id]
        local gone = known and 0 or make_known(view, creature)
        local kind, skull, shield = kind_of(view, creature), skull_of(view, creature), shield_of(view, creature)
        wire.told_look(view, creature)
        if gone ~= 0 or view.apart then
            return made_creature(view, creature, known, gone, kind, skull, shield)
        end
        return shared_creature(view, creature, known, kind, skull, shield)
    end

    --- A creature that looks elsewhere.
    function wire.turned(creature)
        return TURNED_CREATURE .. u32(creature.id) .. char(creature.direction % 4) .. "\1"
    end
end
