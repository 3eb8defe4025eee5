--- `g_game`, `LocalPlayer` and `ProtocolGame` of a client in a load test, and what becomes of events.
---
--- Names and arguments are OTClient's where it has such a function. There is no map: things are named by place and id.

local context = ...
local raw = context.raw
local type = raw.type

-- Directions in OTClient's numbers: of the messages that walk, and as the message about a way numbers them.
local WALKS = {
    [0] = "walk_north", "walk_east", "walk_south", "walk_west", "walk_north_east", "walk_south_east",
    "walk_south_west", "walk_north_west",
}
local STEPS = { [0] = 3, 1, 7, 5, 2, 8, 6, 4 }
local TURNS = { [0] = "turn_north", "turn_east", "turn_south", "turn_west" }
local SAY, PRIVATE, PRIVATE_OLD, CHANNEL = 1, 5, 6, 7
local NEW_MODES_SINCE = 900
local INVENTORY = { 65535, 0, 0 }

return function(client, info)
    local env, send = client.env, client.send
    local game, player, protocol = {}, {}, {}
    local position = info.place
    env.g_game, env.LocalPlayer, env.ProtocolGame = game, {}, {}

    local function place(pos)
        if type(pos) ~= "table" or not (pos.x and pos.y and pos.z) then
            raw.error("a position {x =, y =, z =} is expected", 3)
        end
        return { pos.x, pos.y, pos.z }
    end
    local function table_of(list)
        return { x = list[1], y = list[2], z = list[3] }
    end
    local function named(names, direction, what)
        return names[direction] or raw.error(what .. " takes a direction, such as North", 3)
    end

    -- The player ---------------------------------------------------------------------------------------------------

    function player.getName()
        return info.character
    end
    function player.getId()
        return info.player
    end
    function player.getPosition()
        return table_of(position)
    end

    -- Deeds --------------------------------------------------------------------------------------------------------

    --- Sends any message of the protocol by its name and fields: `tibicen protocol list VERSION`.
    function env.send(name, fields)
        send(name, fields)
    end
    function game.walk(direction)
        send(named(WALKS, direction, "walk"))
    end
    game.forceWalk = game.walk
    function game.autoWalk(directions)
        local way = {}
        for index = 1, raw.math.min(#directions, 127) do
            way[index] = named(STEPS, directions[index], "autoWalk")
        end
        send("auto_walk", { directions = way })
    end
    function game.turn(direction)
        send(named(TURNS, direction, "turn"))
    end
    function game.stop()
        send("stop")
    end
    function game.talk(text)
        send("say", { type = SAY, text = text })
    end
    function game.talkChannel(_, channel, text)
        send("say", { type = CHANNEL, channel = channel, text = text })
    end
    function game.talkPrivate(_, receiver, text)
        local kind = info.version < NEW_MODES_SINCE and PRIVATE_OLD or PRIVATE
        send("say", { type = kind, receiver = receiver, text = text })
    end
    function game.joinChannel(channel)
        send("open_channel", { channel = channel })
    end
    function game.ping()
        send("ping")
    end
    function game.attack(creature)
        send("attack", { creature = creature, sequence = 0 })
    end
    function game.follow(creature)
        send("follow", { creature = creature, sequence = 0 })
    end
    function game.cancelAttackAndFollow()
        send("cancel_attack_and_follow")
    end
    function game.safeLogout()
        send("leave_game")
    end
    function game.useInventoryItem(id)
        send("use", { position = INVENTORY, id = id, stack = 0, container = 0 })
    end
    function env.use(pos, id, stack)
        send("use", { position = place(pos), id = id, stack = stack or 0, container = 0 })
    end
    function env.useWith(pos, id, stack, to, to_id, to_stack)
        send("use_with", {
            position = place(pos), id = id, stack = stack, to = place(to), to_id = to_id, to_stack = to_stack,
        })
    end
    function env.look(pos, id, stack)
        send("look", { position = place(pos), id = id, stack = stack or 0 })
    end
    function env.move(from, id, stack, to, count)
        send("move", { position = place(from), id = id, stack = stack, to = place(to), count = count or 1 })
    end
    function game.getLocalPlayer()
        return player
    end
    function game.isOnline()
        return true
    end
    function game.getClientVersion()
        return info.version
    end

    -- Extended opcodes ---------------------------------------------------------------------------------------------

    local opcodes = {}
    -- It may be said before the script of this client runs.
    local enabled = info.extended
    function game.getProtocolGame()
        return protocol
    end
    function protocol.sendExtendedOpcode(_, opcode, data)
        send("extended_opcode", { opcode = opcode, data = data })
    end
    function env.ProtocolGame.registerExtendedOpcode(opcode, fn)
        opcodes[opcode] = fn
    end
    function env.ProtocolGame.unregisterExtendedOpcode(opcode)
        opcodes[opcode] = nil
    end
    function protocol.isExtendedEnabled()
        return enabled
    end

    -- What is told -------------------------------------------------------------------------------------------------

    local told = {}
    function told.position(x, y, z, old_x, old_y, old_z)
        local old = table_of({ old_x, old_y, old_z })
        position = { x, y, z }
        client.signal(env.LocalPlayer, "onPositionChange", player, table_of(position), old)
    end
    function told.walk_refused(direction)
        client.signal(env.LocalPlayer, "onCancelWalk", player, direction)
    end
    function told.talk(name, level, mode, text, channel, pos)
        client.signal(game, "onTalk", name, level, mode, text, channel, pos and table_of(pos) or nil)
    end
    function told.text(mode, text)
        client.signal(game, "onTextMessage", mode, text)
    end
    function told.extended(opcode, data)
        enabled = enabled or opcode == 0
        if opcodes[opcode] then
            client.run(opcodes[opcode], protocol, opcode, data)
        end
    end
    function told.death()
        client.signal(game, "onDeath")
    end

    function client.told(now, what, ...)
        client.now = now
        if not client.stopped then
            told[what](...)
        end
    end
end
