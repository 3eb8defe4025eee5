---@meta
-- luacheck: ignore
-- Made by `tibicen reference` from manifests/api/native.yaml and host/tibicen/bus/hookspecs.py; a change here is lost.

--- What may cross between plugins and the host: nil, booleans, numbers, strings, opaque handles, and tables of these
--- without cycles, whose keys are strings or numbers. Functions and coroutines can't.
---@alias tibicen.Plain nil|boolean|number|string|table|userdata

--- A map of plain data; its hook's sentence names the fields.
---@alias tibicen.Record table<string, any>

--- The name of a hook; docs/reference/hooks.md tells of each.
---@alias tibicen.HookName
---| "host.started" # The host is up and listening. `host`: version, plugins (number), status_port.
---| "host.stopping" # The host was asked to stop; plugins are unloaded right after this.
---| "plugin.loaded" # A plugin, or a new generation of it, went live. `plugin`: name, version, generation.
---| "plugin.unloaded" # A plugin was unloaded. `plugin`: name.
---| "plugin.refused" # A load or reload was refused; an old generation goes on serving. `plugin`: name, generation, error.
---| "status.request" # Somebody asks for the server's status. `request`: ip, kind (xml, binary), mask.
---| "status.info" # Shapes the status document: server, owner, players, monsters, npcs, rates, map, motd (see docs/status.md).
---| "status.player_online" # Whether a player of that name is on-line; the first answer counts.
---| "status.players" # The players on-line, for the binary status: each plugin answers a list of {name, level}.
---| "player.may_login" # Whether a player may enter: true, or false, or the reason why not. `player`: name, ip and account if known. Fails closed: for a handler that could not answer, this counts: "Your login can't be checked right now. Please try again later.".
---| "player.login" # A player entered the world. `player`: id, name, level if known.
---| "player.logout" # A player left the world. `player`: id, name.
---| "player.say" # A player says something; the text may be replaced, or swallowed by stopping with an empty text.
---| "bridge.opened" # A client entered a server through the bridge. `session`: id, ip, version, system, character, upstream.
---| "bridge.closed" # Such a session ended. `session`: as in bridge.opened, and by (client, server, bridge), reason.
---| "server.opened" # A client's character came into the game of a server of this host. `session`: source (the server's plugin), id, ip, version, system, character.
---| "server.closed" # Such a session ended. `session`: as in server.opened, and reason (lost, left, replaced, refused, stopped).
---| "world.entered" # A player came into the world. `event`: source (`bridge`, or the name of a server's plugin), session, creature (its id), position {x, y, z}. This and all of world, combat and trade are published on the subject of the same name, too; see docs/bridge.md.
---| "world.appeared" # A creature came into view. `event`: source, session, creature, name, health (percent), position.
---| "world.moved" # A creature in view moved. `event`: source, session, creature, name, from, position.
---| "world.vanished" # A creature went out of view, by whichever way. `event`: source, session, creature, name, position (the last).
---| "world.said" # Somebody was heard. `event`: source, session, name, level, type (the version's number), text; position or channel, where it has one.
---| "world.told" # The server told the player something. `event`: source, session, type (the version's number), text.
---| "world.container_opened" # A container was opened, or shown anew. `event`: source, session, container (its number), name, item, items.
---| "world.container_changed" # What is in an open container changed. `event`: source, session, container, items.
---| "world.container_closed" # A container was closed. `event`: source, session, container.
---| "combat.health" # A creature in view was hurt or healed. `event`: source, session, creature, name, health, before (percent).
---| "combat.stats" # The player's own figures changed. `event`: source, session, health, max_health, mana, max_mana, level, experience; before (those that are others now).
---| "trade.offered" # One side of a trade is shown. `event`: source, session, own (whether it is the player's), name, items.
---| "trade.closed" # A trade ended, whichever way. `event`: source, session.
---| "extended.client.NAME" # An extended message (0x32) from a client: `extended.client.op_200`, whole JSON values: `json_200`, all: `any`. `message`: source, session, side, opcode, data (bytes), enabled, and value for JSON. As packet.client.NAME, with {opcode, data} or {opcode, value} for answer and inject. See docs/bridge.md.
---| "extended.server.NAME" # An extended message from a server, as extended.client.NAME.
---| "packet.any" # Every message of every session of the bridge, before the hooks of its name. See docs/bridge.md.
---| "packet.client.NAME" # A message of that name from a client: `packet.client.say`; by number `packet.client.op_96`; all: `any`. `packet`: session, side, opcode, name, data (bytes behind the opcode). Change data, set drop, or give lists of {opcode, data} as answer (back to the sender) and inject (on to the other side). See docs/bridge.md.
---| "packet.server.NAME" # A message of that name from a server, as packet.client.NAME.

--- Something registered that can be taken back before the plugin is unloaded.
---@class tibicen.Registration
local Registration = {}

--- Takes it back; a second time does nothing.
function Registration:cancel() end

--- Where a handler stands in its hook's chain; not both.
---@class tibicen.HookOptions
---@field first boolean? Before the handlers that don't ask for a place.
---@field last boolean? Behind them.

--- What hooks.stop returns; a filter's handler passes it on to end the chain.
---@class tibicen.Stop

--- Named points in the host's work that plugins answer.
---@class hookslib
hooks = {}

--- Answers a hook with a function, which gets the hook's arguments.
--- Raises: There is no such hook, both first and last are asked for, the plugin has budget.handlers of them, or the
--- hook is a filter, query or gather and the permission hooks.answer:HOOK is missing.
--- ```lua
--- hooks.on("player.login", function(player)
---     log.info(player.name .. " is here")
--- end, { first = true })
--- ```
---@param name tibicen.HookName The hook.
---@param fn function The handler; what its answer means depends on the hook's kind.
---@param options? tibicen.HookOptions Its place in the chain.
---@return tibicen.Registration # Takes the handler back.
---@overload fun(name: "host.started", fn: fun(host: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "host.stopping", fn: fun(), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "plugin.loaded", fn: fun(plugin: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "plugin.unloaded", fn: fun(plugin: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "plugin.refused", fn: fun(plugin: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "status.request", fn: fun(request: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "status.info", fn: fun(info: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "status.player_online", fn: fun(name: string): boolean|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "status.players", fn: fun(): tibicen.Record[]|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "player.may_login", fn: fun(player: tibicen.Record): boolean|string|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "player.login", fn: fun(player: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "player.logout", fn: fun(player: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "player.say", fn: fun(text: string, player: tibicen.Record): string|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "bridge.opened", fn: fun(session: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "bridge.closed", fn: fun(session: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "server.opened", fn: fun(session: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "server.closed", fn: fun(session: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.entered", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.appeared", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.moved", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.vanished", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.said", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.told", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.container_opened", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.container_changed", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "world.container_closed", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "combat.health", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "combat.stats", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "trade.offered", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "trade.closed", fn: fun(event: tibicen.Record), options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "extended.client.NAME", fn: fun(message: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "extended.server.NAME", fn: fun(message: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "packet.any", fn: fun(packet: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "packet.client.NAME", fn: fun(packet: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
---@overload fun(name: "packet.server.NAME", fn: fun(packet: tibicen.Record): tibicen.Record|tibicen.Stop|nil, options?: tibicen.HookOptions): tibicen.Registration
function hooks.on(name, fn, options) end

--- Ends a filter's chain when its handler returns the result.
--- ```lua
--- hooks.on("player.say", function(text, player)
---     if text:find("gold for sale", 1, true) then
---         return hooks.stop("")
---     end
--- end)
--- ```
---@param value? tibicen.Plain What the filter ends with; without it the value stays as it is.
---@return tibicen.Stop # To be returned by the handler at once.
function hooks.stop(value) end

--- Functions called later. Times are in milliseconds, from 1 to a year.
---@class timerslib
timers = {}

--- Calls a function again and again, for the first time after `ms`.
--- Raises: The time is out of range, or the plugin has budget.timers of them.
--- ```lua
--- timers.every(60000, function()
---     log.info("another minute")
--- end)
--- ```
---@param ms number Milliseconds from one call to the next; what was missed is skipped.
---@param fn fun() Called without arguments.
---@return tibicen.Registration # Stops the timer.
function timers.every(ms, fn) end

--- Calls a function once.
--- Raises: The time is out of range, or the plugin has budget.timers of them.
--- ```lua
--- local reminder = timers.after(5000, function() log.info("five seconds later") end)
--- timers.cancel(reminder)
--- ```
---@param ms number Milliseconds until the call; counted from when the plugin is live.
---@param fn fun() Called without arguments.
---@return tibicen.Registration # Stops the timer.
function timers.after(ms, fn) end

--- Stops a timer, like `timer:cancel()`.
---@param timer tibicen.Registration What every or after returned.
function timers.cancel(timer) end

--- The plugin's log. The owner sets the lowest level shown (log_level in host.yaml). What goes beyond
--- budget.log_lines_per_second is dropped, and told of once a second.
---@class loglib
log = {}

--- Writes a line of level debug.
---@param ... any Values of any kind, joined by a space.
function log.debug(...) end

--- Writes a line of level info.
--- ```lua
--- log.info("players seen:", 3)
--- ```
---@param ... any Values of any kind, joined by a space.
function log.info(...) end

--- Writes a line of level warn.
---@param ... any Values of any kind, joined by a space.
function log.warn(...) end

--- Writes a line of level error; raises nothing.
---@param ... any Values of any kind, joined by a space.
function log.error(...) end

--- What the owner set in host.yaml, or the manifest's default; nil for what the manifest doesn't declare. The values
--- change while the plugin runs. It can be asked for a name, but not walked with pairs.
--- ```lua
--- log.info(settings.greeting)
--- ```
---@type table<string, any>
settings = {}

--- Functions that other plugins, in Lua or Python, may call: assign one to offer it, nil to take it back. Arguments and
--- results are plain data, and only the first result is passed on. It can't be walked with pairs.
--- ```lua
--- exports.greet = function(name)
---     return "Hello " .. name
--- end
--- ```
---@type table<string, function|nil>
exports = {}

--- What other plugins export: `imports.PLUGIN.NAME(...)`. A plugin that isn't active and a name that it doesn't export
--- are nil. Each call goes to the newest generation, so a kept function survives reloads of the other plugin. Name the
--- plugin under requires in plugin.yaml to have it loaded first; to call one that is not named there, ask for the
--- permission imports.call:PLUGIN.
--- ```lua
--- if imports.greeter then
---     log.info(imports.greeter.welcome("Eve"))
--- end
--- ```
---@type table<string, table<string, fun(...: any): any>|nil>
imports = {}

--- Plain data that outlives reloads and restarts. Every plugin has keys of its own, of 1 to 512 bytes, and may store
--- budget.kv_mb megabytes (plugin.yaml).
---@class kvlib
kv = {}

--- What is stored under a key.
--- ```lua
--- local visits = kv.get("visits", 0)
--- ```
---@param key string The key; text in UTF-8.
---@param default? any Returned when nothing is stored.
---@return any # A copy of the value.
function kv.get(key, default) end

--- Stores a value; from then on it outlives a crash of the host. nil deletes the key.
--- Raises: The value is no plain data or larger than budget.message_kb, or the plugin's quota is used up (what was
--- stored stays).
--- ```lua
--- kv.set("last", { name = "Eve", level = 12 })
--- ```
---@param key string The key; text in UTF-8.
---@param value tibicen.Plain The value.
function kv.set(key, value) end

--- Forgets a key.
---@param key string The key; text in UTF-8.
---@return boolean # Whether there was one.
function kv.delete(key) end

--- The keys that start with a prefix, in byte order, at most 1000.
--- ```lua
--- for _, key in ipairs(kv.keys("player.")) do kv.delete(key) end
--- ```
---@param prefix? string All keys when it is left out.
---@return string[] # The keys.
function kv.keys(prefix) end

--- Adds to a stored number, which is 0 when there is none.
--- Raises: What is stored is no number, or the plugin's quota is used up.
--- ```lua
--- local visits = kv.increment("visits")
--- ```
---@param key string The key; text in UTF-8.
---@param by? number 1 when it is left out.
---@return number # The sum.
function kv.increment(key, by) end

--- Messages to whoever listens, in Lua or Python. A subject is words joined by dots; in a pattern `*` stands for one
--- word and a last `>` for one or more.
---@class buslib
bus = {}

--- Sends a message; it is delivered soon, in order of publishing, never inside this call.
--- Raises: The subject is none, the data can't cross or is larger than budget.message_kb, the plugin publishes more
--- than budget.publishes_per_second, too many messages wait already, or the subject doesn't begin with the plugin's
--- name and the permission bus.publish:SUBJECT is missing.
--- ```lua
--- bus.publish("chat.say", { to = 7, text = "Welcome" })
--- ```
---@param subject string What it is about, for instance chat.say.
---@param data? tibicen.Plain Every listener gets a copy of its own.
function bus.publish(subject, data) end

--- Receives the messages whose subjects fit a pattern.
--- Raises: The pattern is none, the plugin has budget.subscriptions of them, or the pattern doesn't begin with the
--- plugin's name and the permission bus.subscribe:PATTERN is missing.
--- ```lua
--- bus.subscribe("chat.>", function(subject, data)
---     log.debug(subject, data and data.text)
--- end)
--- ```
---@param pattern string A subject, or one with `*` and `>` in it.
---@param fn fun(subject: string, data: any) Called for every message.
---@return tibicen.Registration # Ends the subscription.
function bus.subscribe(pattern, fn) end

--- JSON texts.
---@class jsonlib
json = {}

--- Writes a value as JSON. A table whose keys are exactly 1 to n becomes an array, any other an object; so does an
--- empty one, unless json.array marked it.
--- Raises: The value can't be written, for instance NaN or a string that is not UTF-8.
--- ```lua
--- assert(json.encode({ 1, 2 }) == "[1,2]")
--- ```
---@param value tibicen.Plain Plain data.
---@return string # The text.
function json.encode(value) end

--- Reads JSON; null becomes nil, and with it vanishes from objects and arrays.
--- Raises: The text is not JSON, or holds an integer that a Lua number can't hold exactly.
--- ```lua
--- assert(json.decode("[1, 2]")[2] == 2)
--- ```
---@param text string The text.
---@return any # The value.
function json.decode(text) end

--- Marks a table as an array, so that it is one even when it is empty; replaces its metatable.
--- ```lua
--- assert(json.encode({ names = json.array() }) == [[{"names":[]}]])
--- ```
---@param list? table A new one when it is left out.
---@return table # The same table.
function json.array(list) end

--- The plugin itself.
---@class pluginlib
---@field name string Its name.
---@field version string Its version, from the manifest.
---@field generation integer 1 for the first load since the host started.
plugin = {}

--- Reloads this plugin, and those that require it, once the host is done with the current call.
function plugin.reload() end

--- Unloads this plugin, and those that require it, once the host is done with the current call.
function plugin.unload() end

--- Called in the running generation when a new one is loaded; what it returns is handed over.
--- Raises: An error refuses the reload; the running generation goes on.
--- ```lua
--- local seen = 0
--- function on_snapshot()
---     return { seen = seen }
--- end
--- ```
---@return tibicen.Plain # The state that goes to on_migrate of the new generation.
function on_snapshot() end

--- Called after the plugin's code has run and before it goes live.
--- Raises: An error refuses this generation; the running one goes on.
--- ```lua
--- function on_migrate(state)
---     seen = state and state.seen or 0
--- end
--- ```
---@param state any What on_snapshot returned; nil at a first load.
function on_migrate(state) end

--- Asked behind on_migrate whether this generation may go live; anything but false or a string is a yes.
--- Raises: An error refuses this generation; the running one goes on.
--- ```lua
--- function on_health()
---     return settings.greeting ~= "" or "the greeting is empty"
--- end
--- ```
---@return boolean|string|nil # false, or the reason as a string, refuses this generation.
---@return string|nil # The reason, beside a false.
function on_health() end

--- Called when the owner has changed settings; `settings` has the new values already.
--- ```lua
--- function on_settings(changed)
---     log.info("the greeting is now", changed.greeting)
--- end
--- ```
---@param changed table<string, any> Only those that changed.
function on_settings(changed) end
