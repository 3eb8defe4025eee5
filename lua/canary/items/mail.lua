--- Mailboxes: parcels and letters go to the inbox of whom they are addressed to.

local context = ...
local raw = context.raw
local match = raw.string.match

return function(server, items)
    local enum = server.parts.enums.get
    local FLAG = items.FLAG
    local tfs = server.tfs
    local PARCEL = enum("ITEM_PARCEL") or (tfs and 2595 or 3503)
    local LETTER = enum("ITEM_LETTER") or (tfs and 2597 or 3505)
    local LABEL = enum("ITEM_LABEL") or (tfs and 2599 or 3507)

    -- Whom it is for: the first line of a letter, or of the label in a parcel.
    local function receiver_of(item)
        if item.items then
            for at = 1, #item.items do
                if item.items[at].id == LABEL then
                    return receiver_of(item.items[at])
                end
            end
            return nil
        end
        local name = match(match(items.text(item, "text"), "^[^\n]*"), "^%s*(.-)%s*$")
        return name ~= "" and name or nil
    end

    --- Sends a parcel or letter that was put into a mailbox. Only to players who are there.
    ---@param item table
    ---@return boolean sent
    function items.post(item)
        if item.id ~= PARCEL and item.id ~= LETTER then
            return false
        end
        local name = receiver_of(item)
        local player = name and server.parts.creatures.by_name(name)
        local inbox = player and player.class_name == "Player" and items.inbox(player)
        if not inbox or not item.parent then
            return false
        end
        local ret, moved = items.move(item, inbox, item.count, FLAG.NOLIMIT)
        if ret ~= 0 then
            return false
        end
        items.transform(moved or item, item.id + 1)
        local players = server.parts.players
        if players.near_depot and players.near_depot(player) then
            server.parts.clients.send(player, "text", {
                type = enum("MESSAGE_EVENT_ADVANCE"),
                text = "New mail has arrived.",
            })
        end
        return true
    end

    --- The inbox of a player.
    function items.inbox(player)
        return server.parts.players.inbox(player)
    end
end
