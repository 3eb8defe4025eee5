--- Game: kinds of monsters as scripts make them.

local context = ...
local raw = context.raw

---@param server table
---@param bind table
return function(server, _, bind)
    local userdata, arguments = server.userdata, server.arguments

    local function create_type_tfs(name)
        local running = server.parts.report.running()
        if not running or running.interface ~= "Scripts Interface" then
            server:report("MonsterTypes can only be registered in the Scripts interface.")
            return nil
        end
        name = arguments.string(name)
        if name == "" then
            return nil
        end
        local monsters = server.parts.monsters
        local kind = monsters.known_type(name)
        if not kind then
            kind = monsters.new_type(name)
            monsters.add_type(name, kind)
        else
            for _, list in raw.ipairs({ "loot", "attacks", "defenses", "scripts", "onThink", "onAppear", "onDisappear",
                "onMove", "onSay" }) do
                kind[list] = nil
            end
        end
        return userdata.push(kind)
    end

    local function create_type_canary(name, variant, other_name)
        if not arguments.is_string(name) then
            return nil
        end
        name, variant, other_name = arguments.string(name), arguments.string(variant), arguments.string(other_name)
        local monsters = server.parts.monsters
        local kind, names = monsters.new_type(name), {}
        if raw.string.sub(variant, 1, 1) == "!" then
            names[#names + 1] = name
            variant = raw.string.sub(variant, 2)
        end
        local unique = variant ~= "" and variant .. "|" .. name or name
        names[#names + 1] = unique
        if other_name ~= "" then
            names[#names + 1] = other_name
            kind.name = other_name
        end
        kind.variant = variant
        -- A set, in the order of names.
        raw.table.sort(names)
        for at, each in raw.ipairs(names) do
            if each ~= names[at - 1] and not monsters.add_type(each, kind) then
                raw.error("The monster with name " .. each .. " already registered", 0)
            end
        end
        return userdata.push(kind)
    end

    server:table("Game", { createMonsterType = server.tfs and create_type_tfs or create_type_canary })
end
