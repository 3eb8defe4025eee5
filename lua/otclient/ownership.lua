--- The ledger: what of the client is which module's, so that unloading one leaves nothing of it, whether its own
--- `terminate` thought of it or not, and a load that fails leaves nothing either.
---
--- The engines have no such thing; with the setting `ownership` false the client is as they are.

local context = ...
local raw = context.raw
local make_owners, make_journal = context.use("otclient/ownership/owners"), context.use("otclient/ownership/journal")
local make_found, make_reload = context.use("otclient/ownership/found"), context.use("otclient/ownership/reload")
local make_together, make_census = context.use("otclient/ownership/together"), context.use("otclient/ownership/census")
local make_registered, make_started =
    context.use("otclient/ownership/registered"), context.use("otclient/ownership/started")
local format, match = raw.string.format, raw.string.match
local insert = raw.table.insert
local setmetatable = raw.setmetatable

-- What is said of each kind of thing that was closed.
local SENTENCES = {
    events = "%s was still to come",
    requests = "%s was still open",
    opcodes = "%s was still registered",
    keybinds = "%s was still bound",
    slots = "%s, was left",
    grabs = "%s, was not released",
    cursors = "%s was not popped",
    widgets = "widget %s was not destroyed",
    globals = "global %s was left",
    functions = "%s was left",
    styles = "style %s was left",
}

local KIND_OF_WRITE = { global = "globals", ["function"] = "functions", style = "styles" }

return function(engine)
    local modules = engine.parts.modules
    if engine.settings.ownership == false then
        return {}
    end
    local ownership = {}
    local owners = make_owners(engine)
    local journal = make_journal(engine, owners)
    local registered, started = make_registered(engine, owners), make_started(engine, owners)
    local found = make_found(engine, owners, journal, registered)
    ownership.current = owners.current

    -- Modules whose turn it is, the innermost last.
    local turns, just_noted = {}, false
    -- Keys that were bound when each of their turns began.
    local images = {}
    -- What was closed when a module was unloaded last.
    local closed = {}

    -- Widgets that a module made itself, not those inside of them. As keys of a weak table they may go.
    local marked, count = setmetatable({}, { __mode = "k" }), 0

    -- Whether a widget is in one that was emptied while the module that is loaded just now was.
    local function is_filled(w)
        local loading = engine.current_module
        while loading and w do
            if w.emptied_by == loading then
                return true
            end
            w = w.parent
        end
        return false
    end

    --- Notes whose a widget is that was just made. What a module fills anew while another is loaded stays its own.
    ---@param w table
    ---@param parent table|nil what it is made in
    function ownership.mark(w, parent)
        w.owner = owners.current(is_filled(parent))
        count = count + 1
        marked[w] = count
    end
    engine.parts.ui.mark_owner = ownership.mark

    function found.loose_widgets()
        local list = {}
        for w in raw.pairs(marked) do
            if not w.parent and not w.destroyed then
                list[#list + 1] = w
            end
        end
        raw.table.sort(list, function(a, b)
            return marked[a] < marked[b]
        end)
        return list
    end

    local function name_of_write(entry)
        local key = raw.tostring(entry.key)
        return entry.watch.kind == "function" and entry.watch.label .. "." .. key or key
    end

    --- What of a module is around: kind to names.
    ---@param name string
    ---@return table<string, string[]>
    function ownership.census(name)
        journal.note(turns[#turns])
        local census = {}
        for _, kind in raw.pairs(KIND_OF_WRITE) do
            census[kind] = {}
        end
        for kind, list in raw.pairs(found.survey(name)) do
            census[kind] = {}
            for _, entry in raw.ipairs(list) do
                if entry.owner == name then
                    insert(census[kind], entry.name())
                end
            end
        end
        for _, entry in raw.ipairs(journal.left(name)) do
            insert(census[KIND_OF_WRITE[entry.watch.kind]], name_of_write(entry))
        end
        return census
    end

    -- Destroying widgets calls scripts, which may make things: at most that often it is looked again.
    local ROUNDS = 3

    -- Closes what a look finds; whether there were widgets.
    local function close_once(name, sentences)
        local lists, widgets = found.survey(name), false
        for _, kind in raw.ipairs(found.kinds) do
            for _, entry in raw.ipairs(lists[kind]) do
                local w = entry.widget
                local is_inside = w and w.parent and found.owner_of_widget(w.parent) == name
                if not (w and (w.destroyed or is_inside)) then
                    widgets = widgets or w ~= nil
                    insert(sentences, format(SENTENCES[kind], entry.name()))
                    entry.close()
                end
            end
        end
        return widgets
    end

    --- Closes what is left of a module.
    ---@param name string
    ---@return string[] sentences what had to be closed
    function ownership.release(name)
        journal.note(turns[#turns])
        local sentences = {}
        for _ = 1, ROUNDS do
            if not close_once(name, sentences) then
                break
            end
        end
        for _, entry in raw.ipairs(journal.take_back(name)) do
            insert(sentences, format(SENTENCES[KIND_OF_WRITE[entry.watch.kind]], name_of_write(entry)))
        end
        return sentences
    end

    local function folder_of(module)
        return match(module.file, "^(.*)/[^/]*$")
    end

    local reload = make_reload(engine, owners, found)
    local together = make_together(engine, reload, started)
    ownership.reload, ownership.owner_of_widget = reload, found.owner_of_widget

    -- Hooks ----------------------------------------------------------------------------------------------------

    local hooks = modules.hooks

    -- Is told after whoever else is.
    local function after(event, fn)
        local others = hooks[event]
        hooks[event] = function(...)
            if others then
                others(...)
            end
            fn(...)
        end
    end

    after("on_before_load", function(module)
        if not turns[1] then
            journal.watch_shared()
            journal.watch(engine.parts.ui.styles, "styles", "style")
        end
        -- Between two modules that are loaded within the turn of another nobody else had one.
        if not just_noted or not turns[1] then
            journal.note(turns[#turns])
        end
        just_noted = false
        if turns[1] then
            registered.note(images[#images], turns[#turns])
        end
        turns[#turns + 1] = module.name
        images[#images + 1] = registered.image()
        started.begin()
        owners.add(module.name, folder_of(module), module.sandboxed and module.sandbox or nil)
        reload.begin(module)
    end)

    after("on_loaded", function(module, ok)
        reload.finish(module, ok)
        journal.note(module.name)
        just_noted = true
        registered.note(images[#images], module.name)
        turns[#turns], images[#images] = nil, nil
        if turns[1] then
            images[#images] = registered.image()
        end
        if ok then
            closed[module.name] = nil
        else
            closed[module.name] = ownership.release(module.name)
            for key in raw.next, module.sandbox do
                module.sandbox[key] = nil
            end
        end
        started.finish()
    end)

    after("on_terminated", function(module)
        closed[module.name] = ownership.release(module.name)
    end)

    function engine.controls.census(name)
        return ownership.census(name)
    end

    --- What there is in all, and of each module.
    engine.controls.census_of_all = make_census(found, journal, function()
        journal.note(turns[#turns])
        local names = {}
        for _, module in raw.ipairs(modules.all()) do
            insert(names, module.name)
        end
        return names
    end)

    --- Which module answers which extended opcode.
    function engine.controls.extended_opcodes()
        return found.extended()
    end

    function engine.controls.release(name)
        return ownership.release(name)
    end

    --- What had to be closed when a module was unloaded last, or failed to load.
    function engine.controls.closed(name)
        return closed[name] or {}
    end

    --- Unloads a module; returns what had to be closed.
    function engine.controls.unload(name)
        local module = modules.find(name)
        if module then
            modules.unload(module)
        end
        return closed[name] or {}
    end

    function engine.controls.dependants(name)
        return reload.dependants(name)
    end

    --- What a module used of others so far: name to "load" (while it was loaded), "run" or "declared".
    function engine.controls.uses(name)
        return reload.uses(name)
    end

    function engine.controls.reload(name)
        return together.reload({ name }, closed)
    end

    --- Reloads several modules as one, each of those that need any of them once.
    function engine.controls.reload_all(names)
        return together.reload(names, closed)
    end

    --- Widgets that stand in the tree of none, in the order in which they were made.
    function ownership.loose_widgets()
        return found.loose_widgets()
    end

    --- Has something written into a table that all share: what takes the place of something stays its writer's, and
    --- what is new is a module's.
    ---@param target table one that is watched
    ---@param owner string|nil the module
    ---@param write fun(...): table writes; returns what it replaced, old to new
    function ownership.rewrite(target, owner, write, ...)
        journal.note(turns[#turns])
        journal.replaced(target, write(...))
        journal.note(owner)
    end

    return ownership
end
