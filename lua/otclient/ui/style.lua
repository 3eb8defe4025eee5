--- Styles: nodes of OTML, compiled to a list of setters once and applied to many widgets. See style_nodes.lua.

local context = ...
local raw = context.raw
local error, pcall, tostring = raw.error, raw.pcall, raw.tostring
local byte, sub = raw.string.byte, raw.string.sub
local concat = raw.table.concat

local AT, AND, BANG = 64, 38, 33
-- Results of a style's expressions that are remembered, each as a style of its own.
local MOST_RESULTS = 16

return function(engine)
    local ui = engine.parts.ui
    local object = engine.object

    --- A setter that ends the pass of basic properties.
    local STOP = {}
    ui.STOP = STOP

    -- Passes over a style, each in the order of its nodes: tag to { cast, set }.
    local setters = { base = {}, image_first = {}, image = {}, text = {} }
    local PASSES = { "base", "image_first", "image", "text" }
    -- The same for properties of subclasses, by class.
    local custom = {}
    -- Beginnings of tags of the basic pass, such as `anchors.`.
    local prefixes = {}
    -- Pass to { scan, set }.
    local scans = {}

    --- Declares properties of styles.
    ---@param pass string base, image_first, image or text; or the name of a class that alone has them
    ---@param casts table<string, table> tag to { cast, set }: a function of values.lua or its name, and the setter
    function ui.declare_style(pass, casts)
        local into = setters[pass] or custom[pass]
        if not into then
            into = {}
            custom[pass] = into
        end
        for tag, entry in raw.pairs(casts) do
            local cast = entry[1]
            into[tag] = { ui.values[cast] or cast, entry[2] }
        end
    end

    --- Declares what a pass begins with, when a style says so in several properties together.
    ---@param pass string
    ---@param scan fun(node: table): any, string|nil the value to set, if any, and a tag that is passed over then
    ---@param set fun(w: table, value: any)
    function ui.declare_style_scan(pass, scan, set)
        scans[pass] = { scan, set }
    end

    --- Declares properties whose tag begins with something.
    function ui.declare_style_prefix(prefix, cast, set)
        prefixes[#prefixes + 1] = { prefix, { ui.values[cast] or cast, set } }
    end

    local child_of, shallow, lua_table = ui.child_of, ui.copy_node, ui.lua_table

    local function raising(_, text)
        error(text, 0)
    end

    local function find_setter(pass, tag)
        local entry = setters[pass][tag]
        if not entry and pass == "base" then
            for _, prefix in raw.ipairs(prefixes) do
                if sub(tag, 1, #prefix[1]) == prefix[1] then
                    return prefix[2]
                end
            end
        end
        return entry
    end

    local function compile_scan(program, node, scan)
        local value, passed_over = scan[1](node)
        if value ~= nil then
            local at = #program + 1
            program[at], program.values[at], program.nodes[at] = scan[2], value, node
        end
        return passed_over
    end

    local function compile_pass(program, node, entry_of, passed_over)
        for index = 1, #node do
            local child = node[index]
            local entry = not child.null and child.tag ~= passed_over and entry_of(child.tag)
            if entry then
                local ok, value = pcall(entry[1], child)
                local at = #program + 1
                program[at] = ok and entry[2] or raising
                program.values[at] = value
                program.nodes[at] = child
                if not ok then
                    -- A value of false or nil would be lost in the list, a text never is.
                    program.values[at] = tostring(value)
                end
            end
        end
    end

    -- Classes with properties of their own that a widget is of.
    local customs_of = {}
    local function customs(w)
        local list = customs_of[w.class_name]
        if not list then
            list = {}
            for name in raw.pairs(custom) do
                if w.kinds[name] then
                    list[#list + 1] = name
                end
            end
            raw.table.sort(list)
            customs_of[w.class_name] = list
        end
        return list
    end

    -- The setters of a node for one class, with their values.
    local function compile(node, w)
        local program = { values = {}, nodes = {} }
        for _, pass in raw.ipairs(PASSES) do
            local passed_over = scans[pass] and compile_scan(program, node, scans[pass])
            compile_pass(program, node, function(tag)
                return find_setter(pass, tag)
            end, passed_over)
            if pass == "base" then
                program.base = #program
            end
        end
        for _, name in raw.ipairs(customs(w)) do
            compile_pass(program, node, function(tag)
                return custom[name][tag]
            end)
        end
        return program
    end

    -- What is common to the programs of all classes: code, expressions, id.
    local function prepare(node)
        local id = child_of(node, "id")
        node.style_id = id and ui.values.string(id) or false
        local code, expressions = {}, {}
        for index = 1, #node do
            local child = node[index]
            if not child.null then
                local first = byte(child.tag)
                if first == AT or first == AND then
                    code[#code + 1] = child
                elseif first == BANG then
                    expressions[#expressions + 1] = index
                end
            end
        end
        node.code = #code > 0 and code
        node.expressions = #expressions > 0 and expressions
        node.prepared = true
    end

    local function origin_of(node)
        local origin = node.origin
        if not origin then
            origin = "@" .. (node.source or "") .. ": [" .. node.tag .. "]"
            node.origin = origin
        end
        return origin
    end

    -- The style that a style with expressions stands for just now.
    local function evaluated(node)
        local results = {}
        for place, index in raw.ipairs(node.expressions) do
            local child = node[index]
            local text = "tostring(" .. ui.values.string(child) .. ")"
            results[place] = ui.evaluate(text, origin_of(child)) or ""
        end
        local key = concat(results, "\0")
        local known = node.results and node.results[key]
        if known then
            return known
        end
        known = shallow(node)
        for place, index in raw.ipairs(node.expressions) do
            local child = shallow(node[index])
            child.tag, child.value = sub(child.tag, 2), results[place]
            known[index] = child
        end
        prepare(known)
        node.results = node.results or {}
        node.result_count = (node.result_count or 0) + 1
        if node.result_count <= MOST_RESULTS then
            node.results[key] = known
        end
        return known
    end

    local function run_code(w, code)
        for index = 1, #code do
            local child = code[index]
            local tag = child.tag
            if byte(tag) == AT then
                if w.first_on_style then
                    local fn = ui.load_function(ui.values.string(child), origin_of(child))
                    object.set(w, sub(tag, 2), fn)
                end
            else
                object.set(w, sub(tag, 2), ui.evaluate(ui.values.string(child), origin_of(child)))
            end
        end
    end

    local function run(w, node)
        if node.style_id then
            ui.set_id(w, node.style_id)
        end
        if node.code then
            run_code(w, node.code)
        end
        local programs = node.programs
        if not programs then
            programs = {}
            node.programs = programs
        end
        local program = programs[w.class_name]
        if not program then
            program = compile(node, w)
            programs[w.class_name] = program
        end
        local values, nodes, index, count = program.values, program.nodes, 1, #program
        while index <= count do
            if program[index](w, values[index], nodes[index]) == STOP and index < program.base then
                index = program.base
            end
            index = index + 1
        end
    end

    local function apply(w, node)
        if not w.destroyed then
            run(w, node)
        end
        local slots = object.get(w, "onStyleApply")
        if slots ~= nil then
            engine:signal_call(slots, w.object, node.tag, lua_table(node))
        end
        if w.first_on_style then
            local parent = w.parent
            if
                w.focusable
                and w.visible
                and w.enabled
                and parent
                and (parent.auto_focus == 2 or parent.auto_focus == 1 and not parent.focused_child)
            then
                ui.focus(w)
            end
        end
        w.first_on_style = false
    end

    --- Applies a style to a widget; what fails is logged.
    ---@return table node the style with its expressions replaced by what they gave
    function ui.apply_style(w, node)
        if w.destroyed or #node == 0 then
            return node
        end
        w.loading_style = true
        if not node.prepared then
            prepare(node)
        end
        local ok, problem = true, nil
        if node.expressions then
            ok, problem = pcall(evaluated, node)
            node = ok and problem or node
        end
        if ok then
            ok, problem = pcall(apply, w, node)
        end
        if not ok then
            ui.trace_error("failed to apply style to widget '" .. w.id .. "': " .. tostring(problem))
        end
        w.loading_style = false
        return node
    end
end
