--- What scripts registered in vain: of two under one key the first stands. The control `mount` brings it in.

local context = ...
local raw = context.raw
local ipairs, sub, tostring = raw.ipairs, raw.string.sub, raw.tostring

return function(server)
    -- Of events of movement, one for each slot stands under a key.
    local function is_loser(places, there, index)
        if sub(places.kind, 1, 5) ~= "move " then
            return index > 1
        end
        for before = 1, index - 1 do
            if there[before].slot == there[index].slot then
                return true
            end
        end
        return false
    end

    local function place_of(record)
        local line = record.callback and raw.debug.getinfo(record.callback, "S").linedefined or 0
        return record.file and record.file.path or "", line
    end

    --- Registrations that lose: { kind, key, file, line, by } each, `by` the file of the one that stands.
    function server.controls.duplicates()
        local list = {}
        for _, places in ipairs(server.registry.all) do
            for key, there in raw.pairs(places.at) do
                if not there.class_name then
                    for index, record in ipairs(there) do
                        local file, line = place_of(record)
                        if is_loser(places, there, index) then
                            list[#list + 1] = {
                                kind = places.kind,
                                key = record.name and tostring(record.name) or tostring(key),
                                file = file,
                                line = line,
                                by = (place_of(there[1])),
                            }
                        end
                    end
                end
            end
        end
        raw.table.sort(list, function(a, b)
            if a.file ~= b.file then
                return a.file < b.file
            elseif a.kind ~= b.kind then
                return a.kind < b.kind
            end
            return a.key < b.key
        end)
        return list
    end
end
