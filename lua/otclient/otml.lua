--- OTML: the format of modules, styles and settings. Nodes are plain tables, see `otml_node.lua`.

local context = ...
local raw = context.raw
local node = context.use("otclient/otml_node")
local make_parser, emit = context.use("otclient/otml_parser"), context.use("otclient/otml_emitter")
local casts = context.use("otclient/otml_casts")
local bind_values = context.use("otclient/otml_values")

return function(engine)
    local otml = {
        --- Parses a text; raises what is wrong with it.
        ---@type fun(text: string, source: string): table
        parse = make_parser(engine.edubart),
        --- A node as text, without a line end after it. A document (`otml.document()`) is its children.
        ---@type fun(node: table): string
        emit = emit,
        casts = casts,
    }
    for name, fn in raw.pairs(node) do
        otml[name] = fn
    end

    --- Parses a file of the client's; raises what is wrong with it.
    ---@param path string
    function otml.load(path)
        local resources = engine.parts.resources
        local source = resources.resolve(path)
        local text, problem = resources.read(source)
        if not text then
            raw.error(problem, 0)
        end
        return otml.parse(text, source)
    end

    otml.to_lua, otml.from_lua = bind_values(engine)
    return otml
end
