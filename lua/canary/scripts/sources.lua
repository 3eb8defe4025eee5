--- Texts of scripts that are loaded one after the other, read some at a time: each call of the host has its price.

local context = ...
local raw = context.raw
local make_texts = context.use("texts").new

-- As many names are told to the host at once; it answers with the texts of the first of them.
local MOST = 100

return function(server)
    --- Reads the files of a list in its order.
    ---@param paths string[]
    ---@return fun(at: number): userdata|false text of `paths[at]`, which stands until the next call, for
    --- `scripts.compile`; to be called with 1, 2, … in turn
    return function(paths)
        local texts, first = make_texts(), 1
        return function(at)
            local text = texts:get(at - first + 1)
            if text == nil then
                local asked = {}
                for index = at, raw.math.min(at + MOST - 1, #paths) do
                    asked[#asked + 1] = paths[index]
                end
                server.room.host_texts(texts, "files.read_some", asked)
                first = at
                text = texts:get(1)
            end
            return text
        end
    end
end
