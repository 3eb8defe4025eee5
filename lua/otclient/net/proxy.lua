--- g_proxy: the list of proxies that scripts keep. None is ever reached: their wire format is not spoken here, so that
--- a protocol that goes through them is connected as in the real client, and hears nothing.

local context = ...
local raw = context.raw

return function(engine)
    local proxy = {}
    local list = {}

    --- Whether a connection to this host goes through proxies.
    ---@param host string
    function proxy.takes(host)
        return host == "proxy" or host == "0.0.0.0" or (host == "127.0.0.1" and list[1] ~= nil)
    end

    if engine.edubart then
        return proxy
    end

    local function find(host, port)
        for index, each in raw.ipairs(list) do
            if each.host == host and each.port == port then
                return index
            end
        end
    end

    local function by_name(value)
        local names = {}
        for _, each in raw.ipairs(list) do
            names[each.host .. ":" .. each.port] = value
        end
        return names
    end

    engine:singleton("g_proxy", {
        addProxy = function(host, port, priority)
            if not find(host, port) then
                list[#list + 1] = { host = host, port = port, priority = priority }
            end
        end,
        removeProxy = function(host, port)
            local index = find(host, port)
            if index then
                raw.table.remove(list, index)
            end
        end,
        clear = function()
            list = {}
        end,
        getProxies = function()
            return by_name(0)
        end,
        getProxiesDebugInfo = function()
            return by_name("P: 0 RP: 0 In: 0 (0)  Out: 0 (0) Conns: 0 Sess: 0 R: ")
        end,
        getPing = function()
            return 0
        end,
    })

    return proxy
end
