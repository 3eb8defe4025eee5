--- Widgets that show a QR code (class UIQrCode, mehah): how large the picture is, which is all that is to be known.

local context = ...
local raw = context.raw
local ceil, find = raw.math.ceil, raw.string.find

-- Codewords of data that fit into each version, with error correction M.
local CAPACITY = {
    16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669, 714, 782, 860, 914,
    1000, 1062, 1128, 1193, 1267, 1373, 1455, 1541, 1631, 1725, 1812, 1914, 1992, 2102, 2216, 2334,
}

-- Bits of a text, and those of its length in versions up to 9, 26 and 40.
local function bits_of(text)
    if not find(text, "%D") then
        return ceil(#text * 10 / 3), { 10, 12, 14 }
    elseif not find(text, "[^%u%d $%%*+%-./:]") then
        return ceil(#text * 11 / 2), { 9, 11, 13 }
    end
    return #text * 8, { 8, 16, 16 }
end

-- Squares on a side; nil for a text that is too long.
local function side_of(text)
    local bits, lengths = bits_of(text)
    for version, capacity in raw.ipairs(CAPACITY) do
        local length = lengths[version <= 9 and 1 or version <= 26 and 2 or 3]
        if 4 + length + bits <= capacity * 8 then
            return 17 + 4 * version
        end
    end
end

return function(engine)
    if engine.edubart then
        return
    end
    local ui = engine.parts.ui
    ui.defaults.code, ui.defaults.code_border = "", 1

    local function set_code(w, code, border)
        if code == "" then
            w.code, w.has_image, w.image_width, w.image_height = "", false, 0, 0
            return
        end
        w.code = code
        local side = side_of(code)
        if not side then
            engine:log("error", "Failed to encode qr-code: '" .. code .. "': Data too long")
            return
        end
        ui.show_image(w, side + border * 2, side + border * 2)
    end

    local function set_border(w, border)
        w.code_border = border
        set_code(w, w.code, border)
    end

    engine:class("UIQrCode", {
        setCode = set_code,
        setCodeBorder = set_border,
        getCode = function(w)
            return w.code
        end,
        getCodeBorder = function(w)
            return w.code_border
        end,
    })
    ui.declare_style("UIQrCode", {
        code = {
            "string",
            function(w, code)
                set_code(w, code, w.code_border)
            end,
        },
        ["code-border"] = { "int", set_border },
    })
end
