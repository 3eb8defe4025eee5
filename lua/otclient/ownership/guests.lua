--- Modules that would be left with nothing when another is reloaded: they put widgets into its own, or hold some of
--- them, as one does that had it make a button.

local context = ...
local raw = context.raw
local getupvalue = raw.debug.getupvalue
local next, type = raw.next, raw.type

-- Local variables of a function that are looked at.
local UPVALUES = 60

---@param engine table
---@param owner_of_widget fun(w: table): string|nil
---@return fun(modules: table[]): table<string, table<string, boolean>>
return function(engine, owner_of_widget)
    local record_of = engine.object.record

    local function note(hosts, guest, host)
        hosts[guest] = hosts[guest] or {}
        hosts[guest][host] = true
    end

    local function in_the_tree(hosts)
        local function visit(w, owner)
            local own = w.owner or owner
            if owner and own ~= owner then
                note(hosts, own, owner)
            end
            local children = w.children
            for index = 1, #children do
                visit(children[index], own)
            end
        end
        visit(engine.parts.ui.root, nil)
    end

    -- The owner of a widget that is in none of a module's: what is, was put there by its guest, whom it can spare.
    local function stranger(w, name)
        local owner = owner_of_widget(w)
        while w do
            if w.owner == name then
                return nil
            end
            w = w.parent
        end
        return owner
    end

    -- Widgets that a module's globals hold, and its functions' local variables; in lists, too.
    local function held(hosts, module)
        local seen = {}

        local function look(value, lists)
            local kind = type(value)
            if kind == "userdata" then
                local w = record_of(value)
                local owner = w and w.children and w.parent and stranger(w, module.name)
                if owner then
                    note(hosts, module.name, owner)
                end
            elseif kind == "table" and lists > 0 and not seen[value] then
                seen[value] = true
                for _, entry in next, value do
                    look(entry, lists - 1)
                end
            elseif kind == "function" and lists > 0 and not seen[value] then
                seen[value] = true
                for index = 1, UPVALUES do
                    local name, inner = getupvalue(value, index)
                    if not name then
                        break
                    elseif type(inner) ~= "function" then
                        look(inner, lists - 1)
                    end
                end
            end
        end
        for _, value in next, module.sandbox do
            look(value, 2)
        end
    end

    --- Looks who needs whom for the sake of widgets.
    ---@param modules table[] those that are loaded
    ---@return table<string, table<string, boolean>> module's name to the others' names
    return function(modules)
        local hosts = {}
        in_the_tree(hosts)
        for _, module in raw.ipairs(modules) do
            if module.sandboxed then
                held(hosts, module)
            end
        end
        return hosts
    end
end
