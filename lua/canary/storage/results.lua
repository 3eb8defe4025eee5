--- What statements answered, by the numbers that scripts know them by.
---
--- Results last until the call of a script that began it all has ended, also over calls within it; the servers drop
--- them when any call ends.

local context = ...
local raw = context.raw
local find, match, sub = raw.string.find, raw.string.match, raw.string.sub
local select, tonumber = raw.select, raw.tonumber

-- What a number of the server's holds.
local MOST = 9223372036854775807

return function(server, storage)
    local tfs, arguments = server.tfs, server.arguments
    local results, last_id = {}, 0

    --- Keeps a result; the number that scripts know it by.
    ---@param result table
    ---@return number
    function storage.add_result(result)
        last_id = last_id + 1
        results[last_id] = result
        return last_id
    end

    local report = server.parts.report
    local before = report.on_leave
    function report.on_leave(depth)
        before(depth)
        if depth == 0 and raw.next(results) ~= nil then
            results = {}
        end
    end

    -- The server dies of it.
    local function row_of(result)
        local row = result.rows[result.at]
        if not row then
            raw.error("the result has no more rows: result.next has returned false", 3)
        end
        return row
    end

    local function canary_number(text, column)
        if not find(text, "^%s*[+-]?%d") then
            server:log("error", "Column '" .. column .. "' has an invalid value set, error code: stoll")
            return 0
        end
        local number = tonumber(match(text, "^%s*%+?(-?%d+)"))
        if number > MOST or number < -MOST - 1 then
            server:log("error", "Column '" .. column .. "' has a value out of range, error code: stoll")
            return 0
        end
        return number
    end

    -- As strtoll reads with base 0: 0x… in sixteens, 0… in eights.
    local function tfs_number(text)
        local sign, rest = match(text, "^%s*([+-]?)(.*)$")
        local base, digits = 10, match(rest, "^%d+")
        if find(rest, "^0[xX]%x") then
            base, digits = 16, match(rest, "^%x+", 3)
        elseif digits and sub(digits, 1, 1) == "0" then
            base, digits = 8, match(digits, "^[0-7]+")
        end
        local number = 0
        for at = 1, #(digits or "") do
            number = number * base + tonumber(sub(digits, at, at), 16)
        end
        number = number > MOST and MOST or number
        return sign == "-" and -number or number
    end

    --- A number of a result's row; 0 for what is none.
    ---@param result table
    ---@param column string
    function storage.number(result, column)
        local place = result.columns[column]
        if not place then
            server:log("error", tfs
                and "[Error - DBResult::getNumber] Column '" .. column .. "' doesn't exist in the result set"
                or "[DBResult::getNumber] - Column '" .. column .. "' doesn't exist in the result set")
            return 0
        end
        local text = row_of(result)[place]
        if not text then
            return 0
        elseif tfs then
            return tfs_number(text)
        end
        return canary_number(text, column)
    end

    --- A text of a result's row; "" for NULL.
    ---@param result table
    ---@param column string
    ---@param as_stream boolean|nil whether it is asked for as a stream, which Canary words differently
    function storage.text(result, column, as_stream)
        local place = result.columns[column]
        if not place then
            server:log("error", tfs
                and "[Error - DBResult::getString] Column '" .. column .. "' does not exist in result set."
                or as_stream and "Column '" .. column .. "' doesn't exist in the result set"
                or "Column '" .. column .. "' does not exist in result set")
            return ""
        end
        return row_of(result)[place] or ""
    end

    --- Goes to the next row; whether there is one.
    ---@param result table
    function storage.next(result)
        if result.rows[result.at] then
            result.at = result.at + 1
        end
        return result.rows[result.at] ~= nil
    end

    local function last_id_of(...)
        return select("#", ...) > 0 and arguments.u32(arguments.last(...)) or 0
    end

    server:table(tfs and "result" or "Result", {
        getNumber = function(id, column)
            local result = results[arguments.u32(id)]
            return result ~= nil and storage.number(result, arguments.string(column))
        end,
        getString = function(id, column)
            local result = results[arguments.u32(id)]
            if not result then
                return false
            end
            local text = storage.text(result, arguments.string(column))
            -- Canary's texts end at a zero.
            return tfs and text or (match(text, "^[^%z]*"))
        end,
        getStream = function(id, column)
            local result = results[arguments.u32(id)]
            if not result then
                return false
            end
            local text = storage.text(result, arguments.string(column), true)
            return text, #text
        end,
        next = function(...)
            local result = results[last_id_of(...)]
            return result ~= nil and storage.next(result)
        end,
        free = function(...)
            local id = last_id_of(...)
            local there = results[id] ~= nil
            results[id] = nil
            return there
        end,
    })
end
