--- Texts of scripts that are loaded one after the other, read some at a time: each call of the host has its price.

local context = ...
local raw = context.raw

-- As many names are told to the host at once; it answers with the texts of the first of them.
local MOST = 100

return function(server)
    --- Reads the files of a list in its order.
    ---@param paths string[]
    ---@return fun(at: number): string|false text of `paths[at]`; to be called with 1, 2, … in turn
    return function(paths)
        local texts, first = {}, 1
        return function(at)
            local text = texts[at - first + 1]
            if text == nil then
                local asked = {}
                for index = at, raw.math.min(at + MOST - 1, #paths) do
                    asked[#asked + 1] = paths[index]
                end
                texts, first = server.host("files.read_some", asked), at
                text = texts[1]
            end
            texts[at - first + 1] = false
            return text
        end
    end
end
