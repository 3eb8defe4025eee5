--- What players do with many items at once, and with the imbuements of an item; in Canary alone.

local context = ...
local raw = context.raw

local NOERROR = 0

return function(server)
    local userdata, arguments, items = server.userdata, server.arguments, server.parts.items
    if server.tfs then
        return
    end

    userdata.methods("Player", {
        addItemBatchToPaginedContainer = function(object, held, id, ...)
            local player = userdata.get(object, "Player")
            if not player then
                return nil
            end
            local players, container = server.parts.players, userdata.get(held, "Container")
            if not container or not items.has_pagination(container) then
                players.cancel(player, "Invalid or non-paginated container.")
                return 0
            end
            local item_id = arguments.u16(id)
            if item_id == 0 then
                players.cancel(player, "Invalid item id.")
                return 0
            end
            local count = arguments.given(arguments.u32, 1, 1, ...)
            local tier = arguments.given(arguments.u8, 0, 2, ...)
            local flags = arguments.given(arguments.u32, 0, 3, ...)
            local ret, added = items.fill(container, server.parts.item_types.of(item_id), count, tier, flags)
            if ret ~= NOERROR then
                players.cancel(player, ret)
            end
            return added
        end,
        -- It pushes nothing of its own: what was passed last is what comes back.
        applyImbuementScroll = function(object, thing, scroll, ...)
            local player = userdata.get(object, "Player")
            if not player then
                server:report("Player not found")
                return false
            end
            local item, used = items.of_script(thing), items.of_script(scroll)
            if not item or not used then
                server:report("Item not found")
                return false
            end
            local problem = items.imbue_by_scroll(player, item, used)
            if problem then
                server.parts.players.tell(player, "imbuement_result", { text = problem })
            end
            local more = raw.select("#", ...)
            return more > 0 and (raw.select(more, ...)) or scroll
        end,
        clearAllImbuements = function(object, thing)
            local player = userdata.get(object, "Player")
            if not player then
                server:report("Player not found")
                return false
            end
            local item = items.of_script(thing)
            if not item then
                server:report("Item not found")
                return false
            end
            local cleared = items.clear_imbuements(player, item)
            if not cleared then
                server.parts.players.text(player, server.env.MESSAGE_FAILURE, "Sorry, not possible.")
            end
            return cleared
        end,
    })
end
