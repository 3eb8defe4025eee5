--- Callbacks of combats: functions of scripts that were found by a global's name when the script said it.

local context = ...
local raw = context.raw
local type = raw.type

return function(server, combat)
    local parts, tfs, push = server.parts, server.tfs, server.userdata.push
    local enum, number = parts.enums.get, server.arguments.number
    local i32, boolean = server.arguments.i32, server.arguments.boolean

    -- Which of a combat's parameters each sets.
    local PLACES = {}
    for name, place in raw.pairs({
        LEVELMAGICVALUE = "value_callback",
        SKILLVALUE = "value_callback",
        TARGETTILE = "tile_callback",
        TARGETCREATURE = "target_callback",
        CHAINVALUE = "chain",
        CHAINPICKER = "chain_picker",
    }) do
        local key = enum("CALLBACK_PARAM_" .. name)
        if key then
            PLACES[key] = place
        end
    end
    local SKILLVALUE = enum("CALLBACK_PARAM_SKILLVALUE")

    --- Takes a global function of a script as a callback: the global is nil from then on.
    ---@param params table
    ---@param key number CALLBACK_PARAM_*
    ---@param name string
    ---@return boolean|nil nil: there is no such callback; false: no such function
    function combat.set_callback(params, key, name)
        local place = PLACES[key]
        if not place then
            return nil
        end
        local scripts = parts.scripts
        local fn
        if type(scripts) == "table" and scripts.take_global then
            fn = scripts.take_global(name)
        else
            fn = raw.rawget(server.env, name)
            if type(fn) == "function" then
                raw.rawset(server.env, name, nil)
            else
                fn = nil
            end
        end
        local file = type(scripts) == "table" and scripts.owner and scripts.owner() or nil
        local script = file and file.script or "(Unknown scriptfile)"
        params[place] = {
            fn = fn,
            skill = key == SKILLVALUE,
            interface = "Scripts Interface",
            script = tfs and "(Unknown scriptfile)" or nil,
            within = script .. ":" .. name,
            label = "Combat " .. name,
            file = file,
        }
        if not fn then
            server:log("warning", tfs and "[Warning - CallBack::loadCallBack] Event " .. name .. " not found."
                or "[loadCallBack] - Event " .. name .. " not found")
            return false
        end
        return true
    end

    local function call(callback, ...)
        return parts.report.call(callback, callback.fn, ...)
    end

    --- Calls what a combat has for each tile.
    function combat.on_tile(params, caster, tile)
        local callback = params.tile_callback
        if callback and callback.fn then
            call(callback, push(caster), parts.map.push_position(tile.x, tile.y, tile.z, 0))
        end
    end

    --- Calls what a combat has for each creature.
    function combat.on_target(params, caster, target)
        local callback = params.target_callback
        if callback and callback.fn then
            call(callback, push(caster), push(target))
        end
    end

    --- Asks a formula of a script; nil when it fails.
    ---@return number|nil low
    ---@return number|nil high
    function combat.ask_formula(callback, player, ...)
        if not callback.fn then
            return nil
        end
        local ok, low, high = call(callback, push(player), ...)
        if ok then
            return i32(low), i32(high)
        end
    end

    --- Asks how a chain goes (Canary).
    ---@return number targets
    ---@return number distance
    ---@return boolean backtracking
    function combat.ask_chain(callback, caster)
        if not callback.fn then
            return callback.targets or 0, callback.distance or 0, callback.backtracking or false
        end
        local _, targets, distance, backtracking = call(callback, push(caster))
        return number(targets) % 256, number(distance) % 256, boolean(backtracking)
    end

    --- Whether a script wants a creature in a chain (Canary).
    function combat.ask_picker(callback, caster, target)
        if not callback.fn then
            return true
        end
        local ok, wanted = call(callback, push(caster), push(target))
        return ok and wanted ~= nil and wanted ~= false
    end
end
