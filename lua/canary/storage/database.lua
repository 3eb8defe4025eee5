--- Statements in the SQL of MySQL, and what the servers write to their log when one fails.

local context = ...
local raw = context.raw
local format, gsub, sub = raw.string.format, raw.string.gsub, raw.string.sub

-- Of a statement, so much is shown when it fails.
local SHOWN = 256
local ESCAPES = {
    ["\0"] = "\\0",
    ["\n"] = "\\n",
    ["\r"] = "\\r",
    ["\\"] = "\\\\",
    ["'"] = "\\'",
    ['"'] = '\\"',
    ["\26"] = "\\Z",
}

return function(server, storage)
    local tfs, arguments = server.tfs, server.arguments
    local configured = false

    -- The config is there once it is read, which is after this part was made.
    local function ask(operation, ...)
        if not configured then
            local config = server.parts.config
            configured = true
            server.host("db.configure", {
                host = config.text("MYSQL_HOST"),
                user = config.text("MYSQL_USER"),
                password = config.text("MYSQL_PASS"),
                database = config.text("MYSQL_DB"),
                port = config.number("SQL_PORT"),
                socket = config.text("MYSQL_SOCK"),
            })
        end
        return server.host(operation, ...)
    end
    storage.ask = ask

    --- Seconds since 1970 in the world.
    function storage.now()
        return server.parts.scheduler.time()
    end

    local function failed(query, number, text)
        if tfs then
            server:log("error", "[Error - mysql_real_query] Query: " .. sub(query, 1, SHOWN) .. "\nMessage: " .. text)
        else
            server:log("error", "Query: " .. sub(query, 1, SHOWN))
            server:log("error", format("MySQL error [%d]: %s", number, text))
        end
    end

    --- Runs a statement.
    ---@param query string
    ---@return boolean
    function storage.execute(query)
        local answer = ask("db.execute", query, storage.now())
        if answer[2] then
            failed(query, answer[2], answer[3])
            return false
        end
        return true
    end

    --- Runs a statement that answers rows.
    ---@param query string
    ---@return table|nil result { columns = { [name] = place }, rows = { { text or false, … } }, at = 1 }, if any row
    function storage.query(query)
        local answer = ask("db.query", query, storage.now())
        local found = answer[1]
        if answer[2] then
            local number, text = answer[2], answer[3]
            if tfs then
                failed(query, number, text)
                server:log("error", "[Error - mysql_store_result] Query: " .. query .. "\nMessage: " .. text)
            else
                server:log("error", "Query: " .. query)
                server:log("error", "Message: " .. text)
            end
            return nil
        elseif not found then
            if tfs then
                server:log("error", "[Error - mysql_store_result] Query: " .. query .. "\nMessage: ")
            end
            return nil
        elseif not found[2][1] then
            return nil
        end
        local columns = {}
        for place, name in raw.ipairs(found[1]) do
            columns[name] = place
        end
        return { columns = columns, rows = found[2], at = 1 }
    end

    --- A text as it stands in a statement.
    ---@param text string
    ---@return string
    function storage.escaped(text)
        return "'" .. gsub(text, "[%z\n\r\\'\"\26]", ESCAPES) .. "'"
    end

    --- Whether there is a table.
    ---@param name string
    function storage.table_exists(name)
        return ask("db.table_exists", name, storage.now())
    end

    -- Of these functions the last argument counts, whatever stands before it.
    local function last_text(...)
        return arguments.string(arguments.last(...))
    end
    storage.last_text = last_text

    server:table("db", {
        query = function(...)
            return storage.execute(last_text(...))
        end,
        storeQuery = function(...)
            local result = storage.query(last_text(...))
            return result and storage.add_result(result) or false
        end,
        escapeString = function(...)
            return storage.escaped(last_text(...))
        end,
        escapeBlob = function(text, length)
            return storage.escaped(sub(arguments.string(text), 1, arguments.u32(length)))
        end,
        lastInsertId = function()
            return ask("db.last_insert_id")
        end,
        tableExists = function(...)
            return storage.table_exists(last_text(...))
        end,
    })
end
