--- What of modules is around: found by looking where modules register things, each with its name and how it is
--- closed. Nothing of it is kept in a list while modules run.

local context = ...
local raw = context.raw
local slots = context.use("otclient/ownership/slots")
local sorted_keys, name_of = slots.sorted_keys, slots.path
local find, format = raw.string.find, raw.string.format
local getupvalue = raw.debug.getupvalue
local rawget, type = raw.rawget, raw.type

-- In the order in which things are closed.
local KINDS = { "events", "requests", "opcodes", "keybinds", "slots", "grabs", "cursors", "widgets" }

--- A thing that was found. Unloading `owner`, or the module whose `code` it calls, closes it.
---@class Found
---@field kind string
---@field owner string|nil the module whose it is; nil for nobody's
---@field code string|nil the module whose function it calls
---@field name fun(): string
---@field close fun()
---@field cycle boolean|nil of an event: whether it comes again and again
---@field widget table|nil

---@param engine table
---@param owners table see owners.lua
---@param journal table see journal.lua
---@param registered table see registered.lua
---@return table found
return function(engine, owners, journal, registered)
    local found = { kinds = KINDS }
    local collect = {}

    local function global(name)
        local value = rawget(engine.env, name)
        return type(value) == "table" and value or nil
    end

    function collect.events(add, owner_of)
        for _, event in raw.ipairs(engine.parts.dispatcher.pending()) do
            local callback = event.callback
            local owner, cycle = owner_of(callback), event.max_cycles == 0
            local entry = add("events", owner, owner, function()
                local what = cycle and "cycle" or event.max_cycles and "scheduled" or "queued"
                return format("%s event of %s", what, owners.place(callback))
            end, function()
                event.canceled, event.callback = true, nil
            end)
            entry.cycle = cycle
        end
    end

    -- HTTP.operations of corelib: number to { url, callback, … }.
    function collect.requests(add, owner_of)
        local http = global("HTTP")
        local operations = http and rawget(http, "operations")
        for _, id in raw.ipairs(type(operations) == "table" and sorted_keys(operations) or {}) do
            local operation = operations[id]
            local callback = type(operation) == "table" and (operation.callback or operation.progressCallback)
            if type(callback) == "function" then
                local owner = owner_of(callback)
                add("requests", owner, owner, function()
                    return format("request to %s", raw.tostring(operation.url))
                end, function()
                    if type(http.cancel) == "function" then
                        engine:safe_call(http.cancel, id)
                    end
                    operations[id] = nil
                end)
            end
        end
    end

    -- gamelib keeps callbacks of opcodes in local tables of the functions that register them.
    local REGISTRIES = { "registerOpcode", "registerExtendedOpcode", "registerExtendedJSONOpcode" }

    local function registry(name)
        local class = global("ProtocolGame")
        local register = class and rawget(class, name)
        for index = 1, type(register) == "function" and 60 or 0 do
            local label, value = getupvalue(register, index)
            if not label then
                break
            elseif type(value) == "table" and find(label, "[cC]allbacks$") then
                return value
            end
        end
        return {}
    end

    function collect.opcodes(add, owner_of)
        for _, name in raw.ipairs(REGISTRIES) do
            local callbacks = registry(name)
            for _, opcode in raw.ipairs(sorted_keys(callbacks)) do
                local callback = callbacks[opcode]
                if type(callback) == "function" then
                    local owner = owner_of(callback)
                    add("opcodes", owner, owner, function()
                        local kind = raw.string.match(name, "^register(.*)$")
                        return format("%s %s of %s", kind, raw.tostring(opcode), owners.place(callback))
                    end, function()
                        callbacks[opcode] = nil
                    end)
                end
            end
        end
    end

    --- Which module answers which extended opcode.
    ---@return table[] rows of `opcode`, `json`, `module` (nil: none) and `place`, in the order of opcodes
    function found.extended()
        local rows = {}
        for _, name in raw.ipairs({ "registerExtendedOpcode", "registerExtendedJSONOpcode" }) do
            local callbacks = registry(name)
            for _, opcode in raw.ipairs(sorted_keys(callbacks)) do
                local callback = callbacks[opcode]
                if type(callback) == "function" then
                    rows[#rows + 1] = {
                        opcode = opcode, json = name == "registerExtendedJSONOpcode", module = owners.of(callback),
                        place = owners.place(callback),
                    }
                end
            end
        end
        raw.table.sort(rows, function(a, b)
            return a.opcode < b.opcode or a.opcode == b.opcode and not a.json and b.json
        end)
        return rows
    end

    -- Keybind of corelib: `category_action` to { category, action, callbacks = { { callback = fn }, … } }.
    local function bound_actions(add, owner_of)
        local keybind = global("Keybind")
        local all = keybind and rawget(keybind, "defaultKeybinds")
        for _, index in raw.ipairs(type(all) == "table" and sorted_keys(all) or {}) do
            local bound, of = all[index], {}
            for _, callback in raw.ipairs(type(bound) == "table" and bound.callbacks or {}) do
                local owner = type(callback.callback) == "function" and owner_of(callback.callback)
                if owner and not of[owner] then
                    of[owner] = true
                    add("keybinds", owner, owner, function()
                        return format("key action %s", raw.tostring(index))
                    end, function()
                        engine:safe_call(keybind.delete, bound.category, bound.action)
                        all[index] = nil
                    end)
                end
            end
        end
    end

    -- Slots and bound keys are found in one look; keys come first.
    function collect.keybinds(add, owner_of, roots, wanted)
        bound_actions(add, owner_of)
        slots.survey({
            wanted = wanted,
            owner_of = owner_of,
            registrar_of = registered.by,
            forget = registered.forget,
            place = owners.place,
            each_table = journal.each,
            roots = roots,
        }, add)
    end

    function collect.slots() end

    -- Widgets --------------------------------------------------------------------------------------------------

    --- The module that made a widget, or what it is in.
    ---@return string|nil
    function found.owner_of_widget(w)
        while w do
            if w.owner then
                return w.owner
            end
            w = w.parent
        end
    end

    --- Widgets that were made without a parent; set by ownership.lua.
    ---@return table[]
    function found.loose_widgets()
        return {}
    end

    -- The outermost widgets of each module; nobody's are not told of.
    function collect.widgets(add, _, roots, wanted)
        local ui = engine.parts.ui
        local function visit(w, inside)
            local own = w.owner or inside
            if own ~= inside and (not wanted or own == wanted) then
                local entry = add("widgets", own, nil, function()
                    return format("%s (%s)", name_of(w), w.style and w.style.tag or w.class_name)
                end, function()
                    if not w.destroyed then
                        ui.destroy(w)
                    end
                end)
                entry.widget = w
            end
            local children = w.children
            for index = 1, #children do
                visit(children[index], own)
            end
        end
        for _, root in raw.ipairs(roots) do
            visit(root, nil)
        end
    end

    function collect.grabs(add)
        local ui = engine.parts.ui
        for _, receiver in raw.ipairs({ "mouse_receiver", "keyboard_receiver" }) do
            local w = ui[receiver]
            if w and w ~= ui.root then
                add("grabs", found.owner_of_widget(w), nil, function()
                    local what = receiver == "mouse_receiver" and "mouse" or "keyboard"
                    return format("%s, grabbed by %s", what, name_of(w))
                end, function()
                    ui[receiver] = ui.root
                end)
            end
        end
    end

    function collect.cursors(add)
        local ui = engine.parts.ui
        for _, cursor in raw.ipairs(ui.pushed_cursors()) do
            add("cursors", cursor.owner, nil, function()
                return format("cursor %s", cursor.name)
            end, function()
                ui.drop_cursor(cursor)
            end)
        end
    end

    --- Widgets that are in no other: the root, and those without a parent.
    ---@return table[]
    function found.roots()
        local roots = { engine.parts.ui.root }
        for _, w in raw.ipairs(found.loose_widgets()) do
            roots[#roots + 1] = w
        end
        return roots
    end

    --- Everything that is around, in one look: kind to a list, each in a fixed order.
    ---@param wanted string|nil the module whose things count
    ---@return table<string, Found[]>
    function found.survey(wanted)
        local lists = {}
        for _, kind in raw.ipairs(KINDS) do
            lists[kind] = {}
        end
        local function add(kind, owner, code, name, close)
            local entry = { kind = kind, owner = owner, code = code, name = name, close = close }
            if not wanted or owner == wanted or code == wanted then
                local list = lists[kind]
                list[#list + 1] = entry
            end
            return entry
        end
        -- Functions of libraries hang on many widgets.
        local known = {}
        local function owner_of(fn)
            local owner = known[fn]
            if owner == nil then
                owner = owners.of(fn) or false
                known[fn] = owner
            end
            return owner or nil
        end
        local roots = found.roots()
        for _, kind in raw.ipairs(KINDS) do
            collect[kind](add, owner_of, roots, wanted)
        end
        return lists
    end

    return found
end
