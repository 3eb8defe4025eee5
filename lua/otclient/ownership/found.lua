--- What of a module is around: found by looking where modules register things, each with its name and how it is
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

---@param engine table
---@param owners table see owners.lua
---@param journal table see journal.lua
---@return table found
return function(engine, owners, journal)
    local found = { kinds = KINDS }
    local collect = {}

    local function is_of(fn, owner)
        return type(fn) == "function" and owners.of(fn) == owner
    end

    local function global(name)
        local value = rawget(engine.env, name)
        return type(value) == "table" and value or nil
    end

    function collect.events(owner, add)
        for _, event in raw.ipairs(engine.parts.dispatcher.pending()) do
            local callback = event.callback
            if is_of(callback, owner) then
                local what = event.max_cycles == 0 and "cycle" or event.max_cycles and "scheduled" or "queued"
                add(format("%s event of %s", what, owners.place(callback)), function()
                    event.canceled, event.callback = true, nil
                end)
            end
        end
    end

    -- HTTP.operations of corelib: number to { url, callback, … }.
    function collect.requests(owner, add)
        local http = global("HTTP")
        local operations = http and rawget(http, "operations")
        for _, id in raw.ipairs(type(operations) == "table" and sorted_keys(operations) or {}) do
            local operation = operations[id]
            local callback = type(operation) == "table" and (operation.callback or operation.progressCallback)
            if is_of(callback, owner) then
                add(format("request to %s", raw.tostring(operation.url)), function()
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

    function collect.opcodes(owner, add)
        for _, name in raw.ipairs(REGISTRIES) do
            local callbacks = registry(name)
            for _, opcode in raw.ipairs(sorted_keys(callbacks)) do
                if is_of(callbacks[opcode], owner) then
                    local kind = raw.string.match(name, "^register(.*)$")
                    add(format("%s %s of %s", kind, raw.tostring(opcode), owners.place(callbacks[opcode])), function()
                        callbacks[opcode] = nil
                    end)
                end
            end
        end
    end

    -- Keybind of corelib: `category_action` to { category, action, callbacks = { { callback = fn }, … } }.
    local function bound_actions(owner, add)
        local keybind = global("Keybind")
        local all = keybind and rawget(keybind, "defaultKeybinds")
        for _, index in raw.ipairs(type(all) == "table" and sorted_keys(all) or {}) do
            local bound = all[index]
            for _, callback in raw.ipairs(type(bound) == "table" and bound.callbacks or {}) do
                if is_of(callback.callback, owner) then
                    add(format("key action %s", raw.tostring(index)), function()
                        engine:safe_call(keybind.delete, bound.category, bound.action)
                        all[index] = nil
                    end)
                    break
                end
            end
        end
    end

    -- Slots and bound keys are found in one look; keys come first.
    local signals = {}

    local function add_all(list, add)
        for _, slot in raw.ipairs(list) do
            add(slot.name, slot.close)
        end
    end

    function collect.keybinds(owner, add)
        bound_actions(owner, add)
        local keys
        signals, keys = slots.scan(owner, owners, journal, engine.parts.ui.root, found.owner_of_widget)
        add_all(keys, add)
    end

    function collect.slots(_, add)
        add_all(signals, add)
        signals = {}
    end

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

    -- The outermost widgets of a module.
    local function widgets_of(owner)
        local list = {}
        local function visit(w, inside)
            local own = w.owner or inside
            if own == owner and inside ~= owner then
                list[#list + 1] = w
            end
            local children = w.children
            for index = 1, #children do
                visit(children[index], own)
            end
        end
        visit(engine.parts.ui.root, nil)
        for _, w in raw.ipairs(found.loose_widgets()) do
            if not w.parent and not w.destroyed then
                visit(w, nil)
            end
        end
        return list
    end

    --- Widgets that were made without a parent; set by ownership.lua.
    ---@return table[]
    function found.loose_widgets()
        return {}
    end

    function collect.widgets(owner, add)
        local ui = engine.parts.ui
        for _, w in raw.ipairs(widgets_of(owner)) do
            add(format("%s (%s)", name_of(w), w.style and w.style.tag or w.class_name), function()
                if not w.destroyed then
                    ui.destroy(w)
                end
            end)
        end
    end

    function collect.grabs(owner, add)
        local ui = engine.parts.ui
        for _, receiver in raw.ipairs({ "mouse_receiver", "keyboard_receiver" }) do
            local w = ui[receiver]
            if w and w ~= ui.root and found.owner_of_widget(w) == owner then
                add(format("%s, grabbed by %s", receiver == "mouse_receiver" and "mouse" or "keyboard", name_of(w)),
                    function()
                        ui[receiver] = ui.root
                    end)
            end
        end
    end

    function collect.cursors(owner, add)
        local ui = engine.parts.ui
        for _, cursor in raw.ipairs(ui.pushed_cursors()) do
            if cursor.owner == owner then
                add(format("cursor %s", cursor.name), function()
                    ui.drop_cursor(cursor)
                end)
            end
        end
    end

    --- What there is of a kind.
    ---@param kind string
    ---@param owner string
    ---@param visit fun(name: string, close: fun())
    function found.of_kind(kind, owner, visit)
        collect[kind](owner, visit)
    end

    --- What of a module is around, kind by kind in the order in which it is closed.
    ---@param owner string
    ---@param visit fun(kind: string, name: string)
    function found.each(owner, visit)
        for _, kind in raw.ipairs(KINDS) do
            collect[kind](owner, function(name)
                visit(kind, name)
            end)
        end
    end

    return found
end
