"""Tables of servers, as small as tests need them, in the SQL of MySQL."""

COMMON = """
-- Accounts; a comment with ; in it
CREATE TABLE IF NOT EXISTS `accounts` (
    `id` int(11) UNSIGNED NOT NULL AUTO_INCREMENT,
    `name` varchar(32) NOT NULL,
    `password` char(40) NOT NULL,
    `type` tinyint(1) UNSIGNED NOT NULL DEFAULT '1',
    `premium_ends_at` int unsigned NOT NULL DEFAULT '0',
    CONSTRAINT `accounts_pk` PRIMARY KEY (`id`),
    UNIQUE KEY `name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE `players` (
    `id` int NOT NULL AUTO_INCREMENT,
    `name` varchar(255) NOT NULL,
    `group_id` int NOT NULL DEFAULT '1',
    `account_id` int UNSIGNED NOT NULL DEFAULT '0',
    `level` int NOT NULL DEFAULT '1',
    `experience` bigint UNSIGNED NOT NULL DEFAULT '0',
    `health` int NOT NULL DEFAULT '150',
    `healthmax` int NOT NULL DEFAULT '150',
    `soul` int UNSIGNED NOT NULL DEFAULT '0',
    `posx` int NOT NULL DEFAULT '0', `posy` int NOT NULL DEFAULT '0', `posz` int NOT NULL DEFAULT '0',
    `conditions` mediumblob NOT NULL,
    `cap` int NOT NULL DEFAULT '400',
    `save` tinyint(1) NOT NULL DEFAULT '1',
    `balance` bigint UNSIGNED NOT NULL DEFAULT '0',
    `deletion` bigint NOT NULL DEFAULT '0',
    `skill_axe` int UNSIGNED NOT NULL DEFAULT '10',
    `comment` varchar(255) NOT NULL DEFAULT '',
    PRIMARY KEY (`id`),
    UNIQUE KEY `name` (`name`),
    KEY `level` (`level`),
    FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE `player_items` (
    `player_id` int NOT NULL, `pid` int NOT NULL, `sid` int NOT NULL, `itemtype` int NOT NULL,
    `count` int NOT NULL, `attributes` blob NOT NULL,
    FOREIGN KEY (`player_id`) REFERENCES `players` (`id`) ON DELETE CASCADE
);
CREATE TABLE `player_storage` (
    `player_id` int NOT NULL, `key` int unsigned NOT NULL, `value` int NOT NULL, PRIMARY KEY (`player_id`, `key`)
);
CREATE TABLE `player_spells` (`player_id` int NOT NULL, `name` varchar(255) NOT NULL);
CREATE TABLE `log` (`number` int NOT NULL, `said` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);

DELIMITER //
CREATE TRIGGER `new_players` AFTER INSERT ON `players` FOR EACH ROW BEGIN
    INSERT INTO `log` (`number`) VALUES (NEW.`id`);
END
//
DELIMITER ;

INSERT INTO `accounts` (`id`, `name`, `password`) VALUES (1, 'god', ''), (2, 'o''neil; "x"', 'a\\\\b');
INSERT INTO `players` (`id`, `name`, `account_id`, `conditions`) VALUES (7, 'Old Ann', 1, '');
"""

CANARY = (
    COMMON
    + """
CREATE TABLE IF NOT EXISTS `kv_store` (
  `key_name` varchar(191) NOT NULL,
  `timestamp` bigint NOT NULL,
  `value` longblob NOT NULL,
  PRIMARY KEY (`key_name`)
) ENGINE=InnoDB;
"""
)

# To be added to one of the others: a guild of Old Ann and one of nobody.
GUILDS = """
CREATE TABLE `guilds` (
    `id` int NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `motd` varchar(255) NOT NULL DEFAULT '',
    `balance` bigint UNSIGNED NOT NULL DEFAULT '0', PRIMARY KEY (`id`)
);
CREATE TABLE `guild_ranks` (
    `id` int NOT NULL AUTO_INCREMENT, `guild_id` int NOT NULL, `name` varchar(255) NOT NULL, `level` int NOT NULL,
    PRIMARY KEY (`id`)
);
CREATE TABLE `guild_membership` (
    `player_id` int NOT NULL, `guild_id` int NOT NULL, `rank_id` int NOT NULL, `nick` varchar(15) NOT NULL DEFAULT '',
    PRIMARY KEY (`player_id`)
);
INSERT INTO `guilds` (`id`, `name`, `motd`, `balance`) VALUES (3, 'Red Rose', 'hello', 500), (4, 'Bears', '', 40);
INSERT INTO `guild_ranks` (`id`, `guild_id`, `name`, `level`) VALUES (31, 3, 'Leader', 3), (32, 3, 'Member', 1);
INSERT INTO `guild_membership` (`player_id`, `guild_id`, `rank_id`) VALUES (7, 3, 31);
"""
