--- XML as the map editor's files have it: elements with attributes; text between elements is left out.

local context = ...
local raw = context.raw
local concat, find, format, gsub, match, sub =
    raw.table.concat, raw.string.find, raw.string.format, raw.string.gsub, raw.string.match, raw.string.sub

local NAMED = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'" }
local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }

return function(engine, game)
    local xml = {}
    game.xml = xml

    local function unescape(text)
        return (
            gsub(text, "&(#?[%w]+);", function(name)
                local code = raw.tonumber(match(name, "^#(%d+)$"))
                    or raw.tonumber(match(name, "^#x(%x+)$") or "", 16)
                return NAMED[name] or (code and code < 256 and raw.string.char(code)) or nil
            end)
        )
    end

    local function attributes_of(element, text)
        for key, quote, rest in raw.string.gmatch(text, "([%w_:%.%-]+)%s*=%s*([\"'])(.-)%2") do
            local _ = quote
            element.attributes[key] = unescape(rest)
        end
        return element
    end

    -- The end of a comment, a declaration or CDATA that begins here; nil where something else does.
    local function past(text, at)
        for opening, closing in raw.pairs({ ["<!--"] = "-->", ["<![CDATA["] = "]]>", ["<?"] = "?>" }) do
            if sub(text, at, at + #opening - 1) == opening then
                local _, stop = find(text, closing, at + #opening, true)
                return stop or #text
            end
        end
        if sub(text, at, at + 1) == "<!" then
            return find(text, ">", at, true) or #text
        end
    end

    --- Reads a document: its root {name, attributes, children}; or nil and what is wrong.
    ---@param text string
    ---@return table|nil
    ---@return string|nil
    function xml.parse(text)
        local root = { name = "", attributes = {}, children = {} }
        local open, at = { root }, 1
        while true do
            at = find(text, "<", at, true)
            if not at then
                break
            end
            local stop = past(text, at)
            if not stop then
                local from, to, slash, name, rest, closed = find(text, "^<(/?)([%w_:%.%-]+)(.-)(/?)>", at)
                -- A ">" inside of quotes does not end the tag.
                while from and raw.select(2, gsub(rest, '"', "")) % 2 == 1 do
                    to = find(text, ">", to + 1, true)
                    if not to then
                        return nil, "Error reading Attributes."
                    end
                    rest = sub(text, from + 1 + #name, to - 1)
                    closed = match(rest, "/$") or ""
                end
                if not from then
                    return nil, "Error reading Element value."
                elseif slash == "/" then
                    if open[#open].name ~= name or #open == 1 then
                        return nil, "Error reading end tag."
                    end
                    open[#open] = nil
                else
                    local element = attributes_of({ name = name, attributes = {}, children = {} }, rest)
                    local parent = open[#open]
                    parent.children[#parent.children + 1] = element
                    if closed == "" then
                        open[#open + 1] = element
                    end
                end
                stop = to
            end
            at = stop + 1
        end
        if #open > 1 then
            return nil, "Error reading end tag."
        elseif not root.children[1] then
            return nil, "Error document empty."
        end
        return root.children[1]
    end

    --- A whole number at an attribute's beginning; 0 where there is none.
    ---@return integer
    function xml.number(element, key)
        return raw.tonumber(match(element.attributes[key] or "", "^%s*([+-]?%d+)")) or 0
    end

    local function write(element, depth, parts)
        local indent = raw.string.rep("  ", depth)
        local tag = { indent .. "<" .. element.name }
        for _, pair in raw.ipairs(element.pairs or {}) do
            tag[#tag + 1] = format('%s="%s"', pair[1], (gsub(raw.tostring(pair[2]), "[&<>\"']", ESCAPES)))
        end
        local children = element.children or {}
        parts[#parts + 1] = concat(tag, " ") .. (children[1] and ">" or " />")
        for _, child in raw.ipairs(children) do
            write(child, depth + 1, parts)
        end
        if children[1] then
            parts[#parts + 1] = format("%s</%s>", indent, element.name)
        end
    end

    --- The text of a document; attributes are `pairs`, a list, as their order is written too.
    ---@param root table {name, pairs, children}
    ---@return string
    function xml.text(root)
        local parts = { '<?xml version="1.0" encoding="UTF-8" ?>' }
        write(root, 0, parts)
        return concat(parts, "\n") .. "\n"
    end

    --- Writes a document among the user's own files, as nothing outside of them is the client's to write.
    ---@param what string what the file holds
    function xml.save(file, root, what)
        if not engine.parts.resources.write(file, xml.text(root)) then
            raw.error(format("failed to save %s XML %s: Failed to open file", what, file), 0)
        end
    end

    --- Reads a file's root element; raises what is wrong with it.
    ---@param file string
    ---@param problem string with one %s for the reason
    ---@return table
    function xml.load(file, problem)
        local root, reason = xml.parse(game.read_file(file))
        return root or raw.error(format(problem, reason), 0)
    end

    --- What went wrong, without the position that Lua adds.
    ---@return string
    function xml.reason(problem)
        local text = raw.tostring(problem)
        return match(text, "^[^\n]*C%+%+ call failed: ([^\n]*)") or match(text, "^([^\n]*)")
    end
end
