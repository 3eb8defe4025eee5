--- Values of style nodes: cast from their text with the engine's rules and refusals.

local context = ...
local raw = context.raw
local byte, find, format, gsub = raw.string.byte, raw.string.find, raw.string.format, raw.string.gsub
local lower, match, sub = raw.string.lower, raw.string.match, raw.string.sub
local error, tonumber = raw.error, raw.tonumber
local floor = raw.math.floor

return function(engine)
    local ui = engine.parts.ui
    local values = {}
    ui.values = values

    --- Raises an error of OTML: `OTML error in '/x.otui:4': …`.
    ---@param node table
    ---@param text string
    function ui.throw(node, text)
        local source = node.source
        if source and source ~= "" then
            error("OTML error in '" .. source .. "': " .. text, 0)
        end
        error("OTML error: " .. text, 0)
    end

    local function refuse(node, kind)
        ui.throw(node, format("failed to cast node value '%s' to type '%s'", node.value or "", kind))
    end

    --- The text of a node, without the quotes around it.
    function values.string(node)
        local value = node.value or ""
        if byte(value) == 34 and byte(value, -1) == 34 and #value > 1 then
            value = sub(value, 2, -2)
            value = gsub(value, "\\\\", "\\")
            value = gsub(value, '\\"', '"')
            value = gsub(value, "\\t", "\t")
            value = gsub(value, "\\n", "\n")
            value = gsub(value, "\\'", "'")
        end
        return value
    end

    function values.bool(node)
        if node.value == "true" then
            return true
        elseif node.value == "false" then
            return false
        end
        return refuse(node, "bool")
    end

    --- A whole number as the engine reads one: digits with at most a sign before them; nothing is 0.
    ---@return number|nil
    function values.whole(text)
        if find(text, "^%-?%d*$") then
            local number = tonumber(text) or 0
            if number > 2147483647 or number < -2147483648 then
                number = (number + 2147483648) % 4294967296 - 2147483648
            end
            return number
        end
    end
    local whole = values.whole

    function values.int(node)
        return whole(node.value or "") or refuse(node, "int")
    end

    --- A number with a fraction as the engine reads one.
    function values.float(node)
        local text = node.value or ""
        if find(text, "^%-?%d*$") or find(text, "^%-?%d*%.%d+$") and not find(text, "^%.") then
            return tonumber(text) or 0
        end
        return refuse(node, "float")
    end

    -- What mehah takes a number out of: `12px`, `8.6` (which is rounded by its first digit), ` 5 `.
    ---@param text string
    function values.to_number(text)
        local number, found, negative, fraction, in_fraction = 0, false, false, 0, false
        for at = 1, #text do
            local char = byte(text, at)
            if char == 45 and not found then
                negative = true
            elseif char >= 48 and char <= 57 then
                found = true
                if not in_fraction then
                    number = number * 10 + (char - 48)
                elseif fraction == 0 then
                    fraction = char - 48
                end
            elseif char == 46 then
                in_fraction = true
            end
        end
        if not found then
            return 0
        elseif in_fraction and fraction >= 5 then
            number = number + 1
        end
        return negative and -number or number
    end

    --- A number of pixels: mehah takes it out of any text, edubart takes whole numbers.
    if engine.edubart then
        values.pixels = values.int
    else
        function values.pixels(node)
            return values.to_number(values.string(node))
        end
    end

    -- Whole numbers as a C++ stream reads them, with the end of the text right after the last.
    local function stream(text, count)
        local list, at = {}, 1
        for index = 1, count do
            local from, to = find(text, "^%s*[-+]?%d+", at)
            if not from then
                return nil
            end
            list[index] = tonumber(match(text, "[-+]?%d+", from))
            at = to + 1
        end
        return at > #text and list or nil
    end

    function values.Point(node)
        local list = stream(node.value or "", 2) or refuse(node, "TPoint<int>")
        return { x = list[1], y = list[2] }
    end

    function values.Size(node)
        local list = stream(node.value or "", 2) or refuse(node, "TSize<int>")
        return { width = list[1], height = list[2] }
    end

    function values.Rect(node)
        local list = stream(node.value or "", 4) or refuse(node, "TRect<int>")
        return { x = list[1], y = list[2], width = list[3], height = list[4] }
    end

    --- A color of a text, or a refusal.
    function values.Color(node)
        return engine.convert.color(node.value or "") or refuse(node, "Color")
    end

    --- The path that a file named in a source has: relative ones lie beside the source.
    function ui.resolve(path, source)
        if byte(path) == 47 then
            return path
        end
        local folder = match(source or "", "^(.*/)")
        if not folder then
            local text = engine.edubart and "invalid source path '%s', for file '%s'"
                or "Invalid source path '%s' for file '%s'"
            error(format(text, source or "", path), 0)
        end
        return folder .. path
    end

    --- The path of the file that a node names.
    function values.path(node)
        return ui.resolve(values.string(node), node.source)
    end

    local ALIGNMENTS = {
        topleft = 5,
        topright = 6,
        bottomleft = 9,
        bottomright = 10,
        left = 33,
        right = 34,
        top = 20,
        bottom = 24,
        center = 48,
    }

    --- The alignment flags of a name; none for an unknown one.
    function ui.alignment(name)
        return ALIGNMENTS[gsub(lower(name), "%s", "")] or 0
    end

    function values.alignment(node)
        return ui.alignment(values.string(node))
    end

    --- Parts of a text between blanks, or another character. mehah leaves out those that are empty.
    ---@param separator string|nil one character
    function ui.split(text, separator)
        local list, at = {}, 1
        separator = separator or " "
        while true do
            local from = find(text, separator, at, true)
            local part = sub(text, at, (from or #text + 1) - 1)
            if part ~= "" or engine.edubart then
                list[#list + 1] = part
            end
            if not from then
                return list
            end
            at = from + 1
        end
    end

    function ui.trim(text)
        return match(text, "^%s*(.-)%s*$")
    end

    --- The whole part of a number: C++ cuts, floor would go down.
    function ui.cut(number)
        return number < 0 and -floor(-number) or floor(number)
    end
end
