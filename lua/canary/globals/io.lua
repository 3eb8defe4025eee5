--- io: files below the server's folder are read, and written where the host keeps what scripts write.

local context = ...
local raw = context.raw
local find, sub, tonumber, tostring, type = raw.string.find, raw.string.sub, raw.tonumber, raw.tostring, raw.type

return function(server)
    local File = {}
    File.__index = File
    File.__name = "FILE*"
    File.__metatable = "FILE*"
    File.__tostring = function(self)
        return self.closed and "file (closed)" or "file (" .. self.path .. ")"
    end

    local function open_one(self)
        if raw.getmetatable(self) ~= "FILE*" or self.closed then
            raw.error("attempt to use a closed file", 3)
        end
        return self
    end

    local function line(self, keeps_end)
        if self.at > #self.text then
            return nil
        end
        local stop = find(self.text, "\n", self.at, true)
        local found = sub(self.text, self.at, stop and (keeps_end and stop or stop - 1) or nil)
        self.at = (stop or #self.text) + 1
        return found
    end

    local function number(self)
        local _, stop = find(self.text, "^%s*[%+%-]?[%x%.xX]+[eE]?[%+%-]?%d*", self.at)
        local value = stop and tonumber(sub(self.text, self.at, stop))
        self.at = stop and stop + 1 or self.at
        return value
    end

    local function read_one(self, what)
        if type(what) == "number" then
            if self.at > #self.text then
                return what == 0 and nil or nil
            end
            local found = sub(self.text, self.at, self.at + what - 1)
            self.at = self.at + what
            return found
        end
        local kind = raw.string.match(tostring(what), "^%*?(%a)")
        if kind == "a" then
            local found = sub(self.text, self.at)
            self.at = #self.text + 1
            return found
        elseif kind == "l" or kind == "L" then
            return line(self, kind == "L")
        elseif kind == "n" then
            return number(self)
        end
        raw.error("bad argument #1 to 'read' (invalid format)", 3)
    end

    function File:read(...)
        open_one(self)
        local count = raw.select("#", ...)
        if count == 0 then
            return line(self)
        end
        local found = {}
        for index = 1, count do
            found[index] = read_one(self, (raw.select(index, ...)))
            if found[index] == nil then
                return raw.unpack(found, 1, index)
            end
        end
        return raw.unpack(found, 1, count)
    end

    function File:lines()
        open_one(self)
        return function()
            return line(self)
        end
    end

    function File:write(...)
        open_one(self)
        if not self.writes then
            return nil, "Bad file descriptor", 9
        end
        for index = 1, raw.select("#", ...) do
            local piece = raw.select(index, ...)
            if type(piece) ~= "string" and type(piece) ~= "number" then
                raw.error("bad argument #" .. index .. " to 'write' (string expected, got " .. type(piece) .. ")", 2)
            end
            self.pieces[#self.pieces + 1] = tostring(piece)
        end
        return self
    end

    function File:flush()
        open_one(self)
        if self.writes and #self.pieces > 0 then
            local text = raw.table.concat(self.pieces)
            self.pieces = {}
            if self.stream then
                server:log("info", (raw.string.gsub(text, "\n$", "")))
            else
                server.host("files.write", self.path, text, self.appends)
                self.appends = true
            end
        end
        return true
    end

    function File:seek(whence, offset)
        open_one(self)
        local from = whence == "set" and 0 or whence == "end" and #self.text or self.at - 1
        self.at = raw.math.max(from + (offset or 0), 0) + 1
        return self.at - 1
    end

    function File.setvbuf()
        return true
    end

    function File:close()
        open_one(self)
        self:flush()
        self.closed = not self.stream
        return true
    end

    local function file_of(path, fields)
        fields.path, fields.at, fields.text = path, 1, fields.text or ""
        fields.pieces = {}
        return raw.setmetatable(fields, File)
    end

    local function open(path, mode)
        path, mode = tostring(path), mode or "r"
        local kind = sub(mode, 1, 1)
        if kind == "r" then
            local text = server.host("files.read", path)
            if not text then
                return nil, path .. ": No such file or directory", 2
            end
            return file_of(path, { text = text, writes = find(mode, "+", 1, true) ~= nil, appends = false })
        elseif kind ~= "w" and kind ~= "a" then
            raw.error("bad argument #2 to 'open' (invalid mode)", 2)
        elseif not server.host("files.writable", path) then
            return nil, path .. ": Permission denied", 13
        end
        if kind == "w" then
            server.host("files.write", path, "", false)
        end
        return file_of(path, { writes = true, appends = true })
    end

    local stdout = file_of("stdout", { writes = true, stream = true })
    local stderr = file_of("stderr", { writes = true, stream = true })
    local stdin = file_of("stdin", {})
    -- What io.write and io.read work with; a script may put files of its own in their places.
    local written, read_from = stdout, stdin

    -- The file that a script names or gives.
    local function replaced(file, mode)
        if type(file) ~= "string" then
            return file
        end
        local opened, problem = open(file, mode)
        if not opened then
            raw.error(problem, 3)
        end
        return opened
    end

    server.env.io = {
        output = function(file)
            written = file ~= nil and replaced(file, "w") or written
            return written
        end,
        input = function(file)
            read_from = file ~= nil and replaced(file, "r") or read_from
            return read_from
        end,
        open = open,
        lines = function(path)
            local file, problem = open(path)
            if not file then
                raw.error(problem, 2)
            end
            return file:lines()
        end,
        type = function(value)
            if type(value) == "table" and raw.getmetatable(value) == "FILE*" then
                return value.closed and "closed file" or "file"
            end
        end,
        close = function(file)
            file = file or written
            if file == written then
                written = stdout
            end
            return file:close()
        end,
        write = function(...)
            return written:write(...)
        end,
        read = function(...)
            return read_from:read(...)
        end,
        stdout = stdout,
        stderr = stderr,
        stdin = stdin,
    }
end
