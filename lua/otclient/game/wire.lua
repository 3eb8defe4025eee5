--- A real connection of the game: `g_game.loginWorld` connects, what the player does goes out as messages, what comes
--- in becomes events of the game.
---
--- Not there until the host asks for it by the control `game_wire`: until then what is sent is only kept for
--- `game_sent`. The host decodes messages (`wire.decode`), as its protocol manifests tell; frames, checksums and
--- encryption are those of `net/protocol.lua`.

local context = ...
local raw = context.raw
local byte, char = raw.string.byte, raw.string.char

local FIRST_GAME_OPCODE = 50
local RSA_BLOCK = 128
-- Bytes of an extended message that every server takes.
local LARGEST_EXTENDED = 4000
-- The end of the stream: a server that closes after a logout is no failure.
local END_OF_FILE = 2
-- Attributes of items that decide how one is read, and what protocol manifests call that.
local WIRE_FLAGS = {
    stackable = "stackable", fluid_container = "fluid", splash = "splash", container = "container", podium = "podium",
    clock_expire = "duration", expire = "duration", expire_stop = "duration", wear_out = "charges",
    deco_kit = "wrap_kit",
}

return function(engine, game)
    local state = game.state
    local net

    local function u16(value)
        return char(value % 256, raw.math.floor(value / 256) % 256)
    end
    local function u32(value)
        return u16(value % 65536) .. u16(raw.math.floor(value / 65536))
    end
    local function text(value)
        return u16(#value) .. value
    end
    local bytes = { u16 = u16, u32 = u32, text = text }

    local function write(protocol, message)
        if protocol.played then
            return protocol.played(message)
        end
        local out = net.output.new()
        net.output.add_bytes(out, message)
        net.protocols.send(protocol, out)
    end

    -- Logging in ---------------------------------------------------------------------------------------------------

    local function login_head(features, version)
        local head = char(10) .. u16(engine.thread_env.g_game.getOs()) .. u16(state.protocol_version)
        if features.GameClientVersion then
            head = head .. u32(version)
        end
        if version >= 1281 then
            head = head .. text(raw.tostring(version))
        end
        if version >= 1334 then
            head = head .. text("appearancesHash")
        elseif features.GameContentRevision then
            head = head .. u16(engine.thread_env.g_things.getContentRevision())
        end
        return features.GamePreviewState and head .. "\0" or head
    end

    local function secret(protocol, features, timestamp, random)
        local login = protocol.login
        local block = ""
        if features.GameLoginPacketEncryption then
            protocol.key, protocol.schedule = engine.host("net.key"), nil
            block = "\0"
            for at = 1, 4 do
                block = block .. u32(protocol.key[at])
            end
        end
        block = block .. "\0"
        if features.GameSessionKey then
            block = block .. text(login.session_key) .. text(login.character)
        else
            local account = features.GameAccountNames and text(login.account) or u32(raw.tonumber(login.account) or 0)
            block = block .. account .. text(login.character) .. text(login.password)
            if features.GameAuthenticator then
                block = block .. text(login.token)
            end
        end
        return features.GameChallengeOnLogin and block .. u32(timestamp) .. char(random) or block
    end

    local function send_login(protocol, timestamp, random)
        local features, version = game.features, state.client_version
        local block = secret(protocol, features, timestamp, random)
        if features.GameLoginPacketEncryption then
            if #block > RSA_BLOCK then
                return engine:fail("the login does not fit into its block")
            end
            block = engine.host("wire.seal", block .. raw.string.rep("\0", RSA_BLOCK - #block))
        end
        write(protocol, login_head(features, version) .. block)
        if features.GameLoginPacketEncryption then
            protocol.encrypted = true
        end
        if features.GameSequencedPackets then
            protocol.sequenced = true
        end
    end

    -- Receiving ----------------------------------------------------------------------------------------------------

    local apply
    local unhandled = {}

    local function passed_over(name)
        unhandled[name] = (unhandled[name] or 0) + 1
    end

    local function start(protocol)
        if not protocol.initialized then
            protocol.initialized = true
            game.incoming.GameStart()
        end
    end

    -- Scripts come first, for every opcode; whether one has taken the message.
    local function taken_by_scripts(protocol, message, opcode)
        local handled = engine:emit(protocol, "onOpcode", opcode, message.object)
        return handled == true
    end

    -- One frame: messages one after the other. A script that takes one reads as far as it likes.
    local function parse(protocol, message)
        local data = net.input.rest(message)
        local from = message.position
        local at = 0
        while at < #data and state.protocol == protocol do
            local decoded = engine.host("wire.decode", protocol.wire, raw.string.sub(data, at + 1))
            local base = at
            for index = 1, #decoded do
                local entry = decoded[index]
                local opcode = entry[1]
                if not game.features.GameLoginPending and opcode > FIRST_GAME_OPCODE then
                    start(protocol)
                end
                message.position = from + base + entry[4] + 1
                if taken_by_scripts(protocol, message, opcode) then
                    at = message.position - from
                    break
                end
                at = base + entry[5]
                if entry[2] == "unparsed" then
                    engine:log("error", "ProtocolGame parse message exception: " .. raw.tostring(entry[3].reason))
                    at = #data
                    break
                end
                apply(protocol, entry[2], entry[3])
                if state.protocol ~= protocol then
                    return
                end
            end
            if #decoded == 0 then
                return
            end
        end
    end

    local driver = {}

    function driver.connected(protocol)
        state.connected = true
        protocol.first = true
        protocol.checksum = game.features.GameProtocolChecksum == true
        if not game.features.GameChallengeOnLogin then
            send_login(protocol, 0, 0)
        end
        net.protocols.recv(protocol)
    end

    function driver.received(protocol, message)
        state.last_read = engine.now
        protocol.frames = (protocol.frames or 0) + 1
        if protocol.first then
            protocol.first = false
            if net.counts_blocks() then
                -- The first frame is not encrypted: how much padding is behind it, it says itself; recordings have
                -- none.
                local padding = not protocol.played and byte(net.input.rest(message), 1)
                if padding then
                    message.position, message.size = message.position + 1, message.size - padding
                end
            elseif game.features.GameMessageSizeCheck then
                local size = byte(net.input.rest(message), 1) + byte(net.input.rest(message), 2) * 256
                message.position = message.position + 2
                if size ~= #net.input.rest(message) then
                    return engine:log("error", "invalid message size")
                end
            end
        end
        local ok, problem = raw.pcall(parse, protocol, message)
        if not ok then
            engine:log("error", "ProtocolGame parse message exception: " .. raw.tostring(problem))
        end
        if state.protocol == protocol then
            net.protocols.recv(protocol)
        end
    end

    function driver.failed(protocol, problem, code)
        if state.protocol ~= protocol then
            return
        elseif code == END_OF_FILE then
            game.incoming.Disconnect()
        else
            game.incoming.ConnectionError(problem, code)
        end
    end

    --- A script could not send an extended opcode: why, as far as that can be told. Said once.
    function driver.extended_refused(protocol)
        local system = engine.thread_env.g_game.getOs()
        local why = engine.host("wire.diagnose", system, protocol.frames or 0, protocol.extended_seen or 0)
        if why ~= "" and protocol.diagnosis ~= why then
            protocol.diagnosis = why
            engine:log("warning", "extended opcodes: " .. why)
        end
    end

    --- A script sends an extended opcode. One that is too long for servers is said once for each opcode.
    function driver.extended_sent(protocol, opcode, size)
        protocol.too_long = protocol.too_long or {}
        if size > LARGEST_EXTENDED and not protocol.too_long[opcode] then
            protocol.too_long[opcode] = true
            local advice = "extended opcode %d: %d bytes in one message; Canary closes the connection from 4096 on, TFS"
                .. " from 24574 on. Send less at a time."
            engine:log("warning", raw.string.format(advice, opcode, size))
        end
    end

    -- The connection of the game, as state.lua calls it ------------------------------------------------------------

    local wire = {}

    local function begin(account, password, character, token, session_key)
        local protocol = state.protocol
        protocol.login = {
            account = account or "", password = password or "", character = character or "", token = token or "",
            session_key = session_key or "",
        }
        protocol.driver = driver
        game.wire.problem, game.wire.refused, game.wire.wait = nil, nil, nil
        protocol.wire = engine.host("wire.open", state.protocol_version, game.wire_flags())
        game.wire.protocol = protocol
        return protocol
    end

    local function connect(account, password, host, port, character, token, session_key)
        net.protocols.connect(begin(account, password, character, token, session_key), host, port)
    end

    local writers, record

    function wire.send(name, ...)
        if name == "Login" then
            return connect(...)
        elseif name == "PlayRecord" then
            return record.play(begin(), ...)
        end
        local protocol = state.protocol
        local writer = writers[name]
        if not protocol or not protocol.encrypted and game.features.GameLoginPacketEncryption then
            return
        elseif not writer then
            -- Said once a name: a client that can't be heard should be noticed.
            if not wire.silent[name] then
                wire.silent[name] = true
                engine:log("warning", "the client's connection has no message for " .. name)
            end
            return
        end
        local message = writer(...)
        if message then
            write(protocol, message)
        end
    end
    wire.silent = {}

    function wire.disconnect()
        local protocol = wire.protocol
        wire.protocol = nil
        if protocol then
            engine.host("wire.close", protocol.wire)
            protocol.driver = nil
            net.protocols.disconnect(protocol)
        end
    end

    --- Item flags that decide how an item is read: client ids by name.
    function game.wire_flags()
        local found = {
            stackable = {}, fluid = {}, splash = {}, container = {}, animated = {}, podium = {}, classified = {},
            duration = {}, charges = {}, wrap_kit = {},
        }
        game.things.each(0, function(id, kind)
            for attribute, flag in raw.pairs(WIRE_FLAGS) do
                local list = found[flag]
                if kind.is[attribute] and list[#list] ~= id then
                    list[#list + 1] = id
                end
            end
            if (kind.animation_phases or 0) > 1 then
                found.animated[#found.animated + 1] = id
            end
            if (kind.classification or 0) > 0 then
                found.classified[#found.classified + 1] = id
            end
        end)
        return found
    end

    --- How many messages came that change nothing here, by name.
    function engine.controls.game_wire_unhandled()
        return unhandled
    end

    -- Why the last session could not begin, or ended, is kept for the host.
    local function noted(event)
        local incoming = game.incoming
        local tell = incoming[event]
        incoming[event] = function(said, ...)
            wire.problem, wire.refused = said, event == "LoginError"
            wire.wait = event == "LoginWait" and ... or nil
            return tell(said, ...)
        end
    end

    --- What has become of the session that began last: { begun, online, problem, connected, refused, wait }. `begun` as
    --- long as there is one; `problem` says why it ended, as far as that is known, `refused` that the server said so,
    --- and `wait` after how many seconds the server wants to be asked again (0: it did not say).
    function engine.controls.game_session()
        local there = state.protocol ~= nil
        local connected = there and state.connected == true
        return { there, state.online == true, wire.problem or "", connected, wire.refused == true, wire.wait or 0 }
    end

    --- From now on sessions are real: the host has the operations `wire.…`.
    function engine.controls.game_wire()
        net = engine.parts.net
        if not game.wire then
            noted("LoginError")
            noted("LoginWait")
            noted("ConnectionError")
            writers = context.use("otclient/game/wire_out")(engine, game, bytes)
            apply = context.use("otclient/game/wire_in")(engine, game, {
                send_login = send_login, start = start, passed_over = passed_over,
            })
            record = context.use("otclient/game/record")(engine, game, driver, net)
            game.wire = wire
        end
    end
end
