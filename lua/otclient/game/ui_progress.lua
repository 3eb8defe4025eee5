--- Widgets that show how much of something is done (class UIProgressRect), in mehah also by a clock of their own, and
--- graphs (UIGraph).

local context = ...
local raw = context.raw
local format, max, min = raw.string.format, raw.math.max, raw.math.min
local insert, remove = raw.table.insert, raw.table.remove

local UPDATE_MS = 100

return function(engine, game)
    local ui = engine.parts.ui
    local defaults = ui.defaults
    defaults.percent = 0
    defaults.progress_duration, defaults.progress_elapsed = 0, 0
    defaults.shows_time, defaults.shows_progress, defaults.progress_running = true, true, false

    local function set_percent(w, percent)
        w.percent = ui.single(max(0, min(percent, 100)))
    end

    local function stop(w)
        game.cancel(w.progress_event)
        w.progress_event = nil
        if w.progress_running then
            w.progress_elapsed = min(w.progress_elapsed, w.progress_duration)
            w.progress_running = false
        end
    end

    local function show_remaining(w, ms)
        if not w.shows_time then
            return
        elseif ms == 0 then
            return ui.set_text(w, "")
        end
        local seconds = ms / 1000
        local digits = seconds >= 10 and "%.0fs" or seconds >= 1 and "%.1fs" or "%.2fs"
        ui.set_text(w, format(digits, seconds))
    end

    local function advance(w)
        w.progress_event = nil
        if not w.progress_running or w.destroyed then
            return
        end
        local duration = w.progress_duration
        local elapsed = min(engine.now - w.progress_since, duration)
        w.progress_elapsed = elapsed
        set_percent(w, duration > 0 and elapsed * 100 / duration or 100)
        show_remaining(w, duration - elapsed)
        engine:emit(w, "onProgressUpdate", w.percent, duration - elapsed, elapsed)
        if elapsed >= duration then
            stop(w)
            engine:emit(w, "onProgressFinish")
            return
        end
        w.progress_event = game.schedule(function()
            advance(w)
        end, UPDATE_MS)
    end

    local function start(w)
        stop(w)
        if w.shows_time then
            ui.set_text(w, "")
        end
        if w.progress_duration == 0 then
            set_percent(w, 100)
            engine:emit(w, "onProgressUpdate", w.percent, 0, 0)
            engine:emit(w, "onProgressFinish")
            return
        end
        w.progress_running = true
        w.progress_since, w.progress_elapsed = engine.now, 0
        set_percent(w, 0)
        advance(w)
    end

    local function show_time(w, shows)
        if w.shows_time == shows then
            return
        end
        w.shows_time = shows
        if not shows then
            ui.set_text(w, "")
        elseif w.progress_running then
            show_remaining(w, max(w.progress_duration - w.progress_elapsed, 0))
        end
    end

    local function setter(field)
        return function(w, value)
            w[field] = value
        end
    end

    engine:class("UIProgressRect", {
        setPercent = set_percent,
        getPercent = function(w)
            return w.percent
        end,
        start = start,
        stop = stop,
        setDuration = setter("progress_duration"),
        getDuration = function(w)
            return w.progress_duration
        end,
        showTime = show_time,
        showProgress = setter("shows_progress"),
        getTimeElapsed = function(w)
            if w.progress_running then
                return min(engine.now - w.progress_since, w.progress_duration)
            end
            return min(w.progress_elapsed, w.progress_duration)
        end,
    })
    ui.declare_style("UIProgressRect", { percent = { "float", set_percent } })
    if engine.edubart then
        return
    end
    ui.declare_style("UIProgressRect", {
        duration = { "int", setter("progress_duration") },
        ["show-time"] = { "bool", show_time },
        ["show-progress"] = { "bool", setter("shows_progress") },
    })

    -- Graphs -------------------------------------------------------------------------------------------------------

    defaults.graph_capacity = 100
    defaults.graph_title = ""
    defaults.graph_labels, defaults.graph_info = true, true
    ui.on_new[#ui.on_new + 1] = function(w)
        if w.kinds.UIGraph then
            w.graphs, w.small_values = {}, 0
        end
    end

    local ADVICE = [[ Use:
    if graph:getGraphsCount() == 0 then
        graph:createGraph()
        graph:setLineWidth(1, 1)
        graph:setLineColor(1, "#FF0000")
    end
    graph:addValue(1,value)]]

    local function graph_of(w, index, name)
        local graph = w.graphs[index]
        if not graph then
            local text = format("[UIGraph::%s (%s)] Graph of index %d out of bounds.", name, w.id, index)
            engine:log("warning", text .. (name == "addValue" and ADVICE or ""))
        end
        return graph
    end

    local function graph_setter(name, field)
        return function(w, index, value)
            local graph = graph_of(w, index, name)
            if graph then
                graph[field] = value
            end
        end
    end

    engine:class("UIGraph", {
        clear = function(w)
            w.graphs = {}
        end,
        createGraph = function(w)
            insert(w.graphs, { values = {}, visible = true, width = 1, info = "Value: " })
            return #w.graphs
        end,
        getGraphsCount = function(w)
            return #w.graphs
        end,
        addValue = function(w, index, value, ignore_small)
            local graph = graph_of(w, index, "addValue")
            if not graph then
                return
            end
            local values = graph.values
            if ignore_small then
                if #values > 0 and values[#values] <= 2 and value <= 2 then
                    w.small_values = w.small_values + 1
                    if w.small_values <= 10 then
                        return
                    end
                end
                w.small_values = 0
            end
            insert(values, value)
            while #values > w.graph_capacity do
                remove(values, 1)
            end
        end,
        setCapacity = setter("graph_capacity"),
        setTitle = setter("graph_title"),
        setShowLabels = setter("graph_labels"),
        setShowInfo = setter("graph_info"),
        setLineWidth = graph_setter("setLineWidth", "width"),
        setLineColor = graph_setter("setLineColor", "color"),
        setInfoText = graph_setter("setInfoText", "info"),
        setInfoLineColor = graph_setter("setInfoLineColor", "info_color"),
        setTextBackground = graph_setter("setTextBackground", "background"),
        setGraphVisible = graph_setter("setGraphVisible", "visible"),
    })
    ui.declare_style("UIGraph", {
        capacity = { "int", setter("graph_capacity") },
        title = { "string", setter("graph_title") },
        ["show-labels"] = { "bool", setter("graph_labels") },
        ["show-info"] = { "bool", setter("graph_info") },
    })
end
