--- The scripts of a load test: one for all clients, run once for each of them with globals of its own.
---
--- Nothing here calls the host. It calls `tick` with what the clients were told, and gets what they want to send.

local context = ...
local raw = context.raw
local make_client = context.use("swarm/client")

return function(room)
    local clients = {}
    --- What clients want to send, what scripts printed and failed of, who is done, and which signals somebody has newly
    --- connected to, since the last tick.
    local out = { sends = {}, said = {}, failed = {}, over = {}, listens = {} }
    local source, name
    local total = 0
    local controls = {}

    --- Takes the script, which has to compile. `compile` raises what is wrong with it.
    function controls.script(text, chunk)
        local fn, problem = context.use("sandbox").compile(room, text, "@" .. chunk, {})
        if not fn then
            raw.error(problem, 0)
        end
        source, name = text, chunk
    end

    --- A client is in the game: its script begins.
    ---@param info table number, clients, version, account, character, player, place
    function controls.enter(now, info)
        local client = make_client(room, out, info, now)
        clients[info.number], total = client, info.clients
        client.begin(context.use("sandbox").compile(room, source, "@" .. name, client.env))
    end

    function controls.leave(number)
        clients[number] = nil
    end

    --- Time goes on. Each event is {number of the client, what, ...}.
    ---@return table made the lists of `out`
    function controls.tick(now, events)
        for index = 1, #events do
            local event = events[index]
            local client = clients[event[1]]
            if client then
                client.told(now, raw.unpack(event, 2))
            end
        end
        for number = 1, total do
            if clients[number] then
                clients[number].advance(now)
            end
        end
        local made = {}
        for key, list in raw.pairs(out) do
            made[key] = list
            out[key] = {}
        end
        return made
    end

    return room.keep(function(control, ...)
        return controls[control](...)
    end)
end
