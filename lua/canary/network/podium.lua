--- How a podium looks, as clients of 13.10 read it: the outfit, the mount, where both look to, the platform.

local context = ...
local raw = context.raw
local write = context.use("canary/network/bytes").write

-- PODIUM_SHOW_PLATFORM, PODIUM_SHOW_OUTFIT, PODIUM_SHOW_MOUNT.
local PLATFORM, OUTFIT, MOUNT = 0, 1, 2
local SOUTH = 2
local LOOK = { "lookHead", "lookBody", "lookLegs", "lookFeet", "lookAddons" }
local RIDDEN = { "lookMountHead", "lookMountBody", "lookMountLegs", "lookMountFeet" }
-- One that no script has touched.
local NO_LOOK, BARE = {}, { [PLATFORM] = true }

---@param podium table the item
---@return string bytes
return function(podium)
    local outfit, flags = podium.outfit or NO_LOOK, podium.podium_flags or BARE
    local function look(shown, kind, parts)
        local value = shown and outfit[kind] or 0
        local out = write(value, 2)
        if value ~= 0 then
            for _, part in raw.ipairs(parts) do
                out = out .. write(outfit[part] or 0, 1)
            end
        end
        return out
    end
    return look(flags[OUTFIT], "lookType", LOOK) .. look(flags[MOUNT], "lookMount", RIDDEN)
        .. write(podium.direction or SOUTH, 1) .. write(flags[PLATFORM] and 1 or 0, 1)
end
