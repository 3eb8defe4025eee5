--- Numbers by which scripts know items: unique ids of the map (up to 65535), and others while a script runs.

return function(server, items)
    -- Unique ids of the world.
    local unique = {}
    -- Items that the running scripts asked a number for.
    local known, numbers = {}, {}
    local last, asked = 65535, false

    --- The number of an item for scripts: its unique id, or one that counts until the script is done. 0 for an item
    --- that is gone.
    ---@param item table
    function items.uid(item)
        if items.is_removed(item) then
            return 0
        end
        local own = items.number(item, "uniqueid")
        if own ~= 0 then
            return own
        end
        local number = numbers[item]
        if not number then
            last, asked = last + 1, true
            number = last
            numbers[item], known[number] = number, item
        end
        return number
    end

    --- The item of a number; nil for none.
    ---@param uid number
    function items.by_uid(uid)
        local item
        if uid <= 65535 then
            item = unique[uid]
            -- It may lie in a part of the map that nobody has asked for yet.
            if not item and server.parts.map.load_unique(uid) then
                item = unique[uid]
            end
        else
            item = known[uid]
        end
        return item and not items.is_removed(item) and item or nil
    end

    --- Another item goes by the number of one that it took the place of.
    function items.pass_uid(item, new)
        local number = numbers[item]
        if not number then
            return
        end
        if items.is_removed(item) then
            numbers[item], known[number] = nil, nil
        end
        if new and new ~= item and known[number] == nil then
            numbers[new], known[number] = number, new
        end
    end

    --- Gives an item of the map its unique id. The first one to have it keeps it.
    ---@return boolean given
    function items.set_unique(item, uid)
        if items.has_attribute(item, "uniqueid") or unique[uid] then
            return false
        end
        unique[uid] = item
        items.set_attribute(item, "uniqueid", uid)
        return true
    end

    --- Nobody has a unique id any more.
    function items.forget_unique(uid, item)
        if unique[uid] == item then
            unique[uid] = nil
        end
    end

    --- Forgets the numbers given to the scripts that ran.
    function items.forget_uids()
        known, numbers, asked = {}, {}, false
    end

    -- They count until the outermost call of a script has ended.
    local report = server.parts.report
    local before = report.on_leave
    function report.on_leave(depth)
        if before then
            before(depth)
        end
        if depth == 0 and asked then
            items.forget_uids()
        end
    end
end
