--- g_html: widgets made of HTML and CSS (mehah). What binds them to a controller's data is Lua code of corelib.

local context = ...
local raw = context.raw
local parse_html, parse_css = context.use("otclient/ui/html/parser"), context.use("otclient/ui/html/css")
local nodes = context.use("otclient/ui/html/node")
local selectors = context.use("otclient/ui/html/selector")
local make_styles, make_attributes = context.use("otclient/ui/html/styles"), context.use("otclient/ui/html/attributes")
local sub = raw.string.sub

return function(engine)
    if engine.edubart then
        return
    end
    local ui = engine.parts.ui
    local styles = make_styles(engine)
    local attributes = make_attributes(engine, styles)
    -- Number to a document: { node, sheets, module, groups }.
    local documents = {}
    local last_document, last_unique = 0, 0
    local global_sheets = {}

    local function read(path)
        local resources = engine.parts.resources
        local text, problem = resources.read(resources.resolve(path))
        if not text then
            raw.error(problem, 0)
        end
        return text
    end

    -- An html widget gets the id of its element; one that another element of the page has becomes a number.
    local function ensure_id(w)
        last_unique = last_unique + 1
        local unique = "html_" .. last_unique
        w.html_id = unique
        local id = w.html_node.attributes.id
        if not id or id == "" then
            return
        end
        local root = w.html_node
        while root.parent do
            root = root.parent
        end
        local holders = w.parent and w.parent.html_node and selectors.select_all(root, "[id='" .. id .. "']") or {}
        local last = holders[#holders]
        if last and last ~= w.html_node then
            ui.set_id(w, unique)
            local document = documents[w.html_document]
            if document then
                engine:log(
                    "warning",
                    "[" .. document.module .. "] Duplicate id '" .. id .. "' detected. Widget id reassigned to '"
                        .. unique .. "'."
                )
            end
        else
            ui.set_id(w, id)
        end
    end

    -- What is no widget of its own: rows of a `*for`, options of a list.
    local function is_special(node, parent, module)
        if not parent or not parent.html_node then
            return false
        end
        local loop = node.attributes["*for"]
        if loop and loop ~= "" then
            node.attributes["*for"] = nil
            engine:emit(parent, "__childFor", module, loop, nodes.source(node), #parent.children)
            return true
        elseif parent.html_node.tag == "select" then
            engine:emit(parent, "addOptionFromHtml", nodes.text_content(node), node.attributes.value or "")
            return true
        end
        return false
    end

    local function create(node, parent, document, number, made)
        if is_special(node, parent, document.module) or node.kind == "comment" then
            return nil
        end
        local style = ui.get_style(attributes.style_name(node))
        local w = ui.create_widget(style and style.tag or "UIHTML", parent)
        if not w then
            return nil
        end
        made[#made + 1] = w
        node.widget = w
        w.html_node = node
        w.html_document = number
        ensure_id(w)
        if node.kind == "text" then
            w.text_align = 5
            ui.set_focusable(w, false)
            w.phantom = true
        end
        if node.expression then
            if node.attributes["*text"] == nil then
                node.names[#node.names + 1] = "*text"
            end
            node.attributes["*text"] = node.text
        end
        for _, child in raw.ipairs({ raw.unpack(node.children) }) do
            create(child, w, document, number, made)
        end
        return w
    end

    local function finish(w, document)
        local node = w.html_node
        styles.apply(w, node)
        attributes.apply(w, node, document)
        engine:emit(w, "__onHtmlProcessFinished", styles.inherited(node))
        node.style_resolved = true
    end

    local function inherit_from(parent, node)
        for state, properties in raw.pairs(parent.html_node.inheritable or {}) do
            for property, value in raw.pairs(properties) do
                styles.set(node, state, property, value, parent.html_id, false)
                node.inheritable = node.inheritable or {}
                node.inheritable[state] = node.inheritable[state] or {}
                node.inheritable[state][property] = value
            end
        end
    end

    -- Makes the widgets of a page, or of a piece that is put into one.
    local function read_page(document, number, parent, piece)
        local path = "/modules/" .. document.module .. "/"
        local made, sheets, script, script_source, w = {}, { raw.unpack(document.sheets) }, nil, nil, nil
        local place = parent.insert_index
        for _, element in raw.ipairs((piece or document.node).children) do
            if element.tag == "style" then
                sheets[#sheets + 1] = parse_css(nodes.text_content(element))
            elseif element.tag == "link" and element.attributes.href then
                sheets[#sheets + 1] = parse_css(read(path .. element.attributes.href))
            elseif element.tag == "script" then
                script, script_source = element.text, nodes.source(element)
            elseif element.tag == "html" then
                for _, node in raw.ipairs({ raw.unpack(element.children) }) do
                    if piece and parent.html_node then
                        inherit_from(parent, node)
                    end
                    w = create(node, parent, document, number, made) or w
                end
            end
        end
        if not piece then
            document.sheets = sheets
        end
        if not w then
            return nil
        end
        if script and script ~= "" then
            engine:emit(w, "__scriptHtml", document.module, script, script_source)
        end
        if piece and parent.html_node then
            nodes.attach(parent.html_node, w.html_node, place)
        end
        for _, sheet in raw.ipairs(global_sheets) do
            styles.apply_sheet(document.node, sheet)
        end
        for _, sheet in raw.ipairs(sheets) do
            styles.apply_sheet(document.node, sheet)
        end
        for _, one in raw.ipairs(made) do
            if not one.destroyed then
                local node = one.html_node
                finish(one, document)
                ui.schedule_html(one, "html_place")
                local given = {}
                for key, value in raw.pairs(node.attributes) do
                    given[key] = value
                end
                engine:emit(one, "onCreateByHTML", node.tag, given, document.module, nodes.source(node))
            end
        end
        if piece then
            ui.refresh_html(w, place ~= nil)
        end
        return w
    end

    --- Makes the widgets of a piece of HTML inside of a page.
    local function create_from_text(text, parent, number)
        local document = documents[number]
        if not document or not parent then
            return nil
        end
        text = ui.trim(text)
        if sub(text, 1, 6) ~= "<html>" then
            text = "<html>" .. text .. "</html>"
        end
        return read_page(document, number, parent, parse_html(text))
    end

    local function widgets_of(document)
        local list = {}
        local page = selectors.select(document.node, "html")
        for _, node in raw.ipairs(page and page.children or {}) do
            list[#list + 1] = node.widget
        end
        return list
    end

    engine:singleton("g_html", {
        load = ui.bound(function(module, file, parent)
            local node = parse_html(read("/modules/" .. module .. "/" .. file))
            if #node.children == 0 then
                return 0
            end
            last_document = last_document + 1
            local number = last_document
            documents[number] = { node = node, sheets = {}, module = module, groups = {} }
            read_page(documents[number], number, parent or ui.root)
            return number
        end),
        destroy = function(number)
            local document = documents[number]
            if document then
                for _, w in raw.ipairs(widgets_of(document)) do
                    ui.destroy(w)
                end
                for _, name in raw.ipairs(styles.sorted_keys(document.groups)) do
                    local group = engine.object.record(document.groups[name])
                    if group then
                        ui.destroy(group)
                    end
                end
                documents[number] = nil
            end
        end,
        addGlobalStyle = ui.bound(function(path)
            global_sheets[#global_sheets + 1] = parse_css(read(path))
        end),
        getRootWidget = function(number)
            return documents[number] and widgets_of(documents[number])[1]
        end,
        createWidgetFromHTML = ui.bound(create_from_text),
    })

    local function put(w, index, text)
        if w.html_node then
            w.insert_index = index
            return create_from_text(text, w, w.html_document)
        end
    end

    local function all_of(w, selector)
        local list = {}
        for _, node in raw.ipairs(w.html_node and selectors.select_all(w.html_node, selector) or {}) do
            list[#list + 1] = node.widget
        end
        return list
    end

    engine:class("UIWidget", {
        isOnHtml = function(w)
            return w.html_node ~= nil
        end,
        getHtmlId = function(w)
            return w.html_id or ""
        end,
        insert = put,
        append = function(w, text)
            return put(w, nil, text)
        end,
        prepend = function(w, text)
            return put(w, 1, text)
        end,
        html = function(w, text)
            ui.destroy_children(w)
            return put(w, nil, text)
        end,
        remove = function(w, selector)
            local list = all_of(w, selector)
            for _, one in raw.ipairs(list) do
                ui.destroy(one)
            end
            return #list
        end,
        querySelectorAll = all_of,
        querySelector = function(w, selector)
            return all_of(w, selector)[1]
        end,
    })

    -- The elements follow their widgets.
    function ui.html_adopt(w, child)
        nodes.attach(w.html_node, child.html_node, child.child_index)
        ui.refresh_html(w, true)
    end

    function ui.html_release(w, child)
        nodes.detach(child.html_node)
        ui.refresh_html(w, true)
    end

    function ui.html_destroyed(w)
        nodes.detach(w.html_node)
        w.html_node = nil
    end

    --- The text that an element holds, for widgets that show it themselves.
    function ui.html_text(w)
        return nodes.text_content(w.html_node)
    end

    ui.declare_style("base", {
        ["inherit-text"] = {
            "bool",
            function(w, inherits)
                if inherits and w.html_node then
                    ui.set_text(w, ui.html_text(w))
                    ui.destroy_children(w)
                end
            end,
        },
    })
end
