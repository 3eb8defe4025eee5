--- What Canary's scripts write to: its counters, its web hook.

local context = ...
local raw = context.raw
local select = raw.select

-- Messages of web hooks that are kept for tests.
local KEPT = 100

return function(server)
    if server.tfs then
        return
    end
    local arguments = server.arguments

    -- The last of what was passed is left as the answer.
    local function answer(...)
        local count = select("#", ...)
        if count == 0 then
            return nil
        end
        return (select(count, ...))
    end

    local counters = {}
    server:table("metrics", {
        addCounter = function(...)
            local name, value = ...
            name = arguments.string(name)
            counters[name] = (counters[name] or 0) + arguments.number(value)
            return answer(...)
        end,
    })

    --- What scripts counted, by name.
    function server.controls.counters()
        return counters
    end

    local sent = {}
    server:table("Webhook", {
        sendMessage = function(...)
            local title, text = arguments.string((...)), arguments.string((select(2, ...)))
            if #sent >= KEPT then
                raw.table.remove(sent, 1)
            end
            local single = arguments.string(answer(...)) == title
            sent[#sent + 1] = { title = not single and title or nil, text = single and title or text }
            return nil
        end,
    })

    --- Messages of scripts to web hooks: none leaves the host.
    function server.controls.webhooks()
        return sent
    end
end
