--- Checks of what a plugin passes to the API: a clear sentence at the plugin's own line.

local context = ...
local raw = context.raw
local failure = context.use("failure")
local type = raw.type

local check = {}

---@param what string the function as its author wrote it, e.g. "hooks.on"
---@param position number of the argument
---@param expected string name of a Lua type
function check.argument(what, position, value, expected)
    if type(value) ~= expected then
        failure.blame(
            raw.string.format("%s: argument %d must be a %s, not %s", what, position, expected, type(value))
        )
    end
end

--- Something registered that can be taken back: `handle:cancel()`.
function check.handle(room, operation, id)
    return {
        cancel = function()
            if id then
                room.host(operation, id)
                id = nil
            end
        end,
    }
end

return check
