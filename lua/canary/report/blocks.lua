--- The servers' own words for what went wrong.

local context = ...
local concat = context.raw.table.concat

---@param server table
---@return fun(running: table|nil, name: string|nil, text: string, traced: string|nil): string block what runs just now,
--- the function's name, the problem, and the stack
return function(server)
    local function canary_block(running, name, text, traced)
        local lines = { "Lua Script Error Detected", "---------------------------------------" }
        if running and running.interface then
            lines[#lines + 1] = "Interface: " .. running.interface
            lines[#lines + 1] = running.script and "Script ID: " .. running.script or nil
            lines[#lines + 1] = running.timer and "Timer Event: Yes" or nil
            lines[#lines + 1] = running.within and "Callback ID: " .. running.within or nil
        end
        lines[#lines + 1] = name and "Function: " .. name or nil
        lines[#lines + 1] = "Error Description: " .. text
        if traced then
            lines[#lines + 1] = "Stack Trace:"
            lines[#lines + 1] = traced
        end
        lines[#lines + 1] = "---------------------------------------\n"
        return concat(lines, "\n")
    end

    local function tfs_block(running, name, text, traced)
        local lines = {}
        if running and running.interface then
            lines[1] = "\nLua Script Error: [" .. running.interface .. "]"
            lines[#lines + 1] = running.timer and "in a timer event called from:" or nil
            lines[#lines + 1] = running.within and "in callback: " .. running.within or nil
            lines[#lines + 1] = running.script or "(Unknown scriptfile)"
        else
            lines[1] = "\nLua Script Error: "
        end
        lines[#lines + 1] = (name and name .. "(). " or "") .. (traced or text)
        return concat(lines, "\n")
    end

    return server.tfs and tfs_block or canary_block
end
