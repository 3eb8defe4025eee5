--- The network: messages, protocols, servers and requests, over sockets that the host keeps.

local context = ...

return function(engine)
    -- Set here, as the parts look each other up in it.
    local net = {}
    engine.parts.net = net

    --- The version that the game speaks: what the header of a message depends on.
    function net.client_version()
        local game = engine.parts.game
        return game and game.client_version and game.client_version() or 0
    end

    local buffer = context.use("otclient/net/buffer")(engine)
    net.output = context.use("otclient/net/output")(engine, buffer)
    net.input = context.use("otclient/net/input")(engine, buffer)
    net.counts_blocks = buffer.counts_blocks
    net.connections = context.use("otclient/net/connection")(engine)
    net.server = context.use("otclient/net/server")(engine, net)
    net.proxy = context.use("otclient/net/proxy")(engine)
    net.protocols = context.use("otclient/net/protocol")(engine, net)
    net.http = context.use("otclient/net/http")(engine)

    --- Looks after sockets; for a frame, before and after its events.
    function net.poll()
        net.connections.poll()
        net.http.poll()
    end

    engine.parts.dispatcher.on_poll(net.poll)

    return net
end
