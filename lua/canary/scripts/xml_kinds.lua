--- What one node of TFS's XML files registers, by the kind of the file.

local context = ...
local raw = context.raw
local ipairs, lower = raw.ipairs, raw.string.lower

return function(server, tonumber)
    local kinds = {}

    local function complain(text)
        server:log("error", text)
        server:log("warning", "[Warning - BaseEvents::loadFromXml] Failed to configure event")
    end

    -- The callback that the script left in the globals.
    local function take(record, name, script)
        local fn = script and server.parts.scripts.take_global(name)
        if not fn then
            if script then
                server:log("warning", "[Warning - Event::loadScript] Event " .. name .. " not found. " .. script)
            end
            return false
        end
        record.callback, record.loaded, record.event = fn, true, name
        record.script, record.label = script .. ":" .. name, record.class_name .. " " .. name
        record.from_xml = true
        return true
    end

    local function split(text, separator)
        local list = {}
        for part in raw.string.gmatch(text, "[^" .. separator .. "]+") do
            list[#list + 1] = part
        end
        return list
    end

    function kinds.talkactions(node, file, script)
        if lower(node.tag) ~= "talkaction" then
            return
        end
        local events = server.parts.events
        local words = node.attributes.words
        if not words then
            return complain("[Error - TalkAction::configureEvent] Missing words for talk action or spell")
        end
        local talk = events.base.make("TalkAction", {
            interface = file.interface,
            words = split(words, ";"),
            name = words,
            separator = node.attributes.separator or '"',
            group = 0,
            description = "",
            access = false,
            account_type = 0,
        })
        if take(talk, "onSay", script) then
            events.register_talk(talk)
        end
    end

    local CREATURE_TYPES = {
        login = "onLogin",
        logout = "onLogout",
        reconnect = "onReconnect",
        think = "onThink",
        preparedeath = "onPrepareDeath",
        death = "onDeath",
        kill = "onKill",
        advance = "onAdvance",
        modalwindow = "onModalWindow",
        textedit = "onTextEdit",
        healthchange = "onHealthChange",
        manachange = "onManaChange",
        extendedopcode = "onExtendedOpcode",
    }

    function kinds.creaturescripts(node, file, script)
        if lower(node.tag) ~= "event" then
            return
        end
        local events = server.parts.events
        local name = node.attributes.name
        if not name then
            return complain("[Error - CreatureEvent::configureEvent] Missing name for creature event")
        end
        local kind = CREATURE_TYPES[lower(node.attributes.type or "")]
        if not kind then
            return complain("[Error - CreatureEvent::configureEvent] Invalid type for creature event: " .. name)
        end
        local event = events.base.make("CreatureEvent", {
            interface = file.interface,
            name = name,
            type = kind,
            ready = true,
        })
        if take(event, kind, script) then
            events.register_creature_event(event)
        end
    end

    local GLOBAL_TYPES = { startup = "onStartup", shutdown = "onShutdown", record = "onRecord", save = "onSave" }

    function kinds.globalevents(node, file, script)
        if lower(node.tag) ~= "globalevent" then
            return
        end
        local events = server.parts.events
        local attributes = node.attributes
        if not attributes.name then
            return complain("[Error - GlobalEvent::configureEvent] Missing name for a globalevent")
        end
        local event = events.make_global(attributes.name)
        event.interface = file.interface
        if attributes.time then
            if not events.set_time(event, attributes.time) then
                return
            end
        elseif attributes.type then
            event.type = GLOBAL_TYPES[lower(attributes.type)]
            if not event.type then
                return complain(
                    '[Error - GlobalEvent::configureEvent] No valid type "' .. attributes.type
                        .. '" for globalevent with name ' .. event.name
                )
            end
        elseif attributes.interval then
            event.interval = raw.math.max(50, tonumber(attributes.interval) or 0)
            event.next = server.now + event.interval
        else
            return complain(
                "[Error - GlobalEvent::configureEvent] No interval for globalevent with name " .. event.name
            )
        end
        if take(event, event.type or "onThink", script) then
            events.register_global(event)
        end
    end

    -- movements.xml ---------------------------------------------------------------------------------------------

    local MOVE_TYPES = {
        stepin = "onStepIn",
        stepout = "onStepOut",
        equip = "onEquip",
        deequip = "onDeEquip",
        additem = "onAddItem",
        removeitem = "onRemoveItem",
    }
    local SLOTS = {
        head = 1,
        necklace = 2,
        backpack = 4,
        armor = 8,
        ["right-hand"] = 16,
        ["left-hand"] = 32,
        hand = 48,
        shield = 48,
        legs = 64,
        feet = 128,
        ring = 256,
        ammo = 512,
    }
    local FUNCTIONS = {
        onstepinfield = true,
        onstepoutfield = true,
        onaddfield = true,
        onremovefield = true,
        onequipitem = true,
        ondeequipitem = true,
    }

    local function truth(text)
        local first = text and raw.string.sub(text, 1, 1) or ""
        return first == "1" or first == "t" or first == "T" or first == "y" or first == "Y"
    end

    local function wield(move, node)
        local attributes = node.attributes
        move.slot = SLOTS[lower(attributes.slot or "")] or move.slot
        move.level = tonumber(attributes.level) or 0
        move.magic_level = tonumber(attributes.maglevel) or 0
        move.premium = truth(attributes.premium)
        move.wield = (move.level > 0 and 1 or 0) + (move.magic_level > 0 and 2 or 0) + (move.premium and 8 or 0)
        local shown = {}
        for _, child in ipairs(node.children) do
            local name = child.attributes.name
            if name then
                move.vocations = move.vocations or {}
                move.vocations[#move.vocations + 1] = name
                if child.attributes.showInDescription == nil or truth(child.attributes.showInDescription) then
                    shown[#shown + 1] = lower(name)
                end
            end
        end
        if move.vocations then
            move.wield = move.wield + 4
        end
        for index, name in ipairs(shown) do
            if index > 1 then
                move.vocation_text = move.vocation_text .. (index < #shown and ", " or " and ")
            end
            move.vocation_text = move.vocation_text .. name .. "s"
        end
    end

    local function enter(move, what, list, first, last)
        local events = server.parts.events
        if list then
            for _, key in ipairs(split(list, ";")) do
                events.enter_move(move, what, tonumber(key) or 0)
            end
            return true
        elseif first then
            for key = tonumber(first) or 0, tonumber(last) or tonumber(first) or 0 do
                events.enter_move(move, what, key)
            end
            return true
        end
    end

    function kinds.movements(node, file, script)
        if lower(node.tag) ~= "movevent" then
            return
        end
        local events = server.parts.events
        local attributes = node.attributes
        local kind = MOVE_TYPES[lower(attributes.event or "")]
        if not kind then
            return complain(
                attributes.event and "Error: [MoveEvent::configureMoveEvent] No valid event name " .. attributes.event
                    or "[Error - MoveEvent::configureMoveEvent] Missing event"
            )
        end
        local move = events.make_move({ type = kind })
        move.interface, move.from_xml = file.interface, true
        if kind == "onEquip" or kind == "onDeEquip" then
            wield(move, node)
        end
        local built_in = attributes["function"]
        if script then
            if not take(move, kind, script) then
                return
            end
        elseif not FUNCTIONS[lower(built_in or "")] then
            server:log(
                "warning",
                '[Warning - MoveEvent::loadFunction] Function "' .. (built_in or "") .. '" does not exist.'
            )
            return
        end
        move.field_function = built_in ~= nil
        move.on_tile = (kind == "onAddItem" or kind == "onRemoveItem") and attributes.tileitem == "1"
        local done = enter(move, "id", attributes.itemid, attributes.fromid, attributes.toid)
            or enter(move, "uid", attributes.uniqueid, attributes.fromuid, attributes.touid)
            or enter(move, "aid", attributes.actionid, attributes.fromaid, attributes.toaid)
        if not done and attributes.pos then
            local at = split(attributes.pos, ";")
            if #at >= 3 then
                local x, y, z = tonumber(at[1]) or 0, tonumber(at[2]) or 0, tonumber(at[3]) or 0
                events.enter_move(move, "place", events.base.place_of(x, y, z), "( " .. x .. ", " .. y .. ", " .. z
                    .. " )")
            end
        end
    end

    -- Spells and weapons are their own part's.
    local function passed_on(part_function)
        return function(node, file, script)
            local spells = server.parts.spells
            local register = raw.type(spells) == "table" and spells[part_function]
            if register then
                register(node, file, script)
            end
        end
    end
    kinds.spells = passed_on("register_spell_xml")
    kinds.weapons = passed_on("register_weapon_xml")

    return kinds
end
