--- Wrapping of texts to a width. The two engines do it differently: mehah breaks where it runs over, with rules of
--- CSS, edubart puts words into lines.

local context = ...
local raw = context.raw
local byte, char, sub, rep = raw.string.byte, raw.string.char, raw.string.sub, raw.string.rep
local concat, insert, max = raw.table.concat, raw.table.insert, raw.math.max

-- What mehah wraps with when a style says nothing.
local DEFAULTS = { word_break = "normal", overflow_wrap = "break-word", hyphens = "manual" }

-- A character of UTF-8: its code and its length; a byte that begins none stands for itself. As in the engine, what
-- follows is not looked at, and a character may reach one byte behind the text, which is a 0.
local function character(text, at, length)
    local first = byte(text, at)
    if first < 0x80 then
        return first, 1
    end
    local left = length - at + 1
    if first >= 0xC0 and first < 0xE0 and left >= 1 then
        return (first % 32) * 64 + (byte(text, at + 1) or 0) % 64, 2
    elseif first >= 0xE0 and first < 0xF0 and left >= 2 then
        return (first % 16) * 4096 + byte(text, at + 1) % 64 * 64 + (byte(text, at + 2) or 0) % 64, 3
    elseif first >= 0xF0 and first < 0xF8 and left >= 3 then
        return (first % 8) * 262144
            + byte(text, at + 1) % 64 * 4096
            + byte(text, at + 2) % 64 * 64
            + (byte(text, at + 3) or 0) % 64,
            4
    end
    return first, 1
end

local function is_cjk(code)
    return code >= 0x4E00 and code <= 0x9FFF
        or code >= 0x3400 and code <= 0x4DBF
        or code >= 0x3040 and code <= 0x30FF
        or code >= 0xAC00 and code <= 0xD7AF
end

-- Colors begin at an offset of the text, counted from 0; those behind what was put in move with the text.
local function shift(colors, offset)
    if colors then
        for index = 1, #colors do
            local color = colors[index]
            if color.at > offset then
                color.at = color.at + 1
            end
        end
    end
end

return function(engine, fonts)
    --- The state of a wrap: what was written, and where the line may be broken.
    local Wrap = {}
    Wrap.__index = Wrap

    function Wrap:forget()
        self.break_at, self.break_width, self.break_hyphen = nil, 0, false
    end

    function Wrap:newline()
        local out = self.out
        out[#out + 1] = "\n"
        shift(self.colors, #out - 1)
        self.width = 0
        self:forget()
    end

    --- Remembers that the line may be broken here.
    function Wrap:mark(hyphen)
        self.break_at, self.break_width, self.break_hyphen = #self.out, self.width, hyphen
    end

    --- Breaks the line where it may be, else here.
    function Wrap:commit(forced)
        local out, at = self.out, self.break_at
        if not at then
            if forced and self.options.hyphens == "auto" then
                out[#out + 1] = "-"
                shift(self.colors, #out - 1)
            end
            return self:newline()
        end
        if self.break_hyphen then
            insert(out, at + 1, "-")
            shift(self.colors, at)
            at = at + 1
        end
        insert(out, at + 1, "\n")
        shift(self.colors, at)
        self.width = max(0, self.width - self.break_width)
        self:forget()
    end

    --- Breaks before a glyph that runs over.
    function Wrap:overflow(cjk)
        local options = self.options
        local anywhere = options.overflow_wrap == "anywhere" or options.word_break == "break-all" or cjk
        if self.break_at then
            self:commit(false)
        elseif options.overflow_wrap == "break-word" or anywhere then
            self:commit(true)
        else
            self:newline()
        end
    end

    local function push(wrap, text, from, count)
        local out = wrap.out
        for at = from, from + count - 1 do
            out[#out + 1] = char(byte(text, at) or 0)
        end
    end

    -- One character that is no plain ASCII.
    local function special(wrap, text, at, code, count)
        local font, limit, options = wrap.font, wrap.limit, wrap.options
        if code == 0x200B then
            return wrap:mark(false)
        elseif code == 0xAD then
            return wrap:mark(options.hyphens ~= "none")
        end
        local width
        if count == 1 then
            width = fonts.glyph_width(font, code)
        else
            local slice = sub(text, at, at + count - 1)
            width = fonts.measure(font, slice .. rep("\0", count - #slice))
        end
        if wrap.width + width > limit then
            if code == 0xA0 or code == 0x2060 then
                wrap:commit(true)
            else
                wrap:overflow(is_cjk(code))
            end
        end
        push(wrap, text, at, count)
        wrap.width = wrap.width + width
    end

    local function plain(wrap, code)
        local out, font, limit = wrap.out, wrap.font, wrap.limit
        if code == 10 then
            out[#out + 1] = "\n"
            wrap.width = 0
            wrap:forget()
        elseif code == 32 or code == 9 then
            local width = fonts.glyph_width(font, 32)
            if wrap.width + width > limit then
                wrap:commit(false)
                out[#out + 1] = " "
                wrap.width = width
            else
                out[#out + 1] = " "
                wrap.width = wrap.width + width
                wrap:mark(false)
            end
        elseif code == 45 then
            local width = fonts.glyph_width(font, code)
            if wrap.width + width > limit then
                wrap:commit(false)
            end
            out[#out + 1] = "-"
            wrap.width = wrap.width + width
            wrap:mark(false)
        else
            local width = fonts.glyph_width(font, code)
            if wrap.width + width > limit then
                wrap:overflow(false)
            end
            out[#out + 1] = char(code)
            wrap.width = wrap.width + width
        end
    end

    local function wrap_css(font, text, limit, options, colors)
        if text == "" or limit <= 0 then
            return text
        end
        local wrap = raw.setmetatable({
            font = font,
            limit = limit,
            options = options or DEFAULTS,
            colors = colors,
            out = {},
            width = 0,
        }, Wrap)
        wrap:forget()
        local at, length = 1, #text
        while at <= length do
            local code, count = character(text, at, length)
            if code < 0x80 and count == 1 then
                plain(wrap, code)
            else
                special(wrap, text, at, code, count)
            end
            at = at + count
        end
        return concat(wrap.out)
    end

    -- Words between blanks; edubart keeps empty ones.
    local function words_of(text)
        local words, from = {}, 1
        for at = 1, #text do
            if byte(text, at) == 32 then
                words[#words + 1] = sub(text, from, at - 1)
                from = at + 1
            end
        end
        words[#words + 1] = sub(text, from)
        return words
    end

    -- Breaks a word that is wider than a line into parts with hyphens.
    local function break_word(font, word, limit, into)
        local part = ""
        for at = 1, #word do
            local letter = sub(word, at, at)
            local candidate = part .. letter
            if at ~= #word then
                candidate = candidate .. "-"
            end
            if fonts.measure(font, candidate) > limit then
                into[#into + 1] = part .. "-"
                part = ""
            end
            part = part .. letter
        end
        into[#into + 1] = part
    end

    local function wrap_words(font, text, limit)
        local words = {}
        for _, word in raw.ipairs(words_of(text)) do
            if fonts.measure(font, word) > limit then
                break_word(font, word, limit, words)
            else
                words[#words + 1] = word
            end
        end
        local lines, line = {}, words[1]
        for index = 2, #words do
            local word = words[index]
            local longer = line .. " " .. word
            if fonts.measure(font, longer) > limit then
                lines[#lines + 1] = line
                line = word
            else
                line = longer
            end
        end
        lines[#lines + 1] = line
        return concat(lines, "\n")
    end

    --- Breaks a text into lines of a width.
    ---@param font table
    ---@param text string
    ---@param limit integer pixels
    ---@param options table|nil mehah: word_break, overflow_wrap and hyphens as CSS has them
    ---@param colors table[]|nil mehah: {at, color} of the text, moved with it
    ---@return string
    function fonts.wrap(font, text, limit, options, colors)
        if engine.edubart then
            return wrap_words(font, text, limit)
        end
        return wrap_css(font, text, limit, options, colors)
    end
end
