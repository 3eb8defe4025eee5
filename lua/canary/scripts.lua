--- The scripts of the server: each file with all that it brought, in the order in which the server loads them.

local context = ...
local raw = context.raw
local pairs, rawget, rawset, setmetatable, type = raw.pairs, raw.rawget, raw.rawset, raw.setmetatable, raw.type

return function(server)
    local scripts = {
        --- Path to the file's record.
        files = {},
        --- Records in the order in which they were loaded.
        list = {},
        --- Path to the file's place among all, for as long as the server runs.
        places = {},
        registry = server.registry,
    }
    local env = server.env
    -- Names of globals to the file that set them last.
    local owners = {}
    local loading
    local next_order = 0
    -- Where the globals as a file sees them lead to the file.
    local FILE = {}

    --- Whether a table is the globals as one file sees them.
    function scripts.is_environment(of)
        return rawget(of, FILE) ~= nil
    end

    --- The file to which belongs what is registered now: the one being loaded, or that of the callback that runs.
    function scripts.owner()
        if loading then
            return loading
        end
        local running = server.parts.report.running()
        return running and running.file
    end

    --- The file being loaded; nil otherwise.
    function scripts.loading()
        return loading
    end

    -- Globals of scripts -------------------------------------------------------------------------------------------

    local ABSENT, NONE = {}, {}
    local classes = context.use("canary/scripts/classes")(server)
    local watched = classes.watched

    -- One global for all files, but each write is known to be of the file whose function wrote.
    local function note(file, name)
        local globals = file.globals
        if not globals then
            globals = {}
            file.globals = globals
        end
        if globals[name] == nil then
            local old = rawget(env, name)
            globals[name] = old == nil and ABSENT or old
        end
        owners[name] = file
    end

    local function write(of, name, value)
        local file = rawget(of, FILE)
        local first = file.globals == nil or file.globals[name] == nil
        note(file, name)
        if first and not loading then
            -- A callback's: no definition but a state, which outlives a reload as in the servers.
            file.state = file.state or {}
            file.state[name] = true
        end
        env[name] = value
    end

    -- While a file loads, the globals of other files that it reads tell on which it depends, and those of the server
    -- which tables it may change.
    local function read(of, name)
        if watched[name] then
            local touched = rawget(of, FILE).touched
            if touched and not touched[name] then
                classes.touch(touched, name)
            end
        end
        local owner = owners[name]
        if owner then
            local file = rawget(of, FILE)
            if owner.path == file.path then
                -- Of this version, or of the one before.
                file.found_old = file.found_old or owner ~= file
            else
                owner.users = owner.users or {}
                owner.users[file.path] = true
            end
        end
        return env[name]
    end

    local LOADED = { __index = env, __newindex = write }
    local LOADING = { __index = read, __newindex = write }

    local function watch(file)
        setmetatable(file.env, LOADING)
    end

    local function unwatch(file)
        setmetatable(file.env, LOADED)
    end

    --- Takes back the globals that a file set, unless another file set them since.
    local function forget_globals(file)
        for name, old in pairs(file.globals or NONE) do
            if owners[name] == file then
                owners[name] = nil
                if old == ABSENT then
                    rawset(env, name, nil)
                end
            end
        end
    end

    -- Compiling -----------------------------------------------------------------------------------------------------

    --- Compiles a script with globals that know whose they are.
    ---@param path string
    ---@param source string|userdata its text, or a string buffer with it
    ---@param file table|nil its record
    ---@return function|nil, string|nil problem
    function scripts.compile(path, source, file)
        if type(source) == "userdata" then
            local bytes, length = source:ref()
            if length > 0 and (bytes[0] == 35 or bytes[0] == 239) then
                source = source:tostring()
            end
        end
        if type(source) == "string" then
            if raw.string.byte(source, 1) == 35 then
                -- A first line for the shell.
                source = "--" .. source
            elseif raw.string.sub(source, 1, 3) == "\239\187\191" then
                source = raw.string.sub(source, 4)
            end
        end
        local name = (file and file.chunk) or "@" .. path
        return server:compile(source, name, file and file.env or nil)
    end

    local function make_file(path, chunk, interface)
        local file = {
            path = path,
            chunk = chunk,
            interface = interface,
            script = raw.string.sub(chunk, 2),
            label = "loading",
            -- What it entered into registries: place, key, record, one after the other.
            entries = {},
            -- Names of globals that it set, to what they were before.
            globals = nil,
            -- While it loads: what tables of the server held before it could change them.
            touched = nil,
            -- What it changed in them.
            methods = nil,
            -- Paths of files that used, while they loaded, what it had set.
            users = nil,
            -- Files that it ran by dofile or require.
            included = nil,
            events = nil,
            errors = 0,
            ms = 0,
        }
        -- It is what runs while it loads, and of itself.
        file.file = file
        file.env = setmetatable({ [FILE] = file }, LOADED)
        return file
    end

    -- The place of a file: the one that it had before it was unloaded, else the last.
    local function place_of(path)
        local order = scripts.places[path]
        if not order then
            next_order = next_order + 1
            order = next_order
            scripts.places[path] = order
        end
        return order
    end

    --- What to take back when the file that is being loaded goes, and to bring back when its next version is broken.
    ---@param undo function
    ---@param redo function
    function scripts.own(undo, redo)
        local owner = scripts.owner()
        local entries = owner and owner.entries
        if entries then
            local size = #entries
            entries[size + 1], entries[size + 2], entries[size + 3] = { undo = undo, redo = redo }, false, false
        end
    end

    --- Lets the file know of an event that it put off.
    function scripts.own_event(event)
        local file = event.file
        file.events = file.events or setmetatable({}, { __mode = "k" })
        file.events[event] = true
    end

    -- Loading -------------------------------------------------------------------------------------------------------

    local function run(file, fn, ...)
        local outer = loading
        loading = file
        watch(file)
        local results = { server.parts.report.call(file, fn, ...) }
        unwatch(file)
        loading = outer
        return results
    end

    --- Loads one file.
    ---@param path string below the server's folder
    ---@param chunk string|nil the chunk's name; `@` and the path unless given
    ---@param interface string|nil which of the server's interfaces it is of
    ---@param order number|nil its place; the last unless given
    ---@param source string|userdata|false|nil as of `compile`, or that there is none; it is read unless given
    ---@return boolean ok
    ---@return table file
    function scripts.load(path, chunk, interface, order, source)
        local file = make_file(path, chunk or "@" .. path, interface or "Scripts Interface")
        file.order = order or place_of(path)
        if source == nil then
            source = server.host("files.read", path)
        end
        local fn, problem
        if source then
            fn, problem = scripts.compile(path, source, file)
        else
            problem = "cannot open " .. path
        end
        scripts.last_problem = nil
        if not fn then
            problem = raw.string.gsub(problem, "^%./", "")
            file.errors, file.problem = 1, problem
            scripts.last_problem = problem
            server.parts.report.syntax(path, problem)
            return false, file
        end
        -- What runs once is not worth machine code, which would keep it.
        raw.jit.off(fn)
        if not scripts.is_sparing() and not scripts.is_in_slice() then
            -- Callbacks have run since.
            classes.unsure()
        end
        file.touched = classes.begin()
        local started = raw.os.clock()
        local ok = run(file, fn)[1]
        file.ms = (raw.os.clock() - started) * 1000
        file.methods, file.touched = classes.changes(file.touched), nil
        if not ok then
            file.errors = file.errors + 1
            file.problem = server.parts.report.last().text
        end
        return ok, file
    end

    --- Calls a function of the engine as if a file were being loaded, so that what it registers is the file's.
    function scripts.as(file, fn, ...)
        local outer = loading
        loading = file
        local ok, problem = raw.pcall(fn, ...)
        loading = outer
        if not ok then
            raw.error(problem, 0)
        end
    end

    --- Runs a file once more, for another mention of it in an XML file.
    ---@return boolean ok
    function scripts.run_again(file)
        local source = server.host("files.read", file.path)
        local fn = source and scripts.compile(file.path, source, file)
        return fn ~= nil and run(file, fn)[1]
    end

    --- Makes a file's record for what is no script but registers things: an XML file.
    function scripts.make_place(path, interface)
        local file = make_file(path, "@" .. path, interface)
        file.order = place_of(path)
        return file
    end

    --- Loads a file and remembers it.
    function scripts.load_file(path, chunk, interface)
        local known = scripts.files[path]
        if known then
            return scripts.reload_one(path)
        end
        local ok, file = scripts.load(path, chunk, interface)
        scripts.files[path] = file
        scripts.list[#scripts.list + 1] = file
        return ok
    end

    --- Runs a file for dofile or require: it belongs to the file that asked.
    ---@param path string
    ---@param chunk function
    function scripts.include(path, chunk, module)
        path = server.parts.report.path_of(path)
        local owner = scripts.owner()
        if not owner then
            return chunk()
        end
        raw.setfenv(chunk, owner.env)
        owner.included = owner.included or {}
        owner.included[path] = module or true
        scripts.included_by = scripts.included_by or {}
        local by = scripts.included_by[path]
        if not by then
            by = {}
            scripts.included_by[path] = by
        end
        by[owner.path] = true
        return chunk()
    end

    --- Notes that the file being loaded uses a module that another one loaded.
    function scripts.depend_on_module(name)
        local owner = loading
        if not owner then
            return
        end
        for path, by in pairs(scripts.included_by or {}) do
            for other in pairs(by) do
                local file = scripts.files[other]
                if file and file.included and file.included[path] == name then
                    by[owner.path] = true
                    return
                end
            end
        end
    end

    scripts.owners, scripts.forget_globals, scripts.classes = owners, forget_globals, classes
    scripts.note_global, scripts.ABSENT = note, ABSENT

    --- Sets a global to nil that the server took as a callback (`onSpeak`, `onRecvbyte`, formulas of combats).
    ---@return function|nil the callback
    function scripts.take_global(name)
        local fn = rawget(env, name)
        if type(fn) ~= "function" then
            return nil
        end
        rawset(env, name, nil)
        owners[name] = nil
        return fn
    end

    --- Sets a method of a class's table to nil that the server took as a callback (events.xml).
    function scripts.take_method(class, name)
        local place = rawget(env, class)
        local fn = type(place) == "table" and place[name] or nil
        if type(fn) ~= "function" then
            return nil
        end
        rawset(place, name, nil)
        classes.unsure()
        return fn
    end

    context.use("canary/scripts/slices")(server, scripts)
    context.use("canary/scripts/reload")(server, scripts)
    context.use("canary/scripts/start")(server, scripts)
    context.use("canary/scripts/kinds")(server, scripts)
    context.use("canary/scripts/named")(server, scripts)
    return scripts
end
