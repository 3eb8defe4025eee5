-- Sorting records by one of their fields.

local ranking = {}

--- The `count` records with the largest `field`; equal ones by name.
function ranking.first(records, field, count)
    table.sort(records, function(a, b)
        if a[field] == b[field] then
            return a.name < b.name
        end
        return a[field] > b[field]
    end)
    local best = {}
    for index = 1, math.min(count, #records) do
        best[index] = records[index]
    end
    return best
end

return ranking
