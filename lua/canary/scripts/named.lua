--- Scripts that give callbacks by the names of globals, as in old servers: those of monsters and their spells, of
--- raids.

local context = ...
local raw = context.raw
local pairs = raw.pairs

return function(server, scripts)
    --- Runs a script and takes the functions that it leaves behind.
    ---@param path string
    ---@param wanted table<string, string> the name under which to keep a callback, to the global's name
    ---@param interface string which of the server's interfaces it is of
    ---@return table<string, table>|nil records of callbacks; kept as they are when the file is loaded anew
    function scripts.load_named_events(path, wanted, interface)
        local found = {}
        local function take(file)
            for event, name in pairs(wanted) do
                local fn = scripts.take_global(name)
                found[event] = fn and {
                    class_name = "Callback", callback = fn, event = name, file = file, loaded = true,
                    interface = interface, script = file.script .. ":" .. name, label = name .. " of " .. path,
                } or nil
            end
        end
        local known = scripts.files[path]
        local ok, file
        if known then
            ok, file = scripts.run_again(known), known
        else
            ok, file = scripts.load(path, nil, interface)
            scripts.files[path] = file
            scripts.list[#scripts.list + 1] = file
        end
        if not ok then
            return nil
        end
        take(file)
        local before = file.finish
        function file.finish(loaded)
            if before then
                before(loaded)
            end
            take(loaded)
        end
        return found
    end
end
