--- What there is in a client, in numbers: in all, and of each module. Two of them tell whether something was left, or
--- went missing, in between.

local context = ...
local raw = context.raw
local slots = context.use("otclient/ownership/slots")
local next = raw.next

-- Stands for those whose things are no module's: the engine's, and the start script's.
local NOBODY = ""
local OF_TABLES = { global = "globals", ["function"] = "functions", style = "styles" }

---@param found table see found.lua
---@param journal table see journal.lua
---@param modules fun(): string[] names of all modules
---@return fun(): table
return function(found, journal, modules)
    local function count_widgets(add)
        local function visit(w, owner)
            owner = w.owner or owner
            add("widgets", owner)
            local children = w.children
            for index = 1, #children do
                visit(children[index], owner)
            end
        end
        for _, root in raw.ipairs(found.roots()) do
            visit(root, nil)
        end
    end

    -- Of tables that all share it is counted what is in them, as not all of it is known to be somebody's.
    local function count_entries(totals)
        journal.each(function(target, _, kind)
            local count = 0
            for key, value in next, target do
                -- Styles of the engine's own classes come to be when they are asked for.
                local counts = kind == "global" or kind == "style" and value.source ~= ""
                if counts or kind == "function" and slots.kind_of(key) ~= "slots" then
                    count = count + 1
                end
            end
            totals[OF_TABLES[kind]] = totals[OF_TABLES[kind]] + count
        end)
    end

    --- Counts everything once.
    ---@return table census `total`: kind to number; `modules`: name to kind to number, without zeros
    return function()
        local lists = found.survey()
        local totals, of = { once = 0, widgets = 0, globals = 0, functions = 0, styles = 0 }, {}
        local function add(kind, owner)
            totals[kind] = totals[kind] + 1
            owner = owner or NOBODY
            local counts = of[owner] or {}
            of[owner] = counts
            counts[kind] = (counts[kind] or 0) + 1
        end
        for _, kind in raw.ipairs(found.kinds) do
            totals[kind] = 0
            local list = kind ~= "widgets" and lists[kind] or {}
            for index = 1, #list do
                local entry = list[index]
                -- An event that comes once is gone when it came.
                add(kind == "events" and not entry.cycle and "once" or kind, entry.owner)
            end
        end
        count_widgets(add)
        count_entries(totals)
        for _, name in raw.ipairs(modules()) do
            for _, entry in raw.ipairs(journal.left(name)) do
                local kind = OF_TABLES[entry.watch.kind]
                local counts = of[name] or {}
                of[name] = counts
                counts[kind] = (counts[kind] or 0) + 1
            end
        end
        return { total = totals, modules = of }
    end
end
