--- Webhook (Canary). There is no network: what scripts send is kept, for tests to look at.

local context = ...
local raw = context.raw
local select = raw.select

-- Messages that are kept: the newest.
local MOST = 1000

return function(server, storage)
    if server.tfs then
        return
    end
    local arguments = server.arguments
    local sent = {}

    local function keep(message)
        sent[#sent + 1] = message
        if #sent > MOST then
            raw.table.remove(sent, 1)
        end
    end

    --- Sends a text without a title to the server's own address.
    function storage.send_webhook(message)
        keep({ title = "", message = message, color = 0, url = server.parts.config.text("DISCORD_WEBHOOK_URL") })
    end

    server:table("Webhook", {
        sendMessage = function(...)
            local title, message = arguments.string((...)), arguments.string((select(2, ...)))
            local url = arguments.string(arguments.last(...))
            local default = server.parts.config.text("DISCORD_WEBHOOK_URL")
            -- The last argument is the address, unless it is one of the texts.
            if url == title then
                keep({ title = "", message = title, color = 0, url = default })
            elseif url == message then
                keep({ title = "", message = title, color = 0, url = url })
            else
                keep({ title = title, message = message, color = arguments.u32((select(3, ...))), url = url })
            end
            return nil
        end,
    })

    --- What scripts sent: { title, message, color, url } each, oldest first.
    function server.controls.webhooks()
        return sent
    end
end
