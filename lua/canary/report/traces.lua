--- Stacks of scripts when something goes wrong: the frames that concern their authors, and what was called with what.

local context = ...
local raw = context.raw
local getinfo, getlocal, traceback = raw.debug.getinfo, raw.debug.getlocal, raw.debug.traceback
local find, format, gsub, sub = raw.string.find, raw.string.format, raw.string.gsub, raw.string.sub
local concat = raw.table.concat
local tostring, type, xpcall = raw.tostring, raw.type, raw.xpcall

-- Longest piece of an argument that is shown.
local SHOWN = 60

---@param server table
---@param is_script function tells by what `getinfo` says of a function
---@param path_of function the path of a file by the name of its chunk
return function(server, is_script, path_of)
    local traces = {}

    -- LuaJIT cuts long names of chunks at the front; what is reported tells them whole.
    local whole_names = {}

    local function whole_name(short)
        local known = whole_names[short]
        if known ~= nil then
            return known
        end
        local ending = sub(short, 4)
        whole_names[short] = false
        for path, file in raw.pairs(server.parts.scripts.files) do
            if sub(path, -#ending) == ending then
                whole_names[short] = sub(file.chunk, 2)
            end
        end
        return whole_names[short]
    end

    local function whole(text)
        if not find(text, "...", 1, true) then
            return text
        end
        return (gsub(text, "%.%.%.[^:\n]*%.lua", whole_name))
    end

    --- The stack from a level on. Frames of the engine are no concern of a scripter.
    ---@param text string
    ---@param level number
    function traces.of(text, level)
        local lines = {}
        for line in raw.string.gmatch(whole(traceback(text, level + 1)) .. "\n", "([^\n]*)\n") do
            if not find(line, "^\t%[?tibicen/") and not find(line, "^\t%[string \"?=?tibicen/") then
                lines[#lines + 1] = line
            end
        end
        -- The call that began it all is the engine's.
        while #lines > 0 and lines[#lines] == "\t[C]: in function 'xpcall'" do
            lines[#lines] = nil
        end
        return concat(lines, "\n")
    end

    --- How a value is shown in a report.
    function traces.describe(value)
        local kind = type(value)
        if kind == "string" then
            return #value > SHOWN and format("%q...", sub(value, 1, SHOWN)) or format("%q", value)
        elseif kind == "userdata" then
            local record = server.userdata.record(value)
            if not record then
                return "userdata"
            end
            local name = record.name or (record.type and record.type.name)
            return tostring(record.class_name) .. (name and " " .. tostring(name) or "")
                .. (record.id and " (" .. tostring(record.id) .. ")" or "")
        elseif kind == "table" then
            if value.x and value.y and value.z then
                return format("(%s, %s, %s)", tostring(value.x), tostring(value.y), tostring(value.z))
            end
            return "table"
        end
        return kind == "function" and "function" or tostring(value)
    end

    -- The parameters of a function on the stack, as they are now.
    local function arguments_of(level)
        local info = getinfo(level + 1, "fu")
        if not info then
            return {}
        end
        local texts = {}
        for index = 1, info.nparams or 0 do
            local name, value = getlocal(level + 1, index)
            if not name then
                break
            end
            texts[index] = name .. " = " .. traces.describe(value)
        end
        if info.isvararg then
            local index = -1
            while true do
                local name, value = getlocal(level + 1, index)
                if not name then
                    break
                end
                texts[#texts + 1] = traces.describe(value)
                index = index - 1
            end
        end
        return texts
    end

    --- Where an error happened: the innermost frame of a script, and what the outermost one was called with.
    ---@param err any
    ---@return table { text, trace, file, line, arguments }
    function traces.handler(err)
        local text = type(err) == "string" and err or "(error object is a " .. type(err) .. " value)"
        local found = { text = whole(text), trace = traces.of(text, 2) }
        local level, outermost = 2, nil
        while true do
            local info = getinfo(level, "Slf")
            if not info or info.func == xpcall then
                break
            elseif is_script(info) then
                if not found.file then
                    found.file, found.line = path_of(info.source), info.currentline
                end
                outermost = level
            end
            level = level + 1
        end
        found.arguments = outermost and arguments_of(outermost) or {}
        return found
    end

    return traces
end
