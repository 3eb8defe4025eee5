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

    -- Whom it is for: the first line of a letter, or of the first label with a text in a parcel; nil when none is
    -- written down.
    local function receiver_of(item)
        if item.items then
            for at = 1, #item.items do
                local name = item.items[at].id == LABEL and receiver_of(item.items[at])
                if name then
                    return name
                end
            end
            return nil
        end
        local text = items.text(item, "text")
        return text ~= "" and match(match(text, "^[^\n]*"), "^%s*(.-)%s*$") or nil
    end

    -- Who has that name, and whether it is in the game. One who is not is loaded to be saved again.
    local function player_of(name)
        local found = server.parts.creatures.by_name(name)
        if found and found.class_name == "Player" then
            return found, true
        end
        local storage = server.parts.storage
        -- Canary's log tells of a name that nobody has.
        local player = (tfs and storage.load_player or storage.load_named)(name)
        if player then
            server.parts.players.forget(player)
        end
        return player, false
    end

    --- Sends a parcel or letter that was put into a mailbox: it is stamped, and lies in the inbox of whom it is for.
    --- What says no name that somebody has stays where it is; in Canary so does what has an owner.
    ---@param item table
    ---@return boolean sent
    function items.post(item)
        if item.id ~= PARCEL and item.id ~= LETTER or items.owner(item) ~= 0 or not item.parent then
            return false
        end
        local name = receiver_of(item)
        if not name or name == "" then
            return false
        end
        local player, online = player_of(name)
        if not player then
            return false
        end
        local ret, moved = items.move(item, items.inbox(player), item.count, FLAG.NOLIMIT)
        if ret ~= 0 then
            return false
        end
        items.transform(moved or item, item.id + 1)
        if not online then
            return server.parts.storage.save_player(player)
        elseif server.parts.players.near_depot(player) then
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
