--- DBInsert and DBTransaction (TFS).

local context = ...
local raw = context.raw

-- Bytes that a statement may have: MariaDB's max_allowed_packet.
local LONGEST = 16777216

return function(server, storage)
    if not server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments

    local function execute(insert)
        if #insert.rows == 0 then
            return true
        end
        local query = insert.query .. raw.table.concat(insert.rows, ",")
        insert.rows, insert.length = {}, #insert.query
        return storage.execute(query)
    end

    userdata.class("DBInsert", nil, function(_, query)
        if not arguments.is_string(query) then
            return nil
        end
        query = arguments.string(query)
        return userdata.push({ class_name = "DBInsert", query = query, rows = {}, length = #query })
    end)
    userdata.methods("DBInsert", {
        addRow = function(self, row)
            local insert = userdata.get(self, "DBInsert")
            if not insert then
                return nil
            end
            row = arguments.string(row)
            insert.length = insert.length + #row
            if insert.length > LONGEST and not execute(insert) then
                return false
            end
            insert.rows[#insert.rows + 1] = "(" .. row .. ")"
            return true
        end,
        execute = function(self)
            local insert = userdata.get(self, "DBInsert")
            if not insert then
                return nil
            end
            return execute(insert)
        end,
    })
    userdata.metamethod("DBInsert", "__gc", function(self)
        local insert = userdata.get(self, "DBInsert")
        if insert then
            userdata.drop(insert)
        end
    end)

    -- One is the database's at a time.
    local open

    local function undo(self)
        local transaction = userdata.get(self, "DBTransaction")
        if not transaction then
            return
        end
        userdata.drop(transaction)
        if open == transaction then
            open = nil
            storage.execute("ROLLBACK")
        end
    end

    userdata.class("DBTransaction", nil, function()
        return userdata.push({ class_name = "DBTransaction" })
    end)
    userdata.methods("DBTransaction", {
        begin = function(self)
            local transaction = userdata.get(self, "DBTransaction")
            if not transaction then
                return nil
            end
            open = transaction
            transaction.state = "begun"
            return storage.execute("START TRANSACTION")
        end,
        commit = function(self)
            local transaction = userdata.get(self, "DBTransaction")
            if not transaction then
                return nil
            elseif transaction.state ~= "begun" then
                return false
            end
            transaction.state = "committed"
            if open ~= transaction then
                return false
            end
            open = nil
            return storage.execute("COMMIT")
        end,
        rollback = undo,
    })
    userdata.metamethod("DBTransaction", "__eq")
    -- Called by scripts only: what the collector finds has no record any more.
    userdata.metamethod("DBTransaction", "__gc", undo)
end
