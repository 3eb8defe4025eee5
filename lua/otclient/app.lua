--- g_app: the client as a whole: its names, how it begins, runs frame by frame, and ends.

local context = ...
local raw = context.raw
local bind_text = context.use("otclient/text")

-- Frames a second that are told of: nothing is drawn, and a frame takes as long as it is told to.
local FPS = 60
-- Milliseconds between two polls of events.
local POLL_MS = 4

return function(engine)
    local app = {}
    local edubart = engine.edubart
    local names = {
        name = edubart and "OTClient" or "OTClient - Redemption",
        compact = "otclient",
        organization = "otbr",
        version = edubart and "1.0.0" or "0.0.0",
    }
    local running, on_input = false, false
    local rates = { foreground = 0, background = 0, most = 0, target = 0 }
    -- When frames were counted last, and how many there were since.
    local counted_at, frames = 0, 0

    bind_text(engine)

    local function ask(event)
        return engine:emit_global("g_app", event)
    end

    --- Stops the client: it runs no further frame.
    function app.stop()
        engine.stopped = true
    end

    local function exit()
        ask("onExit")
        app.stop()
    end

    --- Closes the client, as the window's button does, unless `g_app.onClose` answers true.
    function app.close()
        if ask("onClose") ~= true then
            exit()
        end
    end

    --- Calls a function as what the user does with mouse and keyboard is.
    function app.as_input(fn, ...)
        on_input = true
        local ok, problem = raw.pcall(fn, ...)
        on_input = false
        if not ok then
            raw.error(problem, 0)
        end
    end

    local function constant(value)
        return function()
            return value
        end
    end
    local function rate(which)
        return function()
            return rates[which]
        end, function(value)
            rates[which] = value
        end
    end
    local get_foreground, set_foreground = rate("foreground")
    local get_background, set_background = rate("background")
    local get_most, set_most = rate("most")
    local get_target, set_target = rate("target")

    engine:singleton("g_app", {
        setName = function(name)
            names.name = name
        end,
        setCompactName = function(name)
            names.compact = name
        end,
        setOrganizationName = function(name)
            names.organization = name
        end,
        setVersion = function(version)
            names.version = version
        end,
        getName = function()
            return names.name
        end,
        getCompactName = function()
            return names.compact
        end,
        getVersion = function()
            return names.version
        end,
        getBuildCompiler = constant("tibicen"),
        getBuildDate = constant("Jan  1 2026"),
        getBuildRevision = constant(edubart and "1" or "0.001"),
        getBuildCommit = constant("devel"),
        getBuildType = constant("RelWithDebInfo"),
        getBuildArch = constant("x64"),
        getOs = constant("linux"),
        getStartupOptions = constant(""),
        isRunning = function()
            return running
        end,
        isStopping = function()
            return engine.stopped == true
        end,
        isOnInputEvent = function()
            return on_input
        end,
        exit = exit,
        restart = function()
            ask("onRestart")
            exit()
        end,
        getFps = constant(FPS),
        getGraphicsFps = constant(FPS),
        getProcessingFps = constant(FPS),
        getForegroundPaneFps = constant(FPS),
        getBackgroundPaneFps = constant(FPS),
        getForegroundPaneMaxFps = get_foreground,
        setForegroundPaneMaxFps = set_foreground,
        getBackgroundPaneMaxFps = get_background,
        setBackgroundPaneMaxFps = set_background,
        getMaxFps = get_most,
        setMaxFps = set_most,
        getTargetFps = get_target,
        setTargetFps = set_target,
        resetTargetFps = function()
            rates.target = 0
        end,
        isDrawingTexts = constant(true),
        isEncrypted = constant(false),
        isScaled = function()
            return engine.parts.window.density ~= 1
        end,
    })

    local function count_frame()
        frames = frames + 1
        if engine.now - counted_at >= 1000 then
            local fps = frames
            counted_at, frames = engine.now, 0
            local function tell()
                engine:emit_global("g_app", "onFps", fps)
            end
            if edubart then
                tell()
            else
                engine.parts.dispatcher.add(tell)
            end
        end
    end

    --- Moves the clock and runs one frame. As upstream events are polled more often than frames are drawn.
    ---@param ms number
    function engine.controls.frame(ms)
        local window, dispatcher = engine.parts.window, engine.parts.dispatcher
        repeat
            if engine.stopped then
                return
            end
            local step = ms < POLL_MS and ms or POLL_MS
            engine.now = engine.now + step
            ms = ms - step
            window.poll()
            dispatcher.poll()
        until ms <= 0
        if running then
            count_frame()
        end
    end

    -- What the engine says of itself before the first script; there is no card, so none is named.
    local function introduce()
        engine:log("info", "GPU none")
        engine:log("info", "OpenGL none")
        engine:log("debug", "Found work dir at '" .. engine.host("files.work_dir") .. "'")
    end

    --- Runs a file of the client's, as the engine does with init.lua.
    ---@return string|nil problem
    function engine.controls.run_script(path)
        if not running then
            introduce()
        end
        local _, problem = engine.parts.scripts.run(path)
        return problem
    end

    --- What follows init.lua: two polls, the second with the window shown, then the client runs.
    function engine.controls.run()
        local window = engine.parts.window
        window.poll()
        engine.parts.dispatcher.poll()
        window.show()
        window.poll()
        engine.parts.dispatcher.poll()
        ask("onRun")
        running = true
        window.running = true
        counted_at = engine.now
    end

    --- Whether the client was stopped, by a module or by a fatal error.
    function engine.controls.stopped()
        return engine.stopped == true
    end

    --- The user closes the window.
    engine.controls.close = app.close

    --- Ends the client: modules are unloaded and settings saved.
    function engine.controls.terminate()
        running = false
        ask("onTerminate")
        engine.parts.dispatcher.poll()
        engine.parts.dispatcher.poll()
        engine.parts.modules.unload_all()
        engine.parts.config.save()
        app.stop()
    end

    return app
end
