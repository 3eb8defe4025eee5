--- Reads OTML line by line, as strict as each engine is.

local context = ...
local raw = context.raw
local node = context.use("otclient/otml_node")
local byte, error, find, gmatch, match, sub =
    raw.string.byte, raw.error, raw.string.find, raw.string.gmatch, raw.string.match, raw.string.sub
local concat = raw.table.concat
local add = node.add

local SPACE, TAB, DASH, HASH, SLASH, OPEN, CLOSE, PIPE = 32, 9, 45, 35, 47, 91, 93, 124

-- Where the text begins and ends between white space; `from > to` when there is none.
local function trimmed(text)
    local from, to = 1, #text
    while from <= to do
        local code = byte(text, from)
        if code ~= SPACE and (code < 9 or code > 13) then
            break
        end
        from = from + 1
    end
    while to >= from do
        local code = byte(text, to)
        if code ~= SPACE and (code < 9 or code > 13) then
            break
        end
        to = to - 1
    end
    return from, to
end

local function trim(text)
    local from, to = trimmed(text)
    if from == 1 and to == #text then
        return text
    end
    return sub(text, from, to)
end

-- Items between brackets. mehah: what commas separate, without what is empty.
local function items_of_mehah(text)
    local list = {}
    for item in gmatch(text, "[^,]+") do
        list[#list + 1] = trim(item)
    end
    return list
end

local ESCAPED = { n = "\n", ['"'] = '"', ["\\"] = "\\", [","] = "," }

-- edubart: commas separate except between quotes, and a backslash escapes.
local function items_of_edubart(text)
    local list, item, quoted, at, size = {}, {}, false, 1, #text
    if size == 0 then
        return list
    end
    while at <= size do
        local char = sub(text, at, at)
        if char == "\\" then
            at = at + 1
            local next_char = sub(text, at, at)
            if next_char == "" then
                error("cannot end with escape", 0)
            end
            item[#item + 1] = ESCAPED[next_char] or error("unknown escape sequence", 0)
        elseif char == "," and not quoted then
            list[#list + 1] = trim(concat(item))
            item = {}
        elseif char == '"' then
            quoted = not quoted
        else
            item[#item + 1] = char
        end
        at = at + 1
    end
    list[#list + 1] = trim(concat(item))
    return list
end

-- Where the colon is that ends the tag; URLs hold colons of their own.
local function colon_of(line, is_url)
    if not is_url then
        return find(line, ":", 1, true)
    end
    local from = find(line, "://", 1, true) + 3
    return find(line, ": ", from, true) or find(line, ":\t", from, true)
end

---@param edubart boolean whose rules
return function(edubart)
    local items_of = edubart and items_of_edubart or items_of_mehah

    --- Parses a text.
    ---@param text string
    ---@param source string where it comes from, for errors and for `source` of nodes
    ---@return table document
    return function(text, source)
        local document = node.document(source)
        local from, size, number, ended = 1, #text, 0, false
        local depth, parent, previous = 0, document, nil
        local parents = {}

        local function fail(problem)
            local place = source ~= "" and " in '" .. source .. "' at line " .. number or ""
            error("OTML error" .. place .. ": " .. problem, 0)
        end
        if size == 0 then
            node.fail(document, "cannot read from input stream")
        end

        local function next_line()
            number = number + 1
            local to = find(text, "\n", from, true)
            local line
            if to then
                line = sub(text, from, to - 1)
                from = to + 1
            else
                line = sub(text, from)
                from, ended = size + 1, true
            end
            return line
        end

        local function depth_of(line, multiline)
            local spaces, length = 0, #line
            if not edubart then
                local first, last = trimmed(line)
                if first > last then
                    return 0
                end
            end
            while spaces < length and byte(line, spaces + 1) == SPACE do
                spaces = spaces + 1
            end
            local found = (spaces - spaces % 2) / 2
            if not multiline or found <= depth then
                if byte(line, spaces + 1) == TAB then
                    fail("indentation with tabs are not allowed")
                elseif spaces % 2 ~= 0 then
                    fail("must indent every 2 spaces")
                end
            end
            return found
        end

        -- `|` ends with one line end, `|-` with none, `|+` keeps them all.
        local function multiline(style)
            local lines = {}
            repeat
                local start = from
                local line = next_line()
                if depth_of(line, true) > depth then
                    lines[#lines + 1] = sub(line, (depth + 1) * 2 + 1) .. "\n"
                else
                    local first, last = trimmed(line)
                    if first <= last then
                        from, ended = start, false
                        number = number - 1
                        break
                    end
                    lines[#lines + 1] = "\n"
                end
            until ended
            local value = concat(lines)
            if style ~= "|+" then
                value = match(value, "^(.-)\n*$")
                if style == "|" then
                    value = value .. "\n"
                end
            end
            return value
        end

        local function parse_node(line)
            local tag, value, unique = "", "", true
            local is_url = not edubart and find(line, "^https?://") ~= nil
            local line_number = number
            if is_url and byte(line, -1) == 58 then
                tag = sub(line, 1, -2)
            else
                local colon = colon_of(line, is_url)
                unique = colon ~= nil
                if byte(line) == DASH then
                    value = trim(sub(line, 2))
                elseif colon then
                    tag, value = trim(sub(line, 1, colon - 1)), trim(sub(line, colon + 1))
                else
                    tag = line
                end
            end
            if byte(value) == PIPE and (value == "|" or value == "|-" or value == "|+") then
                value = multiline(value)
            end

            local made = {
                tag = tag,
                value = nil,
                unique = unique,
                null = false,
                source = source .. ":" .. line_number,
            }
            if value == "~" then
                made.null = true
            elseif byte(value) == OPEN and byte(value, -1) == CLOSE then
                local list = items_of(sub(value, 2, -2))
                for index = 1, #list do
                    made[index] = node.new("", list[index])
                end
            elseif value ~= "" then
                made.value = value
            end
            add(parent, made)
            parents[made] = parent
            previous = made
        end

        repeat
            local line = next_line()
            local found = depth_of(line, false)
            local first, last = trimmed(line)
            if first <= last then
                local code = byte(line, first)
                local is_comment = code == SLASH and byte(line, first + 1) == SLASH or (code == HASH and not edubart)
                if not is_comment then
                    if found == depth + 1 and previous then
                        parent = previous
                    elseif found < depth then
                        for _ = found + 1, depth do
                            parent = parents[parent]
                        end
                    elseif found ~= depth then
                        fail("invalid indentation depth, are you indenting correctly?")
                    end
                    depth = found
                    parse_node(first == 1 and last == #line and line or sub(line, first, last))
                end
            end
        until ended
        return document
    end
end
