--- A file of styles that has changed: the styles in it are made anew, with those that are made of them, and widgets
--- that have one of them get the properties that are new, and no others; what scripts set stays as it is.
---
--- What can't be put on a widget that is there (a property that is gone, other widgets inside, a handler) is for the
--- module that made it: it has to be reloaded.

local context = ...
local raw = context.raw
local bind_nodes, bind_anew = context.use("otclient/restyle/nodes"), context.use("otclient/restyle/anew")
local refresh = context.use("otclient/refresh")
local gsub, sub = raw.string.gsub, raw.string.sub
local insert, sort = raw.table.insert, raw.table.sort
local next = raw.next

return function(engine)
    local restyle = {}
    local ui = engine.parts.ui
    local nodes = bind_nodes(engine)
    local anew = bind_anew(engine, nodes)
    local by_tag, plain_tag = nodes.by_tag, nodes.plain_tag

    -- Widgets ----------------------------------------------------------------------------------------------------

    -- Puts on a widget what is new in its style.
    local function put_on(w, new, diff)
        local laid = w.laid_over or {}
        local applied = { tag = new.tag, source = new.source }
        for _, child in raw.ipairs(diff.changed) do
            if not laid[plain_tag(child.tag)] and sub(child.tag, 1, 1) ~= "$" then
                insert(applied, child)
            end
        end
        local done = by_tag(ui.apply_style(w, applied))
        local own = by_tag(w.style)
        local style = ui.copy_node(new)
        for index = 1, #style do
            local child = style[index]
            local tag = child.unique and plain_tag(child.tag)
            if tag and sub(tag, 1, 1) ~= "$" then
                style[index] = done[tag] or own[tag] or child
            end
        end
        local has = by_tag(style)
        for index = 1, #w.style do
            local child = w.style[index]
            if child.unique and laid[child.tag] and not has[plain_tag(child.tag)] then
                insert(style, child)
            end
        end
        w.styled, w.style = new, style
        ui.update_style(w)
    end

    local function all_widgets()
        local list = {}
        local function visit(w)
            list[#list + 1] = w
            local children = w.children
            for index = 1, #children do
                visit(children[index])
            end
        end
        visit(ui.root)
        for _, w in raw.ipairs(engine.parts.ownership.loose_widgets()) do
            visit(w)
        end
        return list
    end
    restyle.all_widgets = all_widgets

    local function dress(run)
        local widgets, makers, orphans, diffs = 0, {}, 0, {}
        for _, w in raw.ipairs(all_widgets()) do
            local old = w.styled
            local new = old and not w.destroyed and run.fresh_of_widget(old) or old
            if new ~= old then
                diffs[old] = diffs[old] or nodes.difference(old, new, run.has_other_widgets(old))
                local diff = diffs[old]
                if diff.fits then
                    put_on(w, new, diff)
                    widgets = widgets + 1
                else
                    local maker = engine.parts.ownership.owner_of_widget(w)
                    if maker then
                        makers[maker] = true
                    else
                        orphans = orphans + 1
                    end
                end
            end
        end
        return widgets, makers, orphans
    end

    -- All together -----------------------------------------------------------------------------------------------

    local function sorted(names)
        local list = {}
        for name in next, names do
            if name ~= "" then
                list[#list + 1] = name
            end
        end
        sort(list)
        return list
    end

    -- Styles whose declaration is gone go, unless something is made of them.
    local function drop(run, report)
        local used = {}
        for _, style in next, ui.styles do
            if style.base_style then
                used[style.base_style] = true
            end
        end
        for _, w in raw.ipairs(all_widgets()) do
            if w.styled then
                used[w.styled], used[w.styled.base_style or w.styled] = true, true
            end
        end
        for style in next, run.gone do
            if not used[run.made[style] or style] then
                for name, kept in next, ui.styles do
                    if kept == style then
                        ui.styles[name] = nil
                    end
                end
            else
                insert(report.notes, "style " .. style.tag .. " is gone from the file, but used: it stays for now")
            end
        end
        sort(report.notes)
    end

    -- Every style that is new, or declared by a new one's name, has a base.
    local function without_base(of_file, order)
        for _, entry in raw.ipairs(order) do
            if not ui.get_style(entry.base) and not of_file[entry.base] then
                return entry.node.source .. ": base style '" .. entry.base .. "', is not defined"
            end
        end
    end

    local function commit(run, order)
        local styles, names = ui.styles, {}
        for name in next, styles do
            names[#names + 1] = name
        end
        sort(names)
        for _, name in raw.ipairs(names) do
            styles[name] = run.fresh(styles[name])
        end
        for _, entry in raw.ipairs(order) do
            if not entry.known then
                ui.import_style(entry.node)
                run.changed[entry.name] = true
            end
        end
        return run.replaced
    end

    --- Takes a changed file of styles.
    ---@param path string virtual, with its ending
    ---@return table report `ok`, `problem`, `styles` that changed, `widgets` that were given something, `reload`: names
    --- of modules that have to be reloaded, `notes`
    function restyle.file(path)
        local report = { ok = false, styles = {}, widgets = 0, reload = {}, notes = {} }
        local known = ui.documents[path]
        local text, problem = engine.parts.ownership.reload.read_now(path)
        if not text then
            report.problem = problem
            return report
        end
        local ok, root = raw.pcall(engine.parts.otml.parse, text, path)
        if not ok then
            report.problem = root
            return report
        end
        if known and next(known.widgets) then
            report.ok, report.reload = true, sorted(known.widgets)
            return report
        end
        local of_file, order, twice = anew.declared(root, path)
        if not of_file and twice then
            -- Which of the two is which can't be told.
            report.ok, report.reload = true, sorted(known and known.styles or {})
            return report
        elseif not of_file then
            report.problem = order
            return report
        end
        report.problem = without_base(of_file, order)
        if report.problem then
            return report
        end
        local run = anew.make(path, of_file)
        local importer = sorted(known and known.styles or {})[1]
        engine.parts.ownership.rewrite(ui.styles, importer, commit, run, order)
        ui.documents[path] = { text = text, root = root, styles = known and known.styles or {}, widgets = {} }
        engine.parts.ownership.reload.note_text(path, text)
        local makers, orphans
        report.widgets, makers, orphans = dress(run)
        drop(run, report)
        report.ok, report.styles, report.reload = true, sorted(run.changed), sorted(makers)
        if orphans > 0 then
            insert(report.notes, orphans .. " widget(s) of no module keep what they had")
        end
        return report
    end

    --- What a file is to the engine: "styles", "widgets" or nil.
    function restyle.use_of(path)
        local known = ui.documents[path]
        return known and (next(known.widgets) and "widgets" or "styles") or nil
    end

    --- Whether the files beside one were taken for styles, so that a new one among them is, too.
    function restyle.is_among_styles(path)
        local folder = gsub(path, "[^/]*$", "")
        for other, known in next, ui.documents do
            if gsub(other, "[^/]*$", "") == folder and next(known.styles) and not next(known.widgets) then
                return true
            end
        end
        return false
    end

    --- Files of styles that are not on the disk as they were read.
    function restyle.stale()
        local paths = {}
        for path, known in next, ui.documents do
            if not next(known.widgets) and engine.parts.ownership.reload.read_now(path) ~= known.text then
                paths[#paths + 1] = path
            end
        end
        sort(paths)
        return paths
    end

    function engine.controls.restyle(path)
        return restyle.file(path)
    end

    refresh(engine, restyle)
    return restyle
end
