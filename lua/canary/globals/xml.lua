--- XMLDocument and XMLNode (TFS): XML files as scripts read them.

local context = ...
local raw = context.raw

return function(server)
    if not server.tfs then
        return
    end
    local userdata, arguments = server.userdata, server.arguments

    userdata.class("XMLDocument", nil, function(_, name)
        local path = arguments.string(name)
        if path == "" then
            return nil
        end
        local ok, root = raw.pcall(server.host, "files.xml", path)
        if not ok or not root then
            server:log(
                "error",
                "[Error - LuaScriptInterface::luaCreateXmlDocument] Failed to load " .. path .. ": "
                    .. (ok and "File was not found" or raw.tostring(root))
            )
            return nil
        end
        return userdata.push({ class_name = "XMLDocument", children = { root } })
    end)
    userdata.class("XMLNode")

    -- A node knows those beside it. One that is not there is a node, too, with nothing in it.
    local function node_of(siblings, index)
        local plain = siblings and siblings[index]
        return userdata.push({ class_name = "XMLNode", plain = plain, siblings = siblings, index = index })
    end

    local function delete(...)
        local record = userdata.record((...))
        if record then
            userdata.drop(record)
        end
        return arguments.last(...)
    end

    local function of(class, fn)
        return function(self, value)
            local record = userdata.get(self, class)
            if not record then
                return nil
            end
            return fn(record, value)
        end
    end

    userdata.metamethod("XMLDocument", "__gc", delete)
    userdata.metamethod("XMLNode", "__gc", delete)
    userdata.methods("XMLDocument", {
        delete = delete,
        child = of("XMLDocument", function(document, name)
            local wanted = arguments.string(name)
            if wanted == "" then
                return nil
            end
            for index, child in raw.ipairs(document.children) do
                if child.tag == wanted then
                    return node_of(document.children, index)
                end
            end
            return node_of()
        end),
    })
    userdata.methods("XMLNode", {
        delete = delete,
        attribute = of("XMLNode", function(node, name)
            local wanted = arguments.string(name)
            return node.plain and wanted ~= "" and node.plain.attributes[wanted] or nil
        end),
        name = of("XMLNode", function(node)
            return node.plain and node.plain.tag or ""
        end),
        firstChild = of("XMLNode", function(node)
            local children = node.plain and node.plain.children
            return children and children[1] and node_of(children, 1) or nil
        end),
        nextSibling = of("XMLNode", function(node)
            local next_one = node.siblings and node.siblings[node.index + 1]
            return next_one and node_of(node.siblings, node.index + 1) or nil
        end),
    })
end
