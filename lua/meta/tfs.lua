---@meta
-- luacheck: ignore
-- Made by `tibicen reference` from manifests/api/tfs.yaml; a change here is lost.

---@class Action
Action = {}

---@param aids integer
---@return boolean
function Action:aid(aids) end

---@param bool boolean
---@return boolean
function Action:allowFarUse(bool) end

---@param bool boolean
---@return boolean
function Action:blockWalls(bool) end

---@param bool boolean
---@return boolean
function Action:checkFloor(bool) end

---@param ids integer
---@return boolean
function Action:id(ids) end

---@param callback any
---@return boolean
function Action:onUse(callback) end

---@return boolean
function Action:register() end

---@param uids integer
---@return boolean
function Action:uid(uids) end

---@class Combat
Combat = {}

---@param condition Condition
---@return boolean
function Combat:addCondition(condition) end

---@return boolean
function Combat:clearConditions() end

function Combat:delete() end

---@param creature Creature
---@param variant? Variant
---@return boolean
function Combat:execute(creature, variant) end

---@param key integer
---@return number
function Combat:getParameter(key) end

---@param area integer
---@return boolean
function Combat:setArea(area) end

---@param key integer
---@param function_ string
---@return boolean
function Combat:setCallback(key, function_) end

---@param type integer
---@param mina number
---@param minb number
---@param maxa number
---@param maxb number
---@return boolean
function Combat:setFormula(type, mina, minb, maxa, maxb) end

---@param origin integer
---@return boolean
function Combat:setOrigin(origin) end

---@param key integer
---@param value? any
---@return boolean
function Combat:setParameter(key, value) end

---@class Condition
Condition = {}

---@param rounds integer
---@param time integer
---@param value integer
---@return boolean
function Condition:addDamage(rounds, time, value) end

---@return any
function Condition:clone() end

---@return number
function Condition:getEndTime() end

---@return number
function Condition:getIcons() end

---@return number
function Condition:getId() end

---@param key integer
---@return number
function Condition:getParameter(key) end

---@return number
function Condition:getSubId() end

---@return number
function Condition:getTicks() end

---@return number
function Condition:getType() end

---@param mina number
---@param minb number
---@param maxa number
---@param maxb number
---@return boolean
function Condition:setFormula(mina, minb, maxa, maxb) end

---@param outfit any
---@param value2? integer
---@param value3? integer
---@param value4? integer
---@param value5? integer
---@param value6? integer
---@param value7? integer
---@param value8? integer
---@return boolean
function Condition:setOutfit(outfit, value2, value3, value4, value5, value6, value7, value8) end

---@param key integer
---@param value? any
---@return boolean
function Condition:setParameter(key, value) end

---@param ticks integer
---@return boolean
function Condition:setTicks(ticks) end

---@class Container: Item
Container = {}

---@param itemId any
---@param count? integer
---@param index? integer
---@param flags? integer
---@return table
function Container:addItem(itemId, count, index, flags) end

---@param item Item
---@param index? integer
---@param flags? integer
---@return number
function Container:addItemEx(item, index, flags) end

---@return number
function Container:getCapacity() end

---@return number
function Container:getCorpseOwner() end

---@param recursive? boolean
---@return number
function Container:getEmptySlots(recursive) end

---@param index integer
---@return any
function Container:getItem(index) end

---@param itemId any
---@param subType? integer
---@return number
function Container:getItemCountById(itemId, subType) end

---@return number
function Container:getItemHoldingCount() end

---@param recursive? boolean
---@return table
function Container:getItems(recursive) end

---@return number
function Container:getSize() end

---@param item Item
---@return boolean
function Container:hasItem(item) end

---@class Creature
Creature = {}

---@param condition Condition
---@param force? boolean
---@return boolean
function Creature:addCondition(condition, force) end

---@param healthChange integer
---@return boolean
function Creature:addHealth(healthChange) end

---@param position Position
---@return boolean
function Creature:canSee(position) end

---@param creature Creature
---@return boolean
function Creature:canSeeCreature(creature) end

---@param creature Creature
---@return boolean
function Creature:canSeeGhostMode(creature) end

---@return boolean
function Creature:canSeeInvisibility() end

---@param delta integer
---@return boolean
function Creature:changeSpeed(delta) end

---@return number
function Creature:getBaseSpeed() end

---@param conditionType integer
---@param conditionId? integer
---@param subId? integer
---@return any
function Creature:getCondition(conditionType, conditionId, subId) end

---@return table
function Creature:getDamageMap() end

---@param distance integer
---@return string
function Creature:getDescription(distance) end

---@return number
function Creature:getDirection() end

---@param type integer
---@return table
function Creature:getEvents(type) end

---@return any
function Creature:getFollowCreature() end

---@return number
function Creature:getHealth() end

---@param iconId integer
---@return number
function Creature:getIcon(iconId) end

---@return number
function Creature:getId() end

---@return any ...
function Creature:getLight() end

---@return any
function Creature:getMaster() end

---@return number
function Creature:getMaxHealth() end

---@return string
function Creature:getName() end

---@return table
function Creature:getOutfit() end

---@return any
function Creature:getParent() end

---@param pos Position
---@param minTargetDist? integer
---@param maxTargetDist? integer
---@param fullPathSearch? boolean
---@param clearSight? boolean
---@param maxSearchDist? integer
---@return table
function Creature:getPathTo(pos, minTargetDist, maxTargetDist, fullPathSearch, clearSight, maxSearchDist) end

---@return Position
function Creature:getPosition() end

---@return number
function Creature:getSkull() end

---@return number
function Creature:getSpeed() end

---@param key integer
---@return number
function Creature:getStorageValue(key) end

---@return table
function Creature:getSummons() end

---@return any
function Creature:getTarget() end

---@return any
function Creature:getTile() end

---@return number
function Creature:getZone() end

---@param conditionType integer
---@param subId? integer
---@return boolean
function Creature:hasCondition(conditionType, subId) end

---@param iconId integer
---@return boolean
function Creature:hasIcon(iconId) end

---@return boolean
function Creature:hasParent() end

---@return boolean
function Creature:isCreature() end

---@return boolean
function Creature:isHealthHidden() end

---@param condition any
---@return boolean
function Creature:isImmune(condition) end

---@return boolean
function Creature:isInGhostMode() end

---@return boolean
function Creature:isMovementBlocked() end

---@return boolean
function Creature:isRemoved() end

---@param direction any
---@param value2? integer
---@return number
function Creature:move(direction, value2) end

---@param name string
---@return boolean
function Creature:registerEvent(name) end

---@return boolean
function Creature:remove() end

---@param conditionType any
---@param conditionId? any
---@param subId? integer
---@param force? boolean
---@return boolean
function Creature:removeCondition(conditionType, conditionId, subId, force) end

---@param iconId integer
---@return boolean
function Creature:removeIcon(iconId) end

---@param text string
---@param type? integer
---@param ghost? boolean
---@param target? Creature
---@param position? Position
---@return boolean
function Creature:say(text, type, ghost, target, position) end

---@param direction integer
---@return boolean
function Creature:setDirection(direction) end

---@param doDrop boolean
---@return boolean
function Creature:setDropLoot(doDrop) end

---@param followedCreature Creature
---@return boolean
function Creature:setFollowCreature(followedCreature) end

---@param health integer
---@return boolean
function Creature:setHealth(health) end

---@param hide boolean
---@return boolean
function Creature:setHiddenHealth(hide) end

---@param iconId integer
---@param value integer
---@return boolean
function Creature:setIcon(iconId, value) end

---@param color integer
---@param level integer
---@return boolean
function Creature:setLight(color, level) end

---@param master Creature
---@return boolean
function Creature:setMaster(master) end

---@param maxHealth integer
---@return boolean
function Creature:setMaxHealth(maxHealth) end

---@param state boolean
---@return boolean
function Creature:setMovementBlocked(state) end

---@param outfit Outfit
---@return boolean
function Creature:setOutfit(outfit) end

---@param skillLoss boolean
---@return boolean
function Creature:setSkillLoss(skillLoss) end

---@param skull integer
---@return boolean
function Creature:setSkull(skull) end

---@param key integer
---@param value integer
---@return boolean
function Creature:setStorageValue(key, value) end

---@param target Creature
---@return boolean
function Creature:setTarget(target) end

---@param position Position
---@param pushMovement? boolean
---@return boolean
function Creature:teleportTo(position, pushMovement) end

---@param name string
---@return boolean
function Creature:unregisterEvent(name) end

---@class CreatureEvent
CreatureEvent = {}

---@return boolean
function CreatureEvent:onAdvance() end

---@return boolean
function CreatureEvent:onDeath() end

---@return boolean
function CreatureEvent:onExtendedOpcode() end

---@return boolean
function CreatureEvent:onHealthChange() end

---@return boolean
function CreatureEvent:onKill() end

---@return boolean
function CreatureEvent:onLogin() end

---@return boolean
function CreatureEvent:onLogout() end

---@return boolean
function CreatureEvent:onManaChange() end

---@return boolean
function CreatureEvent:onModalWindow() end

---@return boolean
function CreatureEvent:onPrepareDeath() end

---@return boolean
function CreatureEvent:onReconnect() end

---@return boolean
function CreatureEvent:onTextEdit() end

---@return boolean
function CreatureEvent:onThink() end

---@return boolean
function CreatureEvent:register() end

---@param callback string
---@return boolean
function CreatureEvent:type(callback) end

---@class DBInsert
DBInsert = {}

---@param row string
---@return boolean
function DBInsert:addRow(row) end

---@return boolean
function DBInsert:execute() end

---@class DBTransaction
DBTransaction = {}

---@return boolean
function DBTransaction:begin() end

---@return boolean
function DBTransaction:commit() end

function DBTransaction:rollback() end

---@class GlobalEvent
GlobalEvent = {}

---@param interval integer
---@return boolean
function GlobalEvent:interval(interval) end

---@return boolean
function GlobalEvent:onRecord() end

---@return boolean
function GlobalEvent:onSave() end

---@return boolean
function GlobalEvent:onShutdown() end

---@return boolean
function GlobalEvent:onStartup() end

---@return boolean
function GlobalEvent:onThink() end

---@return boolean
function GlobalEvent:onTime() end

---@return boolean
function GlobalEvent:register() end

---@param time string
---@return boolean
function GlobalEvent:time(time) end

---@param callback string
---@return boolean
function GlobalEvent:type(callback) end

---@class Group
Group = {}

---@return boolean
function Group:getAccess() end

---@return number
function Group:getFlags() end

---@return number
function Group:getId() end

---@return number
function Group:getMaxDepotItems() end

---@return number
function Group:getMaxVipEntries() end

---@return string
function Group:getName() end

---@param flag integer
---@return boolean
function Group:hasFlag(flag) end

---@class Guild
Guild = {}

---@param id integer
---@param name string
---@param level integer
---@return boolean
function Guild:addRank(id, name, level) end

---@return number
function Guild:getId() end

---@return table
function Guild:getMembersOnline() end

---@return string
function Guild:getMotd() end

---@return string
function Guild:getName() end

---@param id integer
---@return table
function Guild:getRankById(id) end

---@param level integer
---@return table
function Guild:getRankByLevel(level) end

---@param motd string
---@return boolean
function Guild:setMotd(motd) end

---@class House
House = {}

---@param listId integer
---@param player? Player
---@return boolean
function House:canEditAccessList(listId, player) end

---@param listId integer
---@return string
function House:getAccessList(listId) end

---@return number
function House:getBedCount() end

---@return table
function House:getBeds() end

---@return number
function House:getDoorCount() end

---@param position Position
---@return number
function House:getDoorIdByPosition(position) end

---@return table
function House:getDoors() end

---@return Position
function House:getExitPosition() end

---@return number
function House:getId() end

---@return table
function House:getItems() end

---@return string
function House:getName() end

---@return number
function House:getOwnerGuid() end

---@return string
function House:getOwnerName() end

---@return number
function House:getPaidUntil() end

---@return number
function House:getPayRentWarnings() end

---@return number
function House:getRent() end

---@return number
function House:getTileCount() end

---@return table
function House:getTiles() end

---@return any
function House:getTown() end

---@param player Player
---@param targetPlayer? Player
---@return boolean
function House:kickPlayer(player, targetPlayer) end

---@return boolean
function House:save() end

---@param listId integer
---@param list string
---@return boolean
function House:setAccessList(listId, list) end

---@param guid integer
---@param updateDatabase? boolean
---@return boolean
function House:setOwnerGuid(guid, updateDatabase) end

---@param timestamp integer
---@return boolean
function House:setPaidUntil(timestamp) end

---@param warnings integer
---@return boolean
function House:setPayRentWarnings(warnings) end

---@param rent integer
---@return boolean
function House:setRent(rent) end

---@param player Player
---@param tradePartner? Player
---@return number
function House:startTrade(player, tradePartner) end

---@class Item
Item = {}

---@return any
function Item:clone() end

---@param decayId integer
---@return boolean
function Item:decay(decayId) end

---@return number
function Item:getActionId() end

---@return string
function Item:getArticle() end

---@param key any
---@return any
function Item:getAttribute(key) end

---@param combatType integer
---@param total? boolean
---@return any
function Item:getBoostPercent(combatType, total) end

---@return number
function Item:getCharges() end

---@return number
function Item:getCount() end

---@param key any
---@return any
function Item:getCustomAttribute(key) end

---@return number
function Item:getFluidType() end

---@return number
function Item:getId() end

---@return string
function Item:getName() end

---@return any
function Item:getParent() end

---@return string
function Item:getPluralName() end

---@return Position
function Item:getPosition() end

---@param combatType integer
---@param total? boolean
---@return table
function Item:getReflect(combatType, total) end

---@return string
function Item:getSpecialDescription() end

---@return number
function Item:getSubType() end

---@return any
function Item:getTile() end

---@return any
function Item:getTopParent() end

---@return number
function Item:getUniqueId() end

---@return number
function Item:getWeight() end

---@return number
function Item:getWorth() end

---@param key any
---@return boolean
function Item:hasAttribute(key) end

---@return boolean
function Item:hasParent() end

---@param property integer
---@return boolean
function Item:hasProperty(property) end

---@return boolean
function Item:isItem() end

---@return boolean
function Item:isLoadedFromMap() end

---@return boolean
function Item:isStoreItem() end

---@param position any
---@param flags? any
---@return boolean
function Item:moveTo(position, flags) end

---@param count? integer
---@return boolean
function Item:remove(count) end

---@param key any
---@return boolean
function Item:removeAttribute(key) end

---@param key any
---@return boolean
function Item:removeCustomAttribute(key) end

---@param actionId integer
---@return boolean
function Item:setActionId(actionId) end

---@param key any
---@param value? any
---@return boolean
function Item:setAttribute(key, value) end

---@param combatType integer
---@param percent integer
---@return boolean
function Item:setBoostPercent(combatType, percent) end

---@param key any
---@param value? any
---@return boolean
function Item:setCustomAttribute(key, value) end

---@param combatType integer
---@param reflect? any
---@return boolean
function Item:setReflect(combatType, reflect) end

---@param storeItem? boolean
---@return any
function Item:setStoreItem(storeItem) end

---@param count? integer
---@return any
function Item:split(count) end

---@param itemId any
---@param count? integer
---@return boolean
function Item:transform(itemId, count) end

---@class ItemType
ItemType = {}

---@return table
function ItemType:getAbilities() end

---@return number
function ItemType:getAmmoType() end

---@return number
function ItemType:getArmor() end

---@return string
function ItemType:getArticle() end

---@return number
function ItemType:getAttack() end

---@return number
function ItemType:getAttackSpeed() end

---@return number
function ItemType:getCapacity() end

---@return number
function ItemType:getCharges() end

---@return number
function ItemType:getClassification() end

---@return number
function ItemType:getClientId() end

---@return number
function ItemType:getCorpseType() end

---@return number
function ItemType:getDecayId() end

---@return number
function ItemType:getDefense() end

---@return string
function ItemType:getDescription() end

---@return number
function ItemType:getDestroyId() end

---@return number
function ItemType:getDurationMax() end

---@return number
function ItemType:getDurationMin() end

---@return number
function ItemType:getElementDamage() end

---@return number
function ItemType:getElementType() end

---@return number
function ItemType:getExtraDefense() end

---@return number
function ItemType:getFluidSource() end

---@return number
function ItemType:getGroup() end

---@return number
function ItemType:getHitChance() end

---@return number
function ItemType:getId() end

---@return number
function ItemType:getLevelDoor() end

---@return table
function ItemType:getMarketBuyStatistics() end

---@return table
function ItemType:getMarketSellStatistics() end

---@return number
function ItemType:getMinReqLevel() end

---@return number
function ItemType:getMinReqMagicLevel() end

---@return string
function ItemType:getName() end

---@return string
function ItemType:getPluralName() end

---@return number
function ItemType:getRequiredLevel() end

---@return number
function ItemType:getRotateTo() end

---@return string
function ItemType:getRuneSpellName() end

---@return number
function ItemType:getShootRange() end

---@return number
function ItemType:getSlotPosition() end

---@return number
function ItemType:getTransformDeEquipId() end

---@return number
function ItemType:getTransformEquipId() end

---@return number
function ItemType:getType() end

---@return string
function ItemType:getVocationString() end

---@return number
function ItemType:getWeaponType() end

---@param count? integer
---@return number
function ItemType:getWeight(count) end

---@return number
function ItemType:getWieldInfo() end

---@return number
function ItemType:getWorth() end

---@return boolean
function ItemType:hasAllowDistRead() end

---@return boolean
function ItemType:hasShowAttributes() end

---@return boolean
function ItemType:hasShowCharges() end

---@return boolean
function ItemType:hasShowCount() end

---@return boolean
function ItemType:hasShowDuration() end

---@return boolean
function ItemType:hasSubType() end

---@return boolean
function ItemType:isBlocking() end

---@return boolean
function ItemType:isContainer() end

---@return boolean
function ItemType:isCorpse() end

---@return boolean
function ItemType:isDoor() end

---@return boolean
function ItemType:isFluidContainer() end

---@return boolean
function ItemType:isGroundTile() end

---@return boolean
function ItemType:isMagicField() end

---@return boolean
function ItemType:isMovable() end

---@return boolean
function ItemType:isPickupable() end

---@return boolean
function ItemType:isReadable() end

---@return boolean
function ItemType:isRotatable() end

---@return boolean
function ItemType:isRune() end

---@return boolean
function ItemType:isStackable() end

---@return boolean
function ItemType:isStoreItem() end

---@return boolean
function ItemType:isUseable() end

---@return boolean
function ItemType:isWritable() end

---@class Loot
Loot = {}

---@param loot Loot
---@return boolean
function Loot:addChildLoot(loot) end

---@param value1 any
function Loot:delete(value1) end

---@param actionid integer
---@return boolean
function Loot:setActionId(actionid) end

---@param chance integer
---@return boolean
function Loot:setChance(chance) end

---@param desc string
---@return boolean
function Loot:setDescription(desc) end

---@param id any
---@return boolean
function Loot:setId(id) end

---@param max integer
---@return boolean
function Loot:setMaxCount(max) end

---@param type integer
---@return boolean
function Loot:setSubType(type) end

---@class ModalWindow
ModalWindow = {}

---@param id integer
---@param text string
---@return boolean
function ModalWindow:addButton(id, text) end

---@param id integer
---@param text string
---@return boolean
function ModalWindow:addChoice(id, text) end

function ModalWindow:delete() end

---@return number
function ModalWindow:getButtonCount() end

---@return number
function ModalWindow:getChoiceCount() end

---@return number
function ModalWindow:getDefaultEnterButton() end

---@return number
function ModalWindow:getDefaultEscapeButton() end

---@return number
function ModalWindow:getId() end

---@return string
function ModalWindow:getMessage() end

---@return string
function ModalWindow:getTitle() end

---@return boolean
function ModalWindow:hasPriority() end

---@param player Player
---@return boolean
function ModalWindow:sendToPlayer(player) end

---@param buttonId integer
---@return boolean
function ModalWindow:setDefaultEnterButton(buttonId) end

---@param buttonId integer
---@return boolean
function ModalWindow:setDefaultEscapeButton(buttonId) end

---@param text string
---@return boolean
function ModalWindow:setMessage(text) end

---@param priority boolean
---@return boolean
function ModalWindow:setPriority(priority) end

---@param text string
---@return boolean
function ModalWindow:setTitle(text) end

---@class Monster: Creature
Monster = {}

---@param creature Creature
---@return boolean
function Monster:addFriend(creature) end

---@param creature Creature
---@param pushFront? boolean
---@return boolean
function Monster:addTarget(creature, pushFront) end

---@return number
function Monster:getFriendCount() end

---@return table
function Monster:getFriendList() end

---@return number
function Monster:getId() end

---@return Position
function Monster:getSpawnPosition() end

---@param iconId integer
---@return number
function Monster:getSpecialIcon(iconId) end

---@return number
function Monster:getTargetCount() end

---@return table
function Monster:getTargetList() end

---@return any
function Monster:getType() end

---@param iconId integer
---@return boolean
function Monster:hasSpecialIcon(iconId) end

---@param creature Creature
---@return boolean
function Monster:isFriend(creature) end

---@return boolean
function Monster:isIdle() end

---@param position? Position
---@return any
function Monster:isInSpawnRange(position) end

---@return boolean
function Monster:isMonster() end

---@param creature Creature
---@return boolean
function Monster:isOpponent(creature) end

---@param creature Creature
---@return boolean
function Monster:isTarget(creature) end

---@return boolean
function Monster:isWalkingToSpawn() end

---@param creature Creature
---@return boolean
function Monster:removeFriend(creature) end

---@param iconId integer
---@return boolean
function Monster:removeSpecialIcon(iconId) end

---@param creature Creature
---@return boolean
function Monster:removeTarget(creature) end

---@param name string
---@param nameDescription? string
---@return boolean
function Monster:rename(name, nameDescription) end

---@param searchType? integer
---@return boolean
function Monster:searchTarget(searchType) end

---@param creature Creature
---@return boolean
function Monster:selectTarget(creature) end

---@param idle boolean
---@return boolean
function Monster:setIdle(idle) end

---@param iconId integer
---@param value integer
---@return boolean
function Monster:setSpecialIcon(iconId, value) end

---@return boolean
function Monster:walkToSpawn() end

---@class MonsterSpell
MonsterSpell = {}

---@param value1 any
function MonsterSpell:delete(value1) end

---@param attack integer
---@param skill integer
---@return boolean
function MonsterSpell:setAttackValue(attack, skill) end

---@param chance integer
---@return boolean
function MonsterSpell:setChance(chance) end

---@param effect integer
---@return boolean
function MonsterSpell:setCombatEffect(effect) end

---@param length integer
---@return boolean
function MonsterSpell:setCombatLength(length) end

---@param radius integer
---@return boolean
function MonsterSpell:setCombatRadius(radius) end

---@param ring integer
---@return boolean
function MonsterSpell:setCombatRing(ring) end

---@param effect integer
---@return boolean
function MonsterSpell:setCombatShootEffect(effect) end

---@param spread integer
---@return boolean
function MonsterSpell:setCombatSpread(spread) end

---@param combatType_t integer
---@return boolean
function MonsterSpell:setCombatType(combatType_t) end

---@param min integer
---@param max integer
---@return boolean
function MonsterSpell:setCombatValue(min, max) end

---@param min integer
---@param max integer
---@param start integer
---@return boolean
function MonsterSpell:setConditionDamage(min, max, start) end

---@param drunkenness integer
---@return boolean
function MonsterSpell:setConditionDrunkenness(drunkenness) end

---@param duration integer
---@return boolean
function MonsterSpell:setConditionDuration(duration) end

---@param minSpeed integer
---@param maxSpeed? integer
---@return boolean
function MonsterSpell:setConditionSpeedChange(minSpeed, maxSpeed) end

---@param interval integer
---@return boolean
function MonsterSpell:setConditionTickInterval(interval) end

---@param type integer
---@return boolean
function MonsterSpell:setConditionType(type) end

---@param interval integer
---@return boolean
function MonsterSpell:setInterval(interval) end

---@param bool boolean
---@return boolean
function MonsterSpell:setNeedDirection(bool) end

---@param bool boolean
---@return boolean
function MonsterSpell:setNeedTarget(bool) end

---@param outfit any
---@return boolean
function MonsterSpell:setOutfit(outfit) end

---@param range integer
---@return boolean
function MonsterSpell:setRange(range) end

---@param name string
---@return boolean
function MonsterSpell:setScriptName(name) end

---@param type string
---@return boolean
function MonsterSpell:setType(type) end

---@class MonsterType
MonsterType = {}

---@param monsterspell MonsterSpell
---@return any
function MonsterType:addAttack(monsterspell) end

---@param monsterspell MonsterSpell
---@return any
function MonsterType:addDefense(monsterspell) end

---@param type integer
---@param percent integer
---@return boolean
function MonsterType:addElement(type, percent) end

---@param loot Loot
---@return boolean
function MonsterType:addLoot(loot) end

---@param name string
---@param interval integer
---@param chance integer
---@param max? integer
---@param effect? integer
---@param masterEffect? integer
---@return boolean
function MonsterType:addSummon(name, interval, chance, max, effect, masterEffect) end

---@param sentence string
---@param interval integer
---@param chance integer
---@param yell boolean
---@return boolean
function MonsterType:addVoice(sentence, interval, chance, yell) end

---@param value1? integer
---@return any
function MonsterType:armor(value1) end

---@param value1? integer
---@return any
function MonsterType:baseSpeed(value1) end

---@param value1? table
---@return table
function MonsterType:bestiaryInfo(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:canPushCreatures(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:canPushItems(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:canWalkOnEnergy(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:canWalkOnFire(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:canWalkOnPoison(value1) end

---@param value1? integer
---@return any
function MonsterType:changeTargetChance(value1) end

---@param value1? integer
---@return any
function MonsterType:changeTargetSpeed(value1) end

---@param value1? string
---@return any
function MonsterType:combatImmunities(value1) end

---@param value1? string
---@return any
function MonsterType:conditionImmunities(value1) end

---@param value1? integer
---@return any
function MonsterType:corpseId(value1) end

---@param value1? integer
---@return any
function MonsterType:defense(value1) end

---@param event integer
---@return boolean
function MonsterType:eventType(event) end

---@param value1? integer
---@return any
function MonsterType:experience(value1) end

---@return table
function MonsterType:getAttackList() end

---@return table
function MonsterType:getCreatureEvents() end

---@return table
function MonsterType:getDefenseList() end

---@return table
function MonsterType:getElementList() end

---@return table
function MonsterType:getLoot() end

---@return table
function MonsterType:getSummonList() end

---@return table
function MonsterType:getVoices() end

---@param value1? integer
---@return any
function MonsterType:health(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isAttackable(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isBoss(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isChallengeable(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isConvinceable(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isHealthHidden(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isHostile(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isIgnoringSpawnBlock(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isIllusionable(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isPushable(value1) end

---@param value1? boolean
---@return boolean
function MonsterType:isSummonable(value1) end

---@param value1? integer
---@param value2? integer
---@return any ...
function MonsterType:light(value1, value2) end

---@param value1? integer
---@return any
function MonsterType:manaCost(value1) end

---@param value1? integer
---@return any
function MonsterType:maxHealth(value1) end

---@param value1? integer
---@return any
function MonsterType:maxSummons(value1) end

function MonsterType:name() end

---@param value1? string
---@return any
function MonsterType:nameDescription(value1) end

---@param callback any
---@return boolean
function MonsterType:onAppear(callback) end

---@param callback any
---@return boolean
function MonsterType:onDisappear(callback) end

---@param callback any
---@return boolean
function MonsterType:onMove(callback) end

---@param callback any
---@return boolean
function MonsterType:onSay(callback) end

---@param callback any
---@return boolean
function MonsterType:onThink(callback) end

---@param value1? Outfit
---@return any
function MonsterType:outfit(value1) end

---@param value1? string
---@return any
function MonsterType:race(value1) end

---@param name string
---@return boolean
function MonsterType:registerEvent(name) end

---@param value1? integer
---@return any
function MonsterType:runHealth(value1) end

---@param value1? any
---@return any
function MonsterType:skull(value1) end

---@param value1? integer
---@return any
function MonsterType:staticAttackChance(value1) end

---@param value1? integer
---@return any
function MonsterType:targetDistance(value1) end

---@param value1? integer
---@return any
function MonsterType:yellChance(value1) end

---@param value1? integer
---@return any
function MonsterType:yellSpeedTicks(value1) end

---@class MoveEvent
MoveEvent = {}

---@param ids integer
---@return boolean
function MoveEvent:aid(ids) end

---@param ids integer
---@return boolean
function MoveEvent:id(ids) end

---@param lvl integer
---@return boolean
function MoveEvent:level(lvl) end

---@param lvl integer
---@return boolean
function MoveEvent:magicLevel(lvl) end

---@return boolean
function MoveEvent:onAddItem() end

---@return boolean
function MoveEvent:onDeEquip() end

---@return boolean
function MoveEvent:onEquip() end

---@return boolean
function MoveEvent:onRemoveItem() end

---@return boolean
function MoveEvent:onStepIn() end

---@return boolean
function MoveEvent:onStepOut() end

---@param positions Position
---@return boolean
function MoveEvent:position(positions) end

---@param bool boolean
---@return boolean
function MoveEvent:premium(bool) end

---@return boolean
function MoveEvent:register() end

---@param slot string
---@return boolean
function MoveEvent:slot(slot) end

---@param bool boolean
---@return boolean
function MoveEvent:tileItem(bool) end

---@param callback string
---@return boolean
function MoveEvent:type(callback) end

---@param ids integer
---@return boolean
function MoveEvent:uid(ids) end

---@param vocName string
---@param showInDescription? boolean
---@param lastVoc? boolean
---@return boolean
function MoveEvent:vocation(vocName, showInDescription, lastVoc) end

---@class NetworkMessage
NetworkMessage = {}

---@param number integer
---@return boolean
function NetworkMessage:addByte(number) end

---@param number number
---@return boolean
function NetworkMessage:addDouble(number) end

---@param item Item
---@return boolean
function NetworkMessage:addItem(item) end

---@param itemId any
---@return boolean
function NetworkMessage:addItemId(itemId) end

---@param position Position
---@return boolean
function NetworkMessage:addPosition(position) end

---@param string string
---@return boolean
function NetworkMessage:addString(string) end

---@param number integer
---@return boolean
function NetworkMessage:addU16(number) end

---@param number integer
---@return boolean
function NetworkMessage:addU32(number) end

---@param number integer
---@return boolean
function NetworkMessage:addU64(number) end

function NetworkMessage:delete() end

---@return number
function NetworkMessage:getByte() end

---@return Position
function NetworkMessage:getPosition() end

---@return string
function NetworkMessage:getString() end

---@return number
function NetworkMessage:getU16() end

---@return number
function NetworkMessage:getU32() end

---@return number
function NetworkMessage:getU64() end

---@return number
function NetworkMessage:len() end

---@return boolean
function NetworkMessage:reset() end

---@param position integer
---@return boolean
function NetworkMessage:seek(position) end

---@param player Player
---@return boolean
function NetworkMessage:sendToPlayer(player) end

---@param number integer
---@return boolean
function NetworkMessage:skipBytes(number) end

---@return number
function NetworkMessage:tell() end

---@class Npc: Creature
Npc = {}

---@param player Player
---@return boolean
function Npc:closeShopWindow(player) end

---@param key string
---@return string
function Npc:getParameter(key) end

---@return table
function Npc:getSpectators() end

---@return number
function Npc:getSpeechBubble() end

---@return boolean
function Npc:isNpc() end

---@param cid Player
---@param items? table
---@param buyCallback? function
---@param sellCallback? function
---@return boolean
function Npc:openShopWindow(cid, items, buyCallback, sellCallback) end

---@param creature Creature
---@return boolean
function Npc:setFocus(creature) end

---@param pos Position
---@param radius? integer
---@return boolean
function Npc:setMasterPos(pos, radius) end

---@param speechBubble integer
---@return boolean
function Npc:setSpeechBubble(speechBubble) end

---@class Outfit
Outfit = {}

---@class Party
Party = {}

---@param player Player
---@return boolean
function Party:addInvite(player) end

---@param player Player
---@return boolean
function Party:addMember(player) end

---@return boolean
function Party:disband() end

---@return number
function Party:getInviteeCount() end

---@return table
function Party:getInvitees() end

---@return any
function Party:getLeader() end

---@return number
function Party:getMemberCount() end

---@return table
function Party:getMembers() end

---@param player Player
---@return boolean
function Party:isMemberSharingExp(player) end

---@return boolean
function Party:isSharedExperienceActive() end

---@return boolean
function Party:isSharedExperienceEnabled() end

---@param player Player
---@return boolean
function Party:removeInvite(player) end

---@param player Player
---@return boolean
function Party:removeMember(player) end

---@param player Player
---@return boolean
function Party:setLeader(player) end

---@param active boolean
---@return boolean
function Party:setSharedExperience(active) end

---@param experience integer
---@return boolean
function Party:shareExperience(experience) end

---@class Player: Creature
Player = {}

---@param blessing integer
---@return boolean
function Player:addBlessing(blessing) end

---@param experience integer
---@param sendText? boolean
---@return boolean
function Player:addExperience(experience, sendText) end

---@param itemId any
---@param count? integer
---@param canDropOnMap? boolean
---@param subType? integer
---@param slot? integer
---@return table
function Player:addItem(itemId, count, canDropOnMap, subType, slot) end

---@param item Item
---@param canDropOnMap? boolean
---@param index? integer
---@param flags? integer
---@return number
function Player:addItemEx(item, canDropOnMap, index, flags) end

---@param manaChange integer
---@param animationOnLoss? boolean
---@return boolean
function Player:addMana(manaChange, animationOnLoss) end

---@param amount integer
---@return boolean
function Player:addManaSpent(amount) end

---@param position Position
---@param type integer
---@param description string
---@return boolean
function Player:addMapMark(position, type, description) end

---@param money integer
---@return boolean
function Player:addMoney(money) end

---@param mountId any
---@return boolean
function Player:addMount(mountId) end

---@param time integer
---@return boolean
function Player:addOfflineTrainingTime(time) end

---@param skillType integer
---@param tries integer
---@return boolean
function Player:addOfflineTrainingTries(skillType, tries) end

---@param lookType integer
---@return boolean
function Player:addOutfit(lookType) end

---@param lookType integer
---@param addon integer
---@return boolean
function Player:addOutfitAddon(lookType, addon) end

---@param skillType integer
---@param tries integer
---@return boolean
function Player:addSkillTries(skillType, tries) end

---@param soulChange integer
---@return boolean
function Player:addSoul(soulChange) end

---@param specialSkillType integer
---@param value integer
---@return boolean
function Player:addSpecialSkill(specialSkillType, value) end

---@param spell any
---@return boolean
function Player:canCast(spell) end

---@param spellName string
---@return boolean
function Player:canLearnSpell(spellName) end

---@param lookType integer
---@param addon? integer
---@return boolean
function Player:canWearOutfit(lookType, addon) end

---@param speaker Creature
---@param type integer
---@param text string
---@param channelId integer
---@return boolean
function Player:channelSay(speaker, type, text, channelId) end

---@param spellName string
---@return boolean
function Player:forgetSpell(spellName) end

---@return number
function Player:getAccountId() end

---@return number
function Player:getAccountType() end

---@return number
function Player:getBankBalance() end

---@return number
function Player:getBaseMagicLevel() end

---@return number
function Player:getBaseMaxHealth() end

---@return number
function Player:getBaseMaxMana() end

---@return number
function Player:getCapacity() end

---@return table
function Player:getClient() end

---@return number
function Player:getClientExpDisplay() end

---@return number
function Player:getClientLowLevelBonusDisplay() end

---@return number
function Player:getClientStaminaBonusDisplay() end

---@param id integer
---@return any
function Player:getContainerById(id) end

---@param container Container
---@return number
function Player:getContainerId(container) end

---@param id integer
---@return number
function Player:getContainerIndex(id) end

---@return number
function Player:getDeathPenalty() end

---@param depotId integer
---@param autoCreate? boolean
---@return boolean
function Player:getDepotChest(depotId, autoCreate) end

---@param skillType integer
---@return number
function Player:getEffectiveSkillLevel(skillType) end

---@return number
function Player:getExperience() end

---@return number
function Player:getFightMode() end

---@return number
function Player:getFreeCapacity() end

---@return any
function Player:getGroup() end

---@return number
function Player:getGuid() end

---@return any
function Player:getGuild() end

---@return number
function Player:getGuildLevel() end

---@return string
function Player:getGuildNick() end

---@return any
function Player:getHouse() end

---@return number
function Player:getIdleTime() end

---@return boolean
function Player:getInbox() end

---@return table
function Player:getInstantSpells() end

---@return string
function Player:getIp() end

---@param itemId any
---@param deepSearch boolean
---@param subType? integer
---@return any
function Player:getItemById(itemId, deepSearch, subType) end

---@param itemId any
---@param subType? integer
---@return number
function Player:getItemCount(itemId, subType) end

---@return number
function Player:getLastLoginSaved() end

---@return number
function Player:getLastLogout() end

---@return number
function Player:getLevel() end

---@return number
function Player:getLevelPercent() end

---@return number
function Player:getMagicLevel() end

---@return number
function Player:getMagicLevelPercent() end

---@return number
function Player:getMana() end

---@return number
function Player:getManaSpent() end

---@return number
function Player:getMaxMana() end

---@return number
function Player:getMaxSoul() end

---@return number
function Player:getMoney() end

---@return number
function Player:getOfflineTrainingSkill() end

---@return number
function Player:getOfflineTrainingTime() end

---@return any
function Player:getParty() end

---@return number
function Player:getPremiumEndsAt() end

---@return table
function Player:getRuneSpells() end

---@return number
function Player:getSex() end

---@param skillType integer
---@return number
function Player:getSkillLevel(skillType) end

---@param skillType integer
---@return number
function Player:getSkillPercent(skillType) end

---@param skillType integer
---@return number
function Player:getSkillTries(skillType) end

---@return number
function Player:getSkullTime() end

---@param slot integer
---@return any
function Player:getSlotItem(slot) end

---@return number
function Player:getSoul() end

---@param specialSkillType integer
---@return number
function Player:getSpecialSkill(specialSkillType) end

---@return number
function Player:getStamina() end

---@return any
function Player:getStoreInbox() end

---@return any
function Player:getTown() end

---@return any
function Player:getVocation() end

---@param blessing integer
---@return boolean
function Player:hasBlessing(blessing) end

---@return boolean
function Player:hasChaseMode() end

---@param spellName string
---@return boolean
function Player:hasLearnedSpell(spellName) end

---@param mountId any
---@return boolean
function Player:hasMount(mountId) end

---@param lookType integer
---@param addon? integer
---@return boolean
function Player:hasOutfit(lookType, addon) end

---@return boolean
function Player:hasSecureMode() end

---@return boolean
function Player:isNearDepotBox() end

---@return boolean
function Player:isPlayer() end

---@return boolean
function Player:isPzLocked() end

---@param spellName string
---@return boolean
function Player:learnSpell(spellName) end

---@param channelId integer
---@return boolean
function Player:leaveChannel(channelId) end

---@param channelId integer
---@return boolean
function Player:openChannel(channelId) end

---@param message string
---@return boolean
function Player:popupFYI(message) end

---@param blessing integer
---@return boolean
function Player:removeBlessing(blessing) end

---@param experience integer
---@param sendText? boolean
---@return boolean
function Player:removeExperience(experience, sendText) end

---@param itemId any
---@param count integer
---@param subType? integer
---@param ignoreEquipped? boolean
---@return boolean
function Player:removeItem(itemId, count, subType, ignoreEquipped) end

---@param amount integer
---@param notify? boolean
---@return boolean
function Player:removeManaSpent(amount, notify) end

---@param money integer
---@return boolean
function Player:removeMoney(money) end

---@param mountId any
---@return boolean
function Player:removeMount(mountId) end

---@param time integer
---@return boolean
function Player:removeOfflineTrainingTime(time) end

---@param lookType integer
---@return boolean
function Player:removeOutfit(lookType) end

---@param lookType integer
---@param addon integer
---@return boolean
function Player:removeOutfitAddon(lookType, addon) end

---@param skillType integer
---@param tries integer
---@param notify? boolean
---@return boolean
function Player:removeSkillTries(skillType, tries, notify) end

---@return boolean
function Player:resetIdleTime() end

---@return boolean
function Player:save() end

---@param author string
---@param text string
---@param type integer
---@param channelId integer
---@return boolean
function Player:sendChannelMessage(author, text, type, channelId) end

---@param creature Creature
---@param color integer
---@return boolean
function Player:sendCreatureSquare(creature, color) end

---@param item Item
---@return boolean
function Player:sendEditPodium(item) end

---@return boolean
function Player:sendEnterMarket() end

---@param house House
---@param listId integer
---@return boolean
function Player:sendHouseWindow(house, listId) end

---@return boolean
function Player:sendOutfitWindow() end

---@param speaker Player
---@param text string
---@param type? integer
---@return boolean
function Player:sendPrivateMessage(speaker, text, type) end

---@param resource integer
---@param amount integer
---@return boolean
function Player:sendResourceBalance(resource, amount) end

---@param item Item
---@return boolean
function Player:sendSupplyUsed(item) end

---@param type integer
---@param text string
---@param position? any
---@param primaryValue? integer
---@param primaryColor? integer
---@param secondaryValue? integer
---@param secondaryColor? integer
---@param text2? any
---@param channelId? any
---@return boolean
function Player:sendTextMessage(type, text, position, primaryValue, primaryColor, secondaryValue, secondaryColor, text2, channelId) end

---@param tutorialId integer
---@return boolean
function Player:sendTutorial(tutorialId) end

---@param accountType integer
---@return boolean
function Player:setAccountType(accountType) end

---@param bankBalance integer
---@return boolean
function Player:setBankBalance(bankBalance) end

---@param capacity integer
---@return boolean
function Player:setCapacity(capacity) end

---@param value integer
---@return boolean
function Player:setClientExpDisplay(value) end

---@param value integer
---@return boolean
function Player:setClientLowLevelBonusDisplay(value) end

---@param value integer
---@return boolean
function Player:setClientStaminaBonusDisplay(value) end

---@param house House
---@param listId integer
---@return boolean
function Player:setEditHouse(house, listId) end

---@param enabled boolean
---@param magicEffect? integer
---@return boolean
function Player:setGhostMode(enabled, magicEffect) end

---@param group Group
---@return boolean
function Player:setGroup(group) end

---@param guild any
---@return boolean
function Player:setGuild(guild) end

---@param level integer
---@return boolean
function Player:setGuildLevel(level) end

---@param nick string
---@return boolean
function Player:setGuildNick(nick) end

---@param capacity integer
---@param value integer
---@return boolean
function Player:setManaShieldBar(capacity, value) end

---@param maxMana integer
---@return boolean
function Player:setMaxMana(maxMana) end

---@param skillId integer
---@return boolean
function Player:setOfflineTrainingSkill(skillId) end

---@param timestamp integer
---@return boolean
function Player:setPremiumEndsAt(timestamp) end

---@param newSex integer
---@return boolean
function Player:setSex(newSex) end

---@param skullTime integer
---@return boolean
function Player:setSkullTime(skullTime) end

---@param stamina integer
---@return boolean
function Player:setStamina(stamina) end

---@param town table
---@return boolean
function Player:setTown(town) end

---@param id any
---@return boolean
function Player:setVocation(id) end

---@param id any
---@param text? string
---@param canWrite? boolean
---@param length? integer
---@return number
function Player:showTextDialog(id, text, canWrite, length) end

---@param mount boolean
---@return boolean
function Player:toggleMount(mount) end

---@class Podium: Item
Podium = {}

---@return number
function Podium:getDirection() end

---@return table
function Podium:getOutfit() end

---@param flag integer
---@return boolean
function Podium:hasFlag(flag) end

---@param direction integer
---@return boolean
function Podium:setDirection(direction) end

---@param flag integer
---@param value boolean
---@return boolean
function Podium:setFlag(flag, value) end

---@param outfit Outfit
---@return boolean
function Podium:setOutfit(outfit) end

---@class Position
Position = {}

---@param positionEx Position
---@param sameFloor? boolean
---@return boolean
function Position:isSightClear(positionEx, sameFloor) end

---@param positionEx Position
---@param distanceEffect integer
---@param player? Player
---@return boolean
function Position:sendDistanceEffect(positionEx, distanceEffect, player) end

---@param magicEffect integer
---@param player? Player
---@return boolean
function Position:sendMagicEffect(magicEffect, player) end

---@class Spell
Spell = {}

---@param bool boolean
---@return boolean
function Spell:allowFarUse(bool) end

---@param bool boolean
---@return boolean
function Spell:blockWalls(bool) end

---@param charges integer
---@return any
function Spell:charges(charges) end

---@param bool boolean
---@return boolean
function Spell:checkFloor(bool) end

---@param cooldown integer
---@return any
function Spell:cooldown(cooldown) end

---@param primaryGroup any
---@param secondaryGroup? any
---@return any ...
function Spell:group(primaryGroup, secondaryGroup) end

---@param primaryGroupCd integer
---@param secondaryGroupCd? integer
---@return any ...
function Spell:groupCooldown(primaryGroupCd, secondaryGroupCd) end

---@param bool boolean
---@return boolean
function Spell:hasParams(bool) end

---@param bool boolean
---@return boolean
function Spell:hasPlayerNameParam(bool) end

---@param id integer
---@return any
function Spell:id(id) end

---@param bool boolean
---@return boolean
function Spell:isAggressive(bool) end

---@param blockingSolid boolean
---@param blockingCreature boolean
---@return any ...
function Spell:isBlocking(blockingSolid, blockingCreature) end

---@param bool boolean
---@return boolean
function Spell:isBlockingWalls(bool) end

---@param bool boolean
---@return boolean
function Spell:isEnabled(bool) end

---@param bool boolean
---@return boolean
function Spell:isPremium(bool) end

---@param bool boolean
---@return boolean
function Spell:isPzLock(bool) end

---@param bool boolean
---@return boolean
function Spell:isSelfTarget(bool) end

---@param lvl integer
---@return any
function Spell:level(lvl) end

---@param lvl integer
---@return any
function Spell:magicLevel(lvl) end

---@param mana integer
---@return any
function Spell:mana(mana) end

---@param percent integer
---@return any
function Spell:manaPercent(percent) end

---@param name string
---@return any
function Spell:name(name) end

---@param bool boolean
---@return boolean
function Spell:needCasterTargetOrDirection(bool) end

---@param bool boolean
---@return boolean
function Spell:needDirection(bool) end

---@param bool boolean
---@return boolean
function Spell:needLearn(bool) end

---@param bool boolean
---@return boolean
function Spell:needTarget(bool) end

---@param bool boolean
---@return boolean
function Spell:needWeapon(bool) end

---@param callback any
---@return boolean
function Spell:onCastSpell(callback) end

---@param range integer
---@return any
function Spell:range(range) end

---@return boolean
function Spell:register() end

---@param id integer
---@return any
function Spell:runeId(id) end

---@param level integer
---@return any
function Spell:runeLevel(level) end

---@param magLevel integer
---@return any
function Spell:runeMagicLevel(magLevel) end

---@param soul integer
---@return any
function Spell:soul(soul) end

---@param vocation any
---@return table
function Spell:vocation(vocation) end

---@param words string
---@param separator? string
---@return any ...
function Spell:words(words, separator) end

---@class TalkAction
TalkAction = {}

---@param needAccess? boolean
---@return boolean
function TalkAction:access(needAccess) end

---@param AccountType_t? integer
---@return boolean
function TalkAction:accountType(AccountType_t) end

---@param callback any
---@return boolean
function TalkAction:onSay(callback) end

---@return boolean
function TalkAction:register() end

---@param sep string
---@return boolean
function TalkAction:separator(sep) end

---@class Teleport: Item
Teleport = {}

---@return Position
function Teleport:getDestination() end

---@param position Position
---@return boolean
function Teleport:setDestination(position) end

---@class Tile
Tile = {}

---@param itemId any
---@param count? integer
---@param flags? integer
---@return table
function Tile:addItem(itemId, count, flags) end

---@param item Item
---@param flags? integer
---@return number
function Tile:addItemEx(item, flags) end

---@return any
function Tile:getBottomCreature() end

---@param creature Creature
---@return any
function Tile:getBottomVisibleCreature(creature) end

---@return number
function Tile:getCreatureCount() end

---@return table
function Tile:getCreatures() end

---@return number
function Tile:getDownItemCount() end

---@return any
function Tile:getFieldItem() end

---@return any
function Tile:getGround() end

---@return any
function Tile:getHouse() end

---@param itemId any
---@param subType? integer
---@return any
function Tile:getItemById(itemId, subType) end

---@param topOrder integer
---@return any
function Tile:getItemByTopOrder(topOrder) end

---@param itemType integer
---@return any
function Tile:getItemByType(itemType) end

---@return number
function Tile:getItemCount() end

---@param itemId any
---@param subType? integer
---@return number
function Tile:getItemCountById(itemId, subType) end

---@return table
function Tile:getItems() end

---@return Position
function Tile:getPosition() end

---@param index integer
---@return any
function Tile:getThing(index) end

---@return number
function Tile:getThingCount() end

---@param thing any
---@return number
function Tile:getThingIndex(thing) end

---@return any
function Tile:getTopCreature() end

---@return any
function Tile:getTopDownItem() end

---@return number
function Tile:getTopItemCount() end

---@return any
function Tile:getTopTopItem() end

---@param creature Creature
---@return any
function Tile:getTopVisibleCreature(creature) end

---@param creature Creature
---@return any
function Tile:getTopVisibleThing(creature) end

---@param flag integer
---@return boolean
function Tile:hasFlag(flag) end

---@param property integer
---@param item? Item
---@return boolean
function Tile:hasProperty(property, item) end

---@param thing any
---@param flags? integer
---@return number
function Tile:queryAdd(thing, flags) end

---@return boolean
function Tile:remove() end

---@class Variant
Variant = {}

---@return number
function Variant:getNumber() end

---@return Position
function Variant:getPosition() end

---@return string
function Variant:getString() end

---@class Vocation
Vocation = {}

---@return boolean
function Vocation:allowsPvp() end

---@return number
function Vocation:getAttackSpeed() end

---@return number
function Vocation:getBaseSpeed() end

---@return number
function Vocation:getCapacityGain() end

---@return number
function Vocation:getClientId() end

---@return any
function Vocation:getDemotion() end

---@return string
function Vocation:getDescription() end

---@return number
function Vocation:getHealthGain() end

---@return number
function Vocation:getHealthGainAmount() end

---@return number
function Vocation:getHealthGainTicks() end

---@return number
function Vocation:getId() end

---@return number
function Vocation:getManaGain() end

---@return number
function Vocation:getManaGainAmount() end

---@return number
function Vocation:getManaGainTicks() end

---@return number
function Vocation:getMaxSoul() end

---@return string
function Vocation:getName() end

---@return any
function Vocation:getPromotion() end

---@param magicLevel integer
---@return number
function Vocation:getRequiredManaSpent(magicLevel) end

---@param skillType integer
---@param skillLevel integer
---@return number
function Vocation:getRequiredSkillTries(skillType, skillLevel) end

---@return number
function Vocation:getSoulGainTicks() end

---@class Weapon
Weapon = {}

---@param callback string
---@return boolean
function Weapon:action(callback) end

---@param type string
---@return boolean
function Weapon:ammoType(type) end

---@param atk integer
---@return boolean
function Weapon:attack(atk) end

---@param percent integer
---@return boolean
function Weapon:breakChance(percent) end

---@param charges integer
---@param showCharges? boolean
---@return boolean
function Weapon:charges(charges, showCharges) end

---@param damage integer
---@param min? integer
---@param max? any
---@return boolean
function Weapon:damage(damage, min, max) end

---@param itemid? integer
---@return boolean
function Weapon:decayTo(itemid) end

---@param defense integer
---@param extraDefense? integer
---@return boolean
function Weapon:defense(defense, extraDefense) end

---@param duration any
---@param showDuration? boolean
---@return boolean
function Weapon:duration(duration, showDuration) end

---@param combatType any
---@return boolean
function Weapon:element(combatType) end

---@param atk integer
---@param combatType? any
---@return boolean
function Weapon:extraElement(atk, combatType) end

---@param health integer
---@return boolean
function Weapon:health(health) end

---@param percent integer
---@return boolean
function Weapon:healthPercent(percent) end

---@param chance integer
---@return boolean
function Weapon:hitChance(chance) end

---@param id integer
---@return boolean
function Weapon:id(id) end

---@param lvl integer
---@return boolean
function Weapon:level(lvl) end

---@param lvl integer
---@return boolean
function Weapon:magicLevel(lvl) end

---@param mana integer
---@return boolean
function Weapon:mana(mana) end

---@param percent integer
---@return boolean
function Weapon:manaPercent(percent) end

---@param max integer
---@return boolean
function Weapon:maxHitChance(max) end

---@param callback any
---@return boolean
function Weapon:onUseWeapon(callback) end

---@param bool boolean
---@return boolean
function Weapon:premium(bool) end

---@param range integer
---@return boolean
function Weapon:range(range) end

---@return boolean
function Weapon:register() end

---@param type integer
---@return boolean
function Weapon:shootType(type) end

---@param slot string
---@return boolean
function Weapon:slotType(slot) end

---@param soul integer
---@return boolean
function Weapon:soul(soul) end

---@param itemid integer
---@return boolean
function Weapon:transformDeEquipTo(itemid) end

---@param itemid integer
---@return boolean
function Weapon:transformEquipTo(itemid) end

---@param vocName string
---@param showInDescription? boolean
---@param lastVoc? boolean
---@return boolean
function Weapon:vocation(vocName, showInDescription, lastVoc) end

---@param bool boolean
---@return boolean
function Weapon:wieldUnproperly(bool) end

---@class XMLDocument
XMLDocument = {}

---@param name string
---@return any
function XMLDocument:child(name) end

---@return any
function XMLDocument:delete() end

---@class XMLNode
XMLNode = {}

---@param name string
---@return string
function XMLNode:attribute(name) end

---@return any
function XMLNode:delete() end

---@return any
function XMLNode:firstChild() end

---@return string
function XMLNode:name() end

---@return any
function XMLNode:nextSibling() end

Game = {}

---@param itemId any
---@param size integer
---@param position? Position
---@return any
function Game.createContainer(itemId, size, position) end

---@param itemId any
---@param count? integer
---@param position? Position
---@return any
function Game.createItem(itemId, count, position) end

---@param monsterName string
---@param position? Position
---@param extended? boolean
---@param force? boolean
---@param magicEffect? integer
---@return any
function Game.createMonster(monsterName, position, extended, force, magicEffect) end

---@param name string
---@return any
function Game.createMonsterType(name) end

---@param npcName string
---@param position? Position
---@param extended? boolean
---@param force? boolean
---@param magicEffect? integer
---@return any
function Game.createNpc(npcName, position, extended, force, magicEffect) end

---@param x any
---@param y? any
---@param z? integer
---@param isDynamic? boolean
---@return any
function Game.createTile(x, y, z, isDynamic) end

---@return table
function Game.getBestiary() end

---@return table
function Game.getClientVersion() end

---@return table
function Game.getCurrencyItems() end

---@param level integer
---@return number
function Game.getExperienceForLevel(level) end

---@param level integer
---@return number
function Game.getExperienceStage(level) end

---@return number
function Game.getGameState() end

---@return table
function Game.getHouses() end

---@return table
function Game.getInstantSpells() end

---@param name string
---@return number
function Game.getItemAttributeByName(name) end

---@param clientId integer
---@return any
function Game.getItemTypeByClientId(clientId) end

---@return number
function Game.getMonsterCount() end

---@return table
function Game.getMonsterTypes() end

---@return table
function Game.getMonsters() end

---@param lookType integer
---@return number
function Game.getMountIdByLookType(lookType) end

---@return table
function Game.getMounts() end

---@return number
function Game.getNpcCount() end

---@return table
function Game.getNpcs() end

---@param playerSex integer
---@return table
function Game.getOutfits(playerSex) end

---@return number
function Game.getPlayerCount() end

---@return table
function Game.getPlayers() end

---@param value integer
---@return string
function Game.getReturnMessage(value) end

---@return table
function Game.getRuneSpells() end

---@param position Position
---@param multifloor? boolean
---@param onlyPlayer? boolean
---@param minRangeX? integer
---@param maxRangeX? integer
---@param minRangeY? integer
---@param maxRangeY? integer
---@return table
function Game.getSpectators(position, multifloor, onlyPlayer, minRangeX, maxRangeX, minRangeY, maxRangeY) end

---@return table
function Game.getTowns() end

---@return table
function Game.getVocations() end

---@return number
function Game.getWorldType() end

---@param path string
function Game.loadMap(path) end

---@param reloadType integer
---@return any ...
function Game.reload(reloadType) end

---@param state integer
---@return boolean
function Game.setGameState(state) end

---@param type integer
---@return boolean
function Game.setWorldType(type) end

---@param event string
---@return boolean
function Game.startEvent(event) end

configManager = {}

---@param key integer
---@return boolean
function configManager.getBoolean(key) end

---@param key integer
---@return number
function configManager.getNumber(key) end

---@param key integer
---@return string
function configManager.getString(key) end

db = {}

---@param query any
---@param callback string
function db.asyncQuery(query, callback) end

---@param query any
---@param callback string
function db.asyncStoreQuery(query, callback) end

---@param s string
---@param length integer
---@return string
function db.escapeBlob(s, length) end

---@param s string
---@return string
function db.escapeString(s) end

---@return number
function db.lastInsertId() end

---@param query string
---@return boolean
function db.query(query) end

---@param query string
---@return number
function db.storeQuery(query) end

---@param tableName string
---@return boolean
function db.tableExists(tableName) end


---@return number
function os.mtime() end

result = {}

---@param resultId integer
---@return boolean
function result.free(resultId) end

---@param resultId integer
---@param column string
---@return number
function result.getNumber(resultId, column) end

---@param resultId integer
---@param column string
---@return any ...
function result.getStream(resultId, column) end

---@param resultId integer
---@param column string
---@return string
function result.getString(resultId, column) end

---@param resultId integer
---@return boolean
function result.next(resultId) end


---@param arrayLength integer
---@param keyLength integer
---@return table
function table.create(arrayLength, keyLength) end

---@param ... any
---@return table
function table.pack(...) end

---@param callback function
---@param delay integer
---@param ... any
---@return any
function addEvent(callback, delay, ...) end

---@return number
function cleanMap() end

---@param cid Player
---@return boolean
function closeShopWindow(cid) end

---@param area table
---@param optional? table
---@return number
function createCombatArea(area, optional) end

---@param text string
function debugPrint(text) end

---@param cid any
---@param type integer
---@param pos Position
---@param area integer
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param blockArmor? boolean
---@param blockShield? boolean
---@param ignoreResistances? boolean
---@return boolean
function doAreaCombat(cid, type, pos, area, min, max, effect, origin, blockArmor, blockShield, ignoreResistances) end

---@param cid Creature
---@param target? Creature
---@param force? boolean
---@return boolean
function doChallengeCreature(cid, target, force) end

---@param cid Creature
function doNpcSetCreatureFocus(cid) end

---@param cid Player
---@param itemid integer
---@param optional? integer
---@param optional2? boolean
---@param value5? integer
---@return number
function doPlayerAddItem(cid, itemid, optional, optional2, value5) end

---@param cid Player
---@param itemid integer
---@param amount integer
---@param optional? integer
---@param optional2? integer
---@param optional22? boolean
---@return number
function doSellItem(cid, itemid, amount, optional, optional2, optional22) end

---@param cid any
---@param target Creature
---@param type integer
---@param min integer
---@param max integer
---@param effect integer
---@param origin? integer
---@param blockArmor? boolean
---@param blockShield? boolean
---@param ignoreResistances? boolean
---@return boolean
function doTargetCombat(cid, target, type, min, max, effect, origin, blockArmor, blockShield, ignoreResistances) end

---@param uid integer
---@return number
function getDepotId(uid) end

---@param uid integer
---@return number
function getDistanceTo(uid) end

---@return number
function getNpcCid() end

---@param paramKey string
---@return string
function getNpcParameter(paramKey) end

---@param subType integer
---@return string
function getSubTypeName(subType) end

---@param name string
---@return Position
function getWaypointPositionByName(name) end

---@return number
function getWorldUpTime() end

---@param uid integer
---@return boolean
function isDepot(uid) end

---@param cid Player
---@param target? Player
---@return boolean
function isInWar(cid, target) end

---@param uid integer
---@return boolean
function isMovable(uid) end

---@return boolean
function isScriptsInterface() end

---@param derived any
---@param base? any
---@return boolean
function isType(derived, base) end

---@param uid integer
---@return boolean
function isValidUID(uid) end

---@param cid any
---@param items? any
---@param onBuy? any
---@param onSell? Player
---@return boolean
function openShopWindow(cid, items, onBuy, onSell) end

---@param metatableName string
---@return any
function rawgetmetatable(metatableName) end

---@return boolean
function saveServer() end

---@param player Player
---@return boolean
function selfFollow(player) end

---@param direction integer
function selfMove(direction) end

---@param x any
---@param y integer
---@param z integer
---@param minTargetDist? any
---@param maxTargetDist? any
---@param fullPathSearch? any
---@param clearSight? any
---@param maxSearchDist? any
---@param minTargetDist2? any
---@param maxTargetDist2? any
---@param fullPathSearch2? any
---@param clearSight2? any
---@param maxSearchDist2? any
---@return any
function selfMoveTo(x, y, z, minTargetDist, maxTargetDist, fullPathSearch, clearSight, maxSearchDist, minTargetDist2, maxTargetDist2, fullPathSearch2, clearSight2, maxSearchDist2) end

---@param words string
---@param target? Player
function selfSay(words, target) end

---@param direction integer
function selfTurn(direction) end

---@param channelId integer
---@param type integer
---@param message string
---@return boolean
function sendChannelMessage(channelId, type, message) end

---@param guildId integer
---@param type integer
---@param message string
---@return boolean
function sendGuildChannelMessage(guildId, type, message) end

---@param eventid integer
---@return boolean
function stopEvent(eventid) end
