--- What tests of modules see of a client: widgets found by name, and for tests in Lua `describe`, `it`, `expect` and
--- `client`. Nothing of it is there before the control `kit_open` is called.

local context = ...
local raw = context.raw
local make_testing = context.use("testing/describe")
local format, find, sub, gmatch = raw.string.format, raw.string.find, raw.string.sub, raw.string.gmatch
local ipairs, pairs, unpack, select = raw.ipairs, raw.pairs, raw.unpack, raw.select

-- Functions of `client` that the host's kit serves, by the name of its operation.
local HOST = {
    "load",
    "unload",
    "reload",
    "move",
    "click",
    "press",
    "release",
    "wheel",
    "type",
    "key",
    "key_down",
    "key_up",
    "advance",
    "start_game",
    "end_game",
    "feed",
    "raise",
    "extended_opcode",
    "sent",
    "log",
    "matches_snapshot",
}

return function(engine)
    local object = engine.object
    local kit = {}

    -- Handles that the host holds, for the life of the client.
    local handles, numbers = {}, {}

    local function handle_of(w)
        if not numbers[w] then
            handles[#handles + 1] = w
            numbers[w] = #handles
        end
        return numbers[w]
    end

    local function fits(w, step)
        local text = sub(step, 1, 5) == "text=" and sub(step, 6)
        if text then
            return w.text == text
        end
        return w.id == step
    end

    -- Breadth first, what is visible before what is not: the nearest is meant.
    local function below(from, step)
        local level, hidden = { from }, nil
        while #level > 0 do
            local next_level = {}
            for _, parent in ipairs(level) do
                for _, child in ipairs(parent.children) do
                    if fits(child, step) then
                        if child.visible then
                            return child
                        end
                        hidden = hidden or child
                    end
                    next_level[#next_level + 1] = child
                end
            end
            level = next_level
        end
        return hidden
    end

    --- Finds a widget.
    ---@param selector string ids from the outside in, `enterGame/okButton`; `text=OK` for what shows that text
    ---@param from table|nil record; the root widget without
    ---@return table|nil record
    ---@return string|nil missing the step that nothing fits
    ---@return table|nil reached the record below which it was looked for
    function kit.find(selector, from)
        local w = from or engine.parts.ui.root
        for step in gmatch(selector, "[^/]+") do
            local found = below(w, step)
            if not found then
                return nil, step, w
            end
            w = found
        end
        return w
    end

    local function ids_below(w, ids)
        for _, child in ipairs(w.children) do
            if child.id and child.id ~= "" and not find(child.id, "^widget%d+$") then
                ids[#ids + 1] = child.id
            end
            ids_below(child, ids)
        end
        return ids
    end

    --- For the host: a widget's number, or the step that was not found and the ids that are there.
    function engine.controls.kit_find(selector, from)
        local w, missing, reached = kit.find(selector, from and handles[from])
        if w then
            return { handle = handle_of(w) }
        end
        return { missing = missing, below = reached.id or "", ids = ids_below(reached, {}) }
    end

    local GETTERS = {
        id = "getId",
        text = "getText",
        rect = "getRect",
        visible = "isVisible",
        enabled = "isEnabled",
        checked = "isChecked",
        focused = "isFocused",
        on = "isOn",
        style = "getStyleName",
        class = "getClassName",
    }

    --- For the host: what a widget's own getters answer.
    function engine.controls.kit_widget(handle)
        local w = handles[handle]
        local answers = { destroyed = w.destroyed and true or false }
        for name, getter in pairs(GETTERS) do
            local method = object.get(w, getter)
            if method then
                answers[name] = method(w.object)
            end
        end
        return answers
    end

    local function line_of(w, depth)
        local id = w.id and not find(w.id, "^widget%d+$") and w.id ~= "" and "#" .. w.id or ""
        local style = object.get(w, "getStyleName")
        local words = {
            raw.string.rep("  ", depth) .. (style and style(w.object) or w.class_name) .. id,
            format("[%d %d %d %d]", w.rect_x, w.rect_y, w.rect_w, w.rect_h),
        }
        if w.text and w.text ~= "" then
            words[#words + 1] = format("%q", w.text)
        end
        for _, state in ipairs({ "checked", "on" }) do
            local getter = object.get(w, GETTERS[state])
            if getter and getter(w.object) then
                words[#words + 1] = state
            end
        end
        if not w.visible then
            words[#words + 1] = "hidden"
        end
        if not w.enabled then
            words[#words + 1] = "disabled"
        end
        return raw.table.concat(words, " ")
    end

    --- For the host: a widget and what it holds, a line each; what is hidden is not followed.
    ---@return string
    function engine.controls.kit_tree(handle)
        local lines = {}
        local function add(w, depth)
            lines[#lines + 1] = line_of(w, depth)
            if w.visible then
                for _, child in ipairs(w.children) do
                    add(child, depth + 1)
                end
            end
        end
        add(handle and handles[handle] or engine.parts.ui.root, 0)
        return raw.table.concat(lines, "\n") .. "\n"
    end

    --- For the host: loads a module, found in `folder` (a real path) or in the search path already.
    ---@return string|nil problem
    function engine.controls.kit_load(name, folder)
        local resources, modules = engine.env.g_resources, engine.env.g_modules
        if folder then
            resources.addSearchPath(folder, true)
        end
        local module = modules.getModule(name)
        if not module and resources.fileExists("/" .. name .. "/" .. name .. ".otmod") then
            module = modules.discoverModule("/" .. name .. "/" .. name .. ".otmod")
        end
        if not module then
            return "there is no module " .. name .. ": /" .. name .. "/" .. name .. ".otmod is not there"
        end
        return not module:load() and "it was not loaded" or nil
    end

    -- Tests in Lua -------------------------------------------------------------------------------------------

    local function arguments(...)
        local list = { ... }
        for index = 1, select("#", ...) do
            local record = object.record(list[index])
            if record and record.kinds.UIWidget then
                list[index] = { widget = handle_of(record) }
            end
        end
        return unpack(list, 1, select("#", ...))
    end

    local function client_table()
        local client = {}
        for _, name in ipairs(HOST) do
            client[name] = function(...)
                return engine.host("kit." .. name, arguments(...))
            end
        end

        --- The widget itself, as its module sees it.
        function client.widget(selector)
            local w, missing, reached = kit.find(selector)
            if not w then
                raw.error(format("there is no widget %q below %q", missing, reached.id or ""), 2)
            end
            return w.object
        end

        function client.exists(selector)
            return kit.find(selector) ~= nil
        end

        local function asker(getter)
            return function(selector)
                local widget = client.widget(selector)
                return widget[getter](widget)
            end
        end
        client.text = asker("getText")
        client.visible = asker("isVisible")
        client.enabled = asker("isEnabled")
        client.checked = asker("isChecked")
        return client
    end

    local function name_of(value)
        local record = object.record(value)
        return record and format("<%s %s>", record.class_name, record.id or "") or nil
    end

    --- For the host: gives scripts the names that tests use.
    function engine.controls.kit_open()
        local env = engine.env
        for name, value in pairs(make_testing(engine.controls, name_of)) do
            env[name] = value
        end
        env.client = client_table()
    end

    return kit
end
