--- Tests in Lua: `describe`, `it`, `before_each`, `after_each`, `expect`, and the controls by which a host runs them.

local context = ...
local raw = context.raw
local make_expect = context.use("testing/expect")
local find, gmatch = raw.string.find, raw.string.gmatch
local ipairs, type = raw.ipairs, raw.type

--- Makes the tests of one room.
---@param controls table gets kit_tests and kit_run
---@param name_of function see expect.lua
---@return table names what tests find: describe, it, …
return function(controls, name_of)
    local tests, group = {}, nil

    local function describe(name, fn)
        local outer = group
        group = {
            name = outer and outer.name .. " " .. name or name,
            outer = outer,
            before = {},
            after = {},
        }
        fn()
        group = outer
    end

    local function it(name, fn)
        local info = raw.debug.getinfo(fn, "S")
        tests[#tests + 1] = {
            name = group and group.name .. " " .. name or name,
            group = group,
            fn = fn,
            line = info.linedefined,
        }
    end

    local function hook(kind)
        return function(fn)
            if not group then
                raw.error(kind .. "_each belongs inside of describe", 2)
            end
            local list = group[kind]
            list[#list + 1] = fn
        end
    end

    --- For the host: the tests that a file declared, with their lines.
    function controls.kit_tests()
        local list = {}
        for index, test in ipairs(tests) do
            list[index] = { name = test.name, line = test.line }
        end
        return list
    end

    local function groups_of(test)
        local list, each = {}, test.group
        while each do
            raw.table.insert(list, 1, each)
            each = each.outer
        end
        return list
    end

    -- What failed, as text: the message, then where.
    -- The engine's own frames tell an author nothing.
    local function failure(err)
        local text = raw.debug.traceback(type(err) == "string" and err or raw.tostring(err), 2)
        local lines = {}
        for line in gmatch(text, "[^\n]+") do
            if not find(line, "^\ttibicen/") and not find(line, "^\t%[C%]") then
                lines[#lines + 1] = line
            end
        end
        return raw.table.concat(lines, "\n")
    end

    --- For the host: runs one test with what stands before and after it.
    ---@return string|nil problem
    function controls.kit_run(index)
        local test = tests[index]
        local groups = groups_of(test)
        local ok, problem = raw.xpcall(function()
            for _, each in ipairs(groups) do
                for _, fn in ipairs(each.before) do
                    fn()
                end
            end
            test.fn()
        end, failure)
        for at = #groups, 1, -1 do
            for _, fn in ipairs(groups[at].after) do
                local done, trouble = raw.xpcall(fn, failure)
                ok, problem = ok and done, problem or not done and trouble or nil
            end
        end
        return not ok and problem or nil
    end

    return {
        describe = describe,
        it = it,
        before_each = hook("before"),
        after_each = hook("after"),
        expect = make_expect(name_of),
    }
end
