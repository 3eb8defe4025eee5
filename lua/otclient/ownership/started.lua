--- The client's start for modules that are loaded when it has long begun: what they do in `g_app.onRun`, they do after
--- they were loaded. Without that a module that is reloaded would lack what its first load had.

local context = ...
local raw = context.raw
local slots = context.use("otclient/ownership/slots")

---@param engine table
---@param owners table see owners.lua
---@return table started
return function(engine, owners)
    local started = {}
    local g_app = engine.env.g_app
    -- Slots that were there before the first of the modules was loaded that are loaded just now.
    local before
    local held = 0

    local function slots_of_run()
        local list = {}
        slots.each_in(g_app, "onRun", function(_, _, fn)
            list[#list + 1] = fn
        end)
        return list
    end

    --- Modules begin to load.
    function started.begin()
        if not engine.parts.window.running then
            return
        elseif held == 0 then
            before = {}
            for _, fn in raw.ipairs(slots_of_run()) do
                before[fn] = true
            end
        end
        held = held + 1
    end

    --- They were loaded; the outermost calls what they have put off until the start.
    function started.finish()
        if held == 0 then
            return
        end
        held = held - 1
        if held > 0 then
            return
        end
        for _, fn in raw.ipairs(slots_of_run()) do
            if not before[fn] and owners.of(fn) then
                engine:signal_call(fn)
            end
        end
        before = nil
    end

    return started
end
