--- g_http: requests that the host makes in the background; their answers come as events of a later frame.

local context = ...
local raw = context.raw

local DEFAULT_TIMEOUT = 2

return function(engine)
    local http = {}
    local next_operation, running = 1, {}
    local agent, headers, times_reading = "Mozilla/5.0", {}, false
    -- What was downloaded, by its path below /downloads.
    http.downloads = {}

    local function tell(event, ...)
        engine:emit_global("g_http", event, ...)
    end

    local function begin(kind, url, timeout, request)
        local operation = next_operation
        next_operation = operation + 1
        request.url, request.timeout = url, timeout ~= 0 and timeout or DEFAULT_TIMEOUT
        request.agent, request.headers = agent, headers
        running[operation] = { kind = kind, url = url, path = request.path }
        engine.host("http.start", operation, request)
        return operation
    end

    local function cancel(operation)
        local what = running[operation]
        if what then
            if what.kind == "ws" then
                running[operation] = nil
            else
                engine:log("error", "HttpSession close")
            end
            engine.host("http.cancel", operation)
        end
        return true
    end

    -- Headers in the order of their names, as the real client keeps them.
    local function add_header(name, value)
        local copy = {}
        for _, header in raw.ipairs(headers) do
            if header[1] ~= name then
                copy[#copy + 1] = header
            end
        end
        copy[#copy + 1] = { name, value }
        raw.table.sort(copy, function(a, b)
            return a[1] < b[1]
        end)
        headers = copy
    end

    local done = {}

    function done.get(operation, url, answer)
        tell("onGet", operation, url, answer.error, answer.body)
    end

    function done.post(operation, url, answer)
        tell("onPost", operation, url, answer.error, answer.body)
    end

    function done.download(operation, url, answer, path)
        if answer.error == "" then
            http.downloads[(raw.string.gsub(path, "^/", ""))] = answer.body
        end
        tell("onDownload", operation, url, answer.error, path, answer.crc32)
    end

    local PROGRESS = { get = "onGetProgress", post = "onPostProgress" }

    local function progress(operation, what, answer)
        if what.kind == "download" then
            tell("onDownloadProgress", operation, what.url, answer.progress, answer.speed)
        else
            tell(PROGRESS[what.kind], operation, what.url, answer.progress)
        end
    end

    local WEBSOCKET = { open = "onWsOpen", message = "onWsMessage", close = "onWsClose", error = "onWsError" }

    local function websocket_event(operation, answer)
        if answer.ws == "error" then
            engine:log("error", "WebsocketSession error " .. raw.string.gsub(answer.text, "^close_code::error ", ""))
        end
        if answer.ws == "close" or answer.ws == "error" then
            running[operation] = nil
        end
        tell(WEBSOCKET[answer.ws], operation, answer.text)
    end

    --- Tells scripts what has come of their requests; for a frame.
    function http.poll()
        if not raw.next(running) then
            return
        end
        for _, answer in raw.ipairs(engine.host("http.poll")) do
            local operation = answer.operation
            local what = running[operation]
            if what and what.kind == "ws" then
                websocket_event(operation, answer)
            elseif what and what.finish then
                running[operation] = nil
                what.finish(answer)
            elseif what and not answer.finished then
                progress(operation, what, answer)
            elseif what then
                running[operation] = nil
                if answer.error ~= "" then
                    engine:log("error", answer.error)
                end
                done[what.kind](operation, what.url, answer, what.path)
            end
        end
    end

    if engine.edubart then
        return http
    end

    engine:singleton("g_http", {
        get = function(url, timeout)
            return begin("get", url, timeout, {})
        end,
        post = function(url, data, timeout, is_json, needs_length)
            if data == "" then
                engine:log("error", "Invalid post request for " .. url .. ", empty data, use get instead")
                return -1
            end
            return begin("post", url, timeout, { data = data, json = is_json, needs_length = needs_length })
        end,
        download = function(url, path, timeout)
            return begin("download", url, timeout, { path = path })
        end,
        cancel = cancel,
        ws = function(url, timeout)
            local operation = next_operation
            next_operation = operation + 1
            running[operation] = { kind = "ws" }
            engine.host("http.ws", operation, url, timeout ~= 0 and timeout or DEFAULT_TIMEOUT)
            return operation
        end,
        wsSend = function(operation, message)
            engine.host("http.ws_send", operation, message)
            return true
        end,
        wsClose = cancel,
        addCustomHeader = add_header,
        setUserAgent = function(text)
            agent = text
        end,
        setEnableTimeOutOnReadWrite = function(enabled)
            times_reading = enabled
            engine.host("http.times_reading", times_reading)
        end,
    })

    -- Login by HTTP: first encrypted, then, where scripts allow it, in the clear.
    engine:class("LoginHttp", {
        httpLogin = function(_, host, path, port, email, password, request, in_clear, token)
            local operation = next_operation
            next_operation = operation + 1
            running[operation] = {
                finish = function(answer)
                    if answer.session then
                        engine:emit_global(
                            "EnterGame", "loginSuccess", request, answer.session, answer.worlds, answer.characters
                        )
                    else
                        engine:emit_global("EnterGame", "loginFailed", request, answer.error, answer.status)
                    end
                end,
            }
            engine.host("http.login", operation, {
                host = host,
                path = path,
                port = port,
                email = email,
                password = password,
                token = token,
                in_clear = in_clear,
            })
        end,
    }, {
        create = function()
            return engine.object.new("LoginHttp")
        end,
    })

    return http
end
